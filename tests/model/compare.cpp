#include "compare.hpp"

#include <bourse/native/modules.hpp>
#include <bourse/poco/selectors.hpp>

namespace bourse::model {
namespace {

namespace hub = poco::selectors::hub;

template <class T, class... Args>
T view(Market& m, const Address& contract, const Bytes4& selector, const Args&... args) {
    return std::get<0>(abi::decode<T>(m.chain->view(contract, abi::encode_call(selector, args...))).value());
}
template <class T, class... Args>
T hub_view(Market& m, const Bytes4& selector, const Args&... args) {
    return view<T>(m, poco::kHub, selector, args...);
}
std::string differs(const std::string& what, const Uint256& chain, const Uint256& model) {
    if (chain == model) return {};
    return what + " is " + to_decimal(chain) + ", the model says " + to_decimal(model);
}
template <class T>
T found_or_zero(const auto& map, const auto& key) {
    const auto found = map.find(key);
    return found == map.end() ? T{} : T(found->second);
}

std::string compare_account(Market& m, const Address& account) {
    const auto known = found_or_zero<Account>(m.model.accounts, account);
    const auto shown = hub_view<poco::Account>(m, hub::kViewAccount, account);
    const std::string name = to_hex(account);
    if (auto broken = differs("stake of " + name, shown.stake, known.stake); !broken.empty()) return broken;
    if (auto broken = differs("lock of " + name, shown.locked, known.locked); !broken.empty()) return broken;
    return differs("score of " + name, hub_view<Uint256>(m, hub::kViewScore, account), known.score);
}
std::string compare_order(Market& m, const Hash& hash) {
    const auto known = found_or_zero<OrderFact>(m.model.orders, hash);
    if (auto broken =
            differs("consumption of " + to_hex(hash), hub_view<Uint256>(m, hub::kViewConsumed, hash), known.consumed);
        !broken.empty())
        return broken;
    if (hub_view<Address>(m, hub::kViewPresigned, hash) != known.presigner)
        return "presignature of " + to_hex(hash) + " differs";
    return {};
}
std::string compare_deal(Market& m, const Hash& id) {
    const auto known = found_or_zero<poco::Deal>(m.model.deals, id);
    return hub_view<poco::Deal>(m, hub::kViewDeal, id) == known ? "" : "deal " + to_hex(id) + " differs";
}
std::string compare_weights(Market& m, const Hash& id, const Task& task) {
    const auto weights = native::task_consensus(m.chain->state(), poco::TaskId(id));
    if (task.shown.status == poco::TaskStatus::kUnset) return {};
    if (auto broken = differs("total of " + to_hex(id), weights.total, task.total); !broken.empty()) return broken;
    for (const auto& group : weights.groups)
        if (auto broken = differs("group " + to_hex(group.value) + " of " + to_hex(id), group.weight,
                                  found_or_zero<Uint256>(task.group, group.value));
            !broken.empty())
            return broken;
    return {};
}
std::string compare_task(Market& m, const Hash& id) {
    const auto known = found_or_zero<Task>(m.model.tasks, id);
    if (hub_view<poco::Task>(m, hub::kViewTask, id) != known.shown) return "task " + to_hex(id) + " differs";
    for (const auto& [worker, contribution] : known.contributions)
        if (hub_view<poco::Contribution>(m, hub::kViewContribution, id, worker) != contribution)
            return "contribution of " + to_hex(worker) + " to " + to_hex(id) + " differs";
    return compare_weights(m, id, known);
}
std::string compare_tokens(Market& m) {
    namespace rlc = poco::selectors::rlc;
    for (const auto& account : m.accounts)
        if (auto broken = differs("RLC of " + to_hex(account), view<Uint256>(m, poco::kRlc, rlc::kBalanceOf, account),
                                  found_or_zero<Uint256>(m.model.rlc, account));
            !broken.empty())
            return broken;
    for (const auto& [pair, amount] : m.model.rlc_allowances)
        if (view<Uint256>(m, poco::kRlc, rlc::kAllowance, pair.first, pair.second) != amount)
            return "an RLC allowance of " + to_hex(pair.first) + " differs";
    for (const auto& [pair, amount] : m.model.allowances)
        if (hub_view<Uint256>(m, hub::kAllowance, pair.first, pair.second) != amount)
            return "an allowance of " + to_hex(pair.first) + " differs";
    return {};
}
template <class Items, class Compare>
std::string first_difference(const Items& items, const Compare& compare) {
    for (const auto& item : items)
        if (auto broken = compare(item); !broken.empty()) return broken;
    return {};
}
std::string text_of(const state::Log& log) {
    std::string out = to_hex(log.address);
    for (const auto& topic : log.topics) out += " " + to_hex(topic);
    return out + " data " + to_hex(log.data);
}

}  // namespace

std::string compare_outcome(const Outcome& outcome, const Answer<Bytes>& expected, const Model& model) {
    if (outcome.success != expected.has_value())
        return outcome.success ? "accepted; the model refuses with " + to_hex(expected.error())
                               : "refused with " + to_hex(outcome.output) + "; the model accepts";
    const Bytes& output = expected ? *expected : expected.error();
    if (outcome.output != output) return "gives " + to_hex(outcome.output) + ", the model " + to_hex(output);
    if (outcome.logs.size() != model.logs().size())
        return std::to_string(outcome.logs.size()) + " events, the model " + std::to_string(model.logs().size());
    for (std::size_t i = 0; i < outcome.logs.size(); ++i)
        if (outcome.logs[i] != model.logs()[i])
            return "event " + std::to_string(i) + " is " + text_of(outcome.logs[i]) + ", the model's " +
                   text_of(model.logs()[i]);
    return {};
}

std::string compare_step(Market& m, const Step& step) {
    if (auto broken = first_difference(m.accounts, [&](const auto& account) { return compare_account(m, account); });
        !broken.empty())
        return broken;
    if (auto broken = differs("supply", hub_view<Uint256>(m, hub::kTotalSupply), m.model.supply); !broken.empty())
        return broken;
    if (auto broken = first_difference(step.orders, [&](const auto& hash) { return compare_order(m, hash); });
        !broken.empty())
        return broken;
    if (auto broken = first_difference(step.deals, [&](const auto& id) { return compare_deal(m, id); });
        !broken.empty())
        return broken;
    return first_difference(step.tasks, [&](const auto& id) { return compare_task(m, id); });
}

std::string compare_all(Market& m) {
    if (auto broken = compare_tokens(m); !broken.empty()) return broken;
    for (const auto& [hash, fact] : m.model.orders)
        if (auto broken = compare_order(m, hash); !broken.empty()) return broken;
    for (const auto& [id, deal] : m.model.deals)
        if (auto broken = compare_deal(m, id); !broken.empty()) return broken;
    for (const auto& [id, task] : m.model.tasks)
        if (auto broken = compare_task(m, id); !broken.empty()) return broken;
    m.chain->commit();
    return m.chain->broken_books().value_or("");
}

}  // namespace bourse::model
