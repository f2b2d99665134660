// A made-up history of a market, for tests and benches: logs as a node gives them, with the facts that belong to them.
// The same seed makes the same history.
#pragma once

#include <bourse/crypto/hash.hpp>
#include <bourse/explorer/facts.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/events.hpp>

#include <algorithm>
#include <random>

namespace bourse::explorer::testing {

namespace events = poco::events;

struct HistoryOptions {
    unsigned seed = 1;
    std::size_t apps = 20, datasets = 5, pools = 4, requesters = 50, workers = 20;
    std::size_t task_share = 1;  ///< a task is run for one deal in so many; 0: for none
    std::uint64_t first_time_s = 1'700'000'000;
};

class MadeHistory {
public:
    explicit MadeHistory(HistoryOptions options = {}) : options_(options), random_(options.seed) {
        facts_.hub = {Hash{}, poco::kRlc, poco::kAppRegistry, poco::kDatasetRegistry, poco::kWorkerpoolRegistry};
    }

    static Address made(std::string_view kind, std::uint64_t n) {
        return *Address::from(ByteView(crypto::keccak256(std::string(kind) + std::to_string(n))).first(20));
    }
    static std::vector<poco::Category> categories() {
        return {{"XS", "{}", 300}, {"S", "{}", 1200}, {"M", "{}", 3600}, {"L", "{}", 10800}, {"XL", "{}", 36000}};
    }

    /// Before deployment(): who owns a pool.
    void give_pool(std::uint64_t pool, const Address& owner) { owners_[made("pool", pool)] = owner; }
    void give_app(std::uint64_t app, const Address& owner) { owners_[made("app", app)] = owner; }

    /// Before deployment(): stake of an account that the history does not make up.
    void fund(const Address& who, std::uint64_t amount) { funded_.emplace_back(who, amount); }
    /// Before deployment(): what an app is called.
    void name_app(std::uint64_t app, std::string name) { app_names_[made("app", app)] = std::move(name); }

    /// The block that deploys everything.
    client::BlockBatch deployment() {
        begin_block();
        const auto deploy = [&](const char* kind, std::size_t count, const Address& registry) {
            for (std::size_t i = 0; i < count; ++i) {
                const auto address = made(kind, i);
                auto owner = made(std::string(kind) + "-owner", i % 7);
                if (const auto given = owners_.find(address); given != owners_.end()) owner = given->second;
                if (registry == poco::kAppRegistry)
                    facts_.apps[address] = {owner, name_of_app(address, i), "DOCKER", to_bytes("docker.io/a"), {}, {}};
                else if (registry == poco::kDatasetRegistry)
                    facts_.datasets[address] = {owner, "Data " + std::to_string(i), to_bytes("/ipfs/x"), {}};
                else
                    facts_.pools[address] = {owner, "Pool " + std::to_string(i), 30, 1};
                emit(registry, events::Erc721Transfer{{}, owner, token(address)});
                new_tx();
            }
        };
        deploy("app", options_.apps, poco::kAppRegistry);
        deploy("dataset", options_.datasets, poco::kDatasetRegistry);
        deploy("pool", options_.pools, poco::kWorkerpoolRegistry);
        for (std::size_t i = 0; i < options_.requesters; ++i) deposit(made("requester", i), 1'000'000'000);
        for (std::size_t i = 0; i < options_.workers; ++i) deposit(made("worker", i), 1'000'000'000);
        for (std::size_t i = 0; i < 7; ++i) deposit(made("pool-owner", i), 1'000'000'000);
        for (const auto& [who, amount] : funded_) deposit(who, amount);
        return end_block();
    }

    /// A block that seals `count` deals; with tasks, some of them run to their end in it.
    client::BlockBatch deals(std::size_t count) {
        begin_block();
        for (std::size_t i = 0; i < count; ++i) {
            seal();
            new_tx();
        }
        return end_block();
    }

    const BatchFacts& facts() const { return facts_; }
    /// Facts of blocks that were taken in are not needed again.
    void forget_facts() {
        const auto hub = facts_.hub;
        facts_ = BatchFacts{};
        facts_.hub = hub;
    }
    std::uint64_t deal_count() const { return deals_; }

private:
    static Uint256 token(const Address& address) {
        Bytes32 word;
        std::copy(address.begin(), address.end(), word.begin() + 12);
        return uint256_from_be(word);
    }
    std::string name_of_app(const Address& address, std::size_t i) const {
        const auto given = app_names_.find(address);
        return given != app_names_.end() ? given->second : "App <b>" + std::to_string(i) + "</b>";
    }
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

    void begin_block() {
        ++block_;
        time_s_ += 1 + below(30);
        log_index_ = 0;
        logs_.clear();
        facts_.times[block_] = options_.first_time_s + time_s_;
        first_tx_ = tx_count_;
        new_tx();
    }
    void new_tx() { tx_ = crypto::keccak256("tx" + std::to_string(++tx_count_)); }
    client::BlockBatch end_block() {
        client::BlockBatch batch;
        batch.first = block_;
        batch.last = {block_, crypto::keccak256("block" + std::to_string(block_)), facts_.times[block_]};
        batch.head = batch.last;
        batch.logs = std::move(logs_);
        facts_.transactions[block_] = tx_count_ - first_tx_;
        return batch;
    }
    template <class Event>
    void emit(const Address& from, const Event& event) {
        const auto encoded = poco::encode_event(event);
        client::LogEntry log;
        log.address = from;
        log.topics = encoded.topics;
        log.data = encoded.data;
        log.block_number = block_;
        log.tx_hash = tx_;
        log.log_index = log_index_++;
        logs_.push_back(std::move(log));
    }
    template <class Event>
    void emit(const Event& event) {
        emit(poco::kHub, event);
    }
    void deposit(const Address& who, std::uint64_t amount) {
        emit(poco::kRlc, events::Transfer{who, poco::kHub, amount});
        emit(events::Transfer{{}, who, amount});
        new_tx();
    }
    void lock(const Address& who, const Uint256& amount) {
        emit(events::Transfer{who, poco::kHub, amount});
        emit(events::Lock{who, amount});
    }
    void unlock(const Address& who, const Uint256& amount) {
        emit(events::Transfer{poco::kHub, who, amount});
        emit(events::Unlock{who, amount});
    }
    void reward(const Address& who, const Uint256& amount, const poco::TaskId& task) {
        emit(events::Transfer{poco::kHub, who, amount});
        emit(events::Reward{who, amount, task});
    }

    void seal() {
        const auto n = deals_++;
        poco::Deal deal;
        const auto app = below(options_.apps);
        const auto pool = below(options_.pools);
        deal.app = {made("app", app), made("app-owner", app % 7), 1 + below(5)};
        if (options_.datasets > 0 && below(4) == 0) {
            const auto dataset = below(options_.datasets);
            deal.dataset = {made("dataset", dataset), made("dataset-owner", dataset % 7), 5};
        }
        deal.workerpool = {made("pool", pool), made("pool-owner", pool % 7), 10 + below(40)};
        deal.trust = below(3) == 0 ? 1 : 1 + below(100);
        deal.category = below(5);
        if (below(10) == 0) deal.tag.data[31] = 1;
        deal.requester = made("requester", below(options_.requesters));
        deal.beneficiary = deal.requester;
        deal.sponsor = below(20) == 0 ? made("requester", 0) : deal.requester;
        deal.params = R"({"iexec_args":"hello )" + std::to_string(n) + "\"}";
        deal.start_time = facts_.times[block_];
        deal.bot_first = 0;
        deal.bot_size = 1 + below(3);
        deal.worker_stake = 6;
        deal.scheduler_reward_ratio = 1;
        events::OrdersMatched match;
        match.dealid = poco::DealId(crypto::keccak256("deal" + std::to_string(n)));
        match.app_hash = poco::OrderHash(crypto::keccak256("apporder" + std::to_string(app)));
        if (!deal.dataset.pointer.is_zero())
            match.dataset_hash = poco::OrderHash(crypto::keccak256("order of " + to_hex(deal.dataset.pointer)));
        match.workerpool_hash = poco::OrderHash(crypto::keccak256("poolorder" + std::to_string(pool)));
        match.request_hash = poco::OrderHash(crypto::keccak256("request" + std::to_string(n)));
        match.volume = deal.bot_size;
        facts_.deals[match.dealid.hash] = deal;
        const auto price = deal.app.price + deal.dataset.price + deal.workerpool.price;
        lock(deal.sponsor, price * deal.bot_size);
        lock(deal.workerpool.owner, deal.workerpool.price * 30 / 100 * deal.bot_size);
        emit(events::SchedulerNotice{deal.workerpool.pointer, match.dealid});
        emit(match);
        if (options_.task_share > 0 && n % options_.task_share == 0 && below(10) != 0) run_task(match.dealid, deal, 0);
    }

    void run_task(const poco::DealId& id, const poco::Deal& deal, std::uint64_t index) {
        const auto task = poco::task_id(id, index);
        new_tx();
        poco::Task view;
        view.dealid = id;
        view.idx = index;
        facts_.tasks[task.hash] = view;
        emit(events::TaskInitialize{task, deal.workerpool.pointer});
        const auto first = below(options_.workers);
        const Hash good = crypto::keccak256("good"), bad = crypto::keccak256("bad");
        const bool liar = below(5) == 0;
        std::vector<std::pair<Address, Hash>> given;
        for (std::size_t i = 0; i < 3; ++i)
            given.emplace_back(made("worker", (first + i) % options_.workers), liar && i == 0 ? bad : good);
        for (const auto& [worker, hash] : given) {
            new_tx();
            poco::Contribution contribution;
            contribution.weight = 1;
            facts_.contributions[{task.hash, worker}] = contribution;
            lock(worker, deal.worker_stake);
            emit(events::TaskContribute{task, worker, hash});
        }
        if (below(20) == 0) return;  // stays active
        emit(events::TaskConsensus{task, good});
        if (below(10) == 0) return claim_task(task, deal, given);
        for (const auto& [worker, hash] : given)
            if (hash == good) {
                new_tx();
                emit(events::TaskReveal{task, worker, crypto::keccak256("digest")});
            }
        if (below(20) == 0) return;  // stays revealing
        new_tx();
        finish_task(task, deal, given, good);
    }

    void finish_task(const poco::TaskId& task, const poco::Deal& deal,
                     const std::vector<std::pair<Address, Hash>>& given, const Hash& good) {
        emit(events::Seize{deal.sponsor, deal.app.price + deal.dataset.price + deal.workerpool.price, task});
        for (const auto& [worker, hash] : given) {
            if (hash == good) {
                unlock(worker, deal.worker_stake);
                reward(worker, 9, task);
                emit(events::AccurateContribution{worker, task});
            } else {
                emit(events::Seize{worker, deal.worker_stake, task});
                emit(events::FaultyContribution{worker, task});
            }
        }
        unlock(deal.workerpool.owner, deal.workerpool.price * 30 / 100);
        reward(deal.app.owner, deal.app.price, task);
        emit(events::TaskFinalize{
            task, to_bytes(R"({"storage":"ipfs","location":"/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"})")});
    }

    void claim_task(const poco::TaskId& task, const poco::Deal& deal,
                    const std::vector<std::pair<Address, Hash>>& given) {
        new_tx();
        unlock(deal.sponsor, deal.app.price + deal.dataset.price + deal.workerpool.price);
        for (const auto& [worker, hash] : given) unlock(worker, deal.worker_stake);
        emit(events::TaskClaimed{task});
    }

    HistoryOptions options_;
    std::map<Address, Address> owners_;
    std::map<Address, std::string> app_names_;
    std::vector<std::pair<Address, std::uint64_t>> funded_;
    std::mt19937_64 random_;
    BatchFacts facts_;
    std::vector<client::LogEntry> logs_;
    std::uint64_t block_ = 0, time_s_ = 0, log_index_ = 0, tx_count_ = 0, first_tx_ = 0, deals_ = 0;
    Hash tx_;
};

/// A chain that has the categories of the history and nothing else to say: what the index needs is in the facts.
class MadeChain final : public ExplorerChain {
public:
    Hash genesis_hash = crypto::keccak256("genesis");

    const Address& hub() const override { return poco::kHub; }
    Result<client::HubFacts> facts() override { return client::HubFacts{}; }
    Result<Hash> genesis() override { return genesis_hash; }
    Result<std::vector<poco::Deal>> deals(std::span<const poco::DealId>) override { return std::vector<poco::Deal>{}; }
    Result<std::vector<poco::Task>> tasks(std::span<const poco::TaskId>) override { return std::vector<poco::Task>{}; }
    Result<std::vector<poco::Contribution>> contributions(std::span<const std::pair<poco::TaskId, Address>>) override {
        return std::vector<poco::Contribution>{};
    }
    Result<poco::AppInfo> app(const Address&) override { return poco::AppInfo{}; }
    Result<poco::DatasetInfo> dataset(const Address&) override { return poco::DatasetInfo{}; }
    Result<poco::WorkerpoolInfo> workerpool(const Address&) override { return poco::WorkerpoolInfo{}; }
    Result<std::vector<poco::Category>> categories() override { return MadeHistory::categories(); }
    Result<std::vector<std::uint64_t>> block_times(std::span<const std::uint64_t>) override {
        return std::vector<std::uint64_t>{};
    }
    Result<std::map<std::uint64_t, std::uint64_t>> transaction_counts(std::uint64_t, std::uint64_t) override {
        return std::map<std::uint64_t, std::uint64_t>{};
    }
};

}  // namespace bourse::explorer::testing
