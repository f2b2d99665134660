#include <bourse/native/books.hpp>
#include <bourse/native/clerk/clerk.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/hub/task_store.hpp>
#include <bourse/native/token/rlc.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/poco/rewards.hpp>

#include <map>

namespace bourse::native {
namespace {

using Broken = std::optional<std::string>;

/// The id whose first byte the record repeats and whose other bytes stand in the key.
Hash id_of_record(const Bytes32& key, ByteView record) {
    Hash id = key;
    id.data[0] = record[0];
    return id;
}

/// Sums are modulo 2^256: amounts that fit never mislead.
class Auditor {
public:
    Auditor(const state::Reader& reader, const KeySource& keys) : reader_(reader), keys_(keys) {}

    Broken run() {
        if (auto broken = check_rlc()) return broken;
        if (auto broken = read_hub()) return broken;
        return check_totals();
    }

private:
    /// A state remembers all it read: one for each key keeps memory flat.
    state::State fresh() const { return state::State(reader_); }

    Broken check_rlc() {
        Uint256 sum;
        keys_.each_key(poco::kRlc, [&](const Bytes32& key) {
            if (key.data[0] == static_cast<std::uint8_t>(Space::kBalance))
                sum += uint256_from_be(reader_.slot(poco::kRlc, key).value);
        });
        const auto state = fresh();
        if (sum != rlc_supply(state, poco::kRlc)) return "The sum of all RLC balances differs from the token's supply.";
        return std::nullopt;
    }

    Broken read_hub() {
        Broken broken;
        keys_.each_key(poco::kHub, [&](const Bytes32& key) {
            if (broken) return;
            const auto space = static_cast<Space>(key.data[0]);
            if (space == Space::kAccount)
                add_account(address_of(key));
            else if (space == Space::kDeal)
                add_deal(key);
            else if (space == Space::kTask)
                broken = add_task(key);
        });
        return broken;
    }

    void add_account(const Address& account) {
        const auto state = fresh();
        const auto value = load_account(state, poco::kHub, account);
        stakes_ += value.stake;
        locked_ += value.locked;
        if (!value.locked.is_zero()) unexplained_[account] += value.locked;
    }

    void explain(const Address& account, const Uint256& amount) {
        if (!amount.is_zero()) unexplained_[account] -= amount;
    }

    void add_deal(const Bytes32& key) {
        const auto state = fresh();
        const ByteView record = state.record(poco::kHub, key);
        if (record.empty()) return;
        const auto deal = *load_deal(state, poco::kHub, poco::DealId(id_of_record(key, record)));
        explain_tasks(deal, deal.bot_size);
    }

    /// That many tasks of the deal have their price and the pool's stake locked.
    void explain_tasks(const DealTerms& deal, const Uint256& count) {
        explain(deal.sponsor, (deal.app.price + deal.dataset.price + deal.workerpool.price) * count);
        explain(deal.workerpool.owner, *poco::scheduler_stake(deal.workerpool.price) * count);
    }

    Broken add_task(const Bytes32& key) {
        const auto state = fresh();
        const ByteView record = state.record(poco::kHub, key);
        if (record.empty()) return std::nullopt;
        const poco::TaskId id(id_of_record(key, record));
        TaskFile task(state, poco::kHub, id);
        const auto deal = load_deal(state, poco::kHub, task.deal);
        if (!deal) return "Task " + to_hex(id.hash) + " has no deal.";
        if (task.index < deal->bot_first || task.index - deal->bot_first >= deal->bot_size ||
            poco::task_id(task.deal, task.index) != id)
            return "Task " + to_hex(id.hash) + " is none of its deal's.";
        if (task.status == poco::TaskStatus::kCompleted || task.status == poco::TaskStatus::kFailed)
            explain_tasks(*deal, Uint256(0) - Uint256(1));  // settled: takes back what add_deal counted
        else
            for (std::uint64_t place = 0; place < task.contributor_count(); ++place)
                explain(task.contributor(place).worker, deal->worker_stake);
        return check_groups(task);
    }

    /// The running numbers of a task against its contributions.
    static Broken check_groups(TaskFile& task) {
        Uint256 total = 1;
        std::uint64_t proved = 0;
        for (std::uint64_t place = 0; place < task.contributor_count(); ++place) {
            const Contributor entry = task.contributor(place);
            if (entry.leader == place) total += entry.group_weight;
            if (entry.status == poco::ContributionStatus::kProved) ++proved;
        }
        // A task that was contributed and finalised at once keeps no weights.
        const bool is_fast = task.status == poco::TaskStatus::kCompleted && task.total == 1;
        if (!is_fast && task.total != total) return "Task " + to_hex(task.id().hash) + " has a wrong total of weights.";
        if (task.consensus_leader != TaskFile::kNone && task.reveal_counter != proved)
            return "Task " + to_hex(task.id().hash) + " has a wrong number of reveals.";
        return std::nullopt;
    }

    Broken check_totals() {
        const auto state = fresh();
        const Books books = load_books(state, poco::kHub);
        if (stakes_ != books.supply) return "The sum of all stakes differs from the hub's supply.";
        if (locked_ != books.locked) return "The sum of all locked amounts differs from the books.";
        if (!books.in_flight.is_zero()) return "Seized value was not handed on.";
        if (load_account(state, poco::kHub, poco::kHub).stake != books.locked + books.stray)
            return "The hub's balance differs from what is locked.";
        if (rlc_balance(state, poco::kRlc, poco::kHub) < books.supply) return "The hub holds less RLC than its supply.";
        for (const auto& [account, amount] : unexplained_)
            if (account != poco::kKitty && !amount.is_zero())
                return "What " + to_hex(account) +
                       " has locked differs from what its open deals and contributions hold.";
        const Uint256 pot = unexplained_[poco::kKitty];
        if (books.locked - books.committed != pot) return "The kitty's pot differs from the books.";
        return std::nullopt;
    }

    const state::Reader& reader_;
    const KeySource& keys_;
    Uint256 stakes_;
    Uint256 locked_;
    std::map<Address, Uint256> unexplained_;  ///< locked less what deals and tasks explain
};

}  // namespace

void WrittenKeys::add(const state::ChangeSet& changes) {
    for (const auto& contract : {poco::kHub, poco::kRlc}) {
        const auto found = changes.slots.find(contract);
        if (found == changes.slots.end()) continue;
        for (const auto& [key, change] : found->second) {
            if (change.after.value.is_zero())
                keys_.erase({contract, key});
            else
                keys_.insert({contract, key});
        }
    }
}

void WrittenKeys::each_key(const Address& contract, const std::function<void(const Bytes32& key)>& visit) const {
    for (auto at = keys_.lower_bound({contract, Bytes32{}}); at != keys_.end() && at->first == contract; ++at)
        visit(at->second);
}

std::optional<std::string> broken_books(const state::Reader& reader, const KeySource& keys) {
    return Auditor(reader, keys).run();
}

}  // namespace bourse::native
