#include <bourse/market/v1/decode.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/explorer/writer.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/poco/selectors.hpp>

#include <algorithm>
#include <array>

namespace bourse::market {

namespace {

using Json = nlohmann::json;
namespace events = poco::events;
namespace hub = poco::selectors::hub;
namespace rlc = poco::selectors::rlc;

struct Method {
    Bytes4 selector;
    const char* name;
};
constexpr Method kMethods[] = {
    {hub::kMatchOrders, "matchOrders"},
    {hub::kSponsorMatchOrders, "sponsorMatchOrders"},
    {hub::kInitialize, "initialize"},
    {hub::kInitializeArray, "initializeArray"},
    {hub::kContribute, "contribute"},
    {hub::kContributeAndFinalize, "contributeAndFinalize"},
    {hub::kReveal, "reveal"},
    {hub::kReopen, "reopen"},
    {hub::kFinalize, "finalize"},
    {hub::kClaim, "claim"},
    {hub::kClaimArray, "claimArray"},
    {hub::kInitializeAndClaimArray, "initializeAndClaimArray"},
    {hub::kManageAppOrder, "manageAppOrder"},
    {hub::kManageDatasetOrder, "manageDatasetOrder"},
    {hub::kManageWorkerpoolOrder, "manageWorkerpoolOrder"},
    {hub::kManageRequestOrder, "manageRequestOrder"},
    {hub::kBroadcastAppOrder, "broadcastAppOrder"},
    {hub::kBroadcastDatasetOrder, "broadcastDatasetOrder"},
    {hub::kBroadcastWorkerpoolOrder, "broadcastWorkerpoolOrder"},
    {hub::kBroadcastRequestOrder, "broadcastRequestOrder"},
    {hub::kWithdraw, "withdraw"},
    {hub::kWithdrawTo, "withdrawTo"},
    {hub::kTransfer, "transfer"},
    {hub::kTransferFrom, "transferFrom"},
    {hub::kRecover, "recover"},
    {rlc::kApprove, "approve"},
    {rlc::kApproveAndCall, "approveAndCall"},
    {poco::selectors::registry::kCreateApp, "createApp"},
    {poco::selectors::registry::kCreateDataset, "createDataset"},
    {poco::selectors::registry::kCreateWorkerpool, "createWorkerpool"},
    {poco::selectors::resource::kChangePolicy, "changePolicy"},
};

Json value_of(const Address& value) { return to_checksum(value); }
Json value_of(const Bytes32& value) { return to_hex(value); }
Json value_of(const Uint256& value) { return to_decimal(value); }
Json value_of(const std::string& value) { return explorer::clean_text(value); }
Json value_of(const Bytes& value) { return to_hex(value); }
template <class Tag>
Json value_of(const Id<Tag>& value) {
    return to_hex(value);
}

/// The event's members under their names, indexed ones first; null when the log is another event.
template <class Event, std::size_t N>
Json named(const client::LogEntry& log, const std::array<const char*, N>& names) {
    const auto event = poco::decode_event<Event>(log.topics, log.data);
    if (!event) return nullptr;
    Json out = Json::object();
    std::size_t next = 0;
    const auto put = [&](const auto&... fields) { ((out[names.at(next++)] = value_of(fields)), ...); };
    std::apply(put, poco::indexed_members(*event));
    std::apply(put, poco::data_members(*event));
    return out;
}

Json fields_of(const client::LogEntry& log) {
    using Names1 = std::array<const char*, 1>;
    using Names2 = std::array<const char*, 2>;
    using Names3 = std::array<const char*, 3>;
    const Json tries[] = {
        named<events::OrdersMatched>(log, std::array{"deal", "app", "dataset", "workerpool", "request", "volume"}),
        named<events::SchedulerNotice>(log, Names2{"workerpool", "deal"}),
        named<events::DealSponsored>(log, Names2{"deal", "sponsor"}),
        named<events::TaskInitialize>(log, Names2{"task", "workerpool"}),
        named<events::TaskContribute>(log, Names3{"task", "worker", "hash"}),
        named<events::TaskConsensus>(log, Names2{"task", "consensus"}),
        named<events::TaskReveal>(log, Names3{"task", "worker", "digest"}),
        named<events::TaskReopen>(log, Names1{"task"}),
        named<events::TaskFinalize>(log, Names2{"task", "results"}),
        named<events::TaskClaimed>(log, Names1{"task"}),
        named<events::AccurateContribution>(log, Names2{"worker", "task"}),
        named<events::FaultyContribution>(log, Names2{"worker", "task"}),
        named<events::Lock>(log, Names2{"owner", "amount"}),
        named<events::Unlock>(log, Names2{"owner", "amount"}),
        named<events::Reward>(log, Names3{"owner", "amount", "task"}),
        named<events::Seize>(log, Names3{"owner", "amount", "task"}),
        named<events::Transfer>(log, Names3{"from", "to", "value"}),
        named<events::Erc721Transfer>(log, Names3{"from", "to", "tokenId"}),
        named<events::Approval>(log, Names3{"owner", "spender", "value"}),
        named<events::ClosedAppOrder>(log, Names1{"order"}),
        named<events::ClosedDatasetOrder>(log, Names1{"order"}),
        named<events::ClosedWorkerpoolOrder>(log, Names1{"order"}),
        named<events::ClosedRequestOrder>(log, Names1{"order"}),
        named<events::SignedAppOrder>(log, Names1{"order"}),
        named<events::SignedDatasetOrder>(log, Names1{"order"}),
        named<events::SignedWorkerpoolOrder>(log, Names1{"order"}),
        named<events::SignedRequestOrder>(log, Names1{"order"}),
        named<events::CreateCategory>(log, std::array{"id", "name", "description", "time"}),
        named<events::PolicyUpdate>(log, std::array{"oldStake", "newStake", "oldShare", "newShare"}),
    };
    for (const auto& fields : tries)
        if (!fields.is_null()) return fields;
    return Json::object();
}

template <class... Ts, std::size_t N>
Json arguments_as(ByteView data, const std::array<const char*, N>& names) {
    static_assert(sizeof...(Ts) == N);
    const auto values = abi::decode<Ts...>(data);
    auto out = Json::array();
    if (!values) return out;
    std::size_t next = 0;
    std::apply(
        [&](const auto&... each) {
            (out.push_back({{"name", names.at(next++)}, {"value", value_of(each)}}), ...);
        },
        *values);
    return out;
}

}  // namespace

std::string method_name(ByteView input) {
    if (input.size() < 4) return "transfer of coins";
    for (const auto& method : kMethods)
        if (equal(input.first(4), method.selector)) return method.name;
    return to_hex(input.first(4));
}

Json call_arguments(ByteView input) {
    const auto name = method_name(input);
    if (input.size() < 4) return Json::array();
    const auto data = input.subspan(4);
    if (name == "initialize") return arguments_as<Bytes32, Uint256>(data, std::array{"deal", "index"});
    if (name == "reveal") return arguments_as<Bytes32, Bytes32>(data, std::array{"task", "digest"});
    if (name == "reopen" || name == "claim") return arguments_as<Bytes32>(data, std::array{"task"});
    if (name == "finalize") return arguments_as<Bytes32, Bytes, Bytes>(data, std::array{"task", "results", "callback"});
    if (name == "contribute")
        return arguments_as<Bytes32, Bytes32, Bytes32, Address, Bytes, Bytes>(
            data, std::array{"task", "resultHash", "resultSeal", "enclave", "enclaveSign", "authorization"});
    if (name == "transfer" || name == "approve")
        return arguments_as<Address, Uint256>(data, std::array{"to", "amount"});
    if (name == "transferFrom")
        return arguments_as<Address, Address, Uint256>(data, std::array{"from", "to", "amount"});
    if (name == "approveAndCall")
        return arguments_as<Address, Uint256, Bytes>(data, std::array{"spender", "amount", "data"});
    if (name == "withdraw") return arguments_as<Uint256>(data, std::array{"amount"});
    if (name == "withdrawTo") return arguments_as<Uint256, Address>(data, std::array{"amount", "to"});
    return Json::array();
}

Json render_log(const client::LogEntry& log) {
    Json out = {{"name", "unknown"},         {"address", to_checksum(log.address)},
                {"logIndex", log.log_index}, {"fields", fields_of(log)},
                {"topics", Json::array()},   {"data", to_hex(log.data)}};
    for (const auto& topic : log.topics) out["topics"].push_back(to_hex(topic));
    if (!log.topics.empty())
        if (const auto name = poco::event_name(log.topics[0]); !name.empty()) out["name"] = name;
    return out;
}

std::string words_of(const std::string& method, const Json& logs, bool ok) {
    if (!ok) return "Tried " + method + " and failed, or is not in a block yet.";
    std::string out;
    for (const auto& log : logs) {
        const auto& name = log["name"].get_ref<const std::string&>();
        const auto& f = log["fields"];
        const auto text = [&](const char* field) {
            return f.contains(field) ? f[field].get<std::string>() : std::string();
        };
        std::string sentence;
        if (name == "OrdersMatched") sentence = "Sealed deal " + text("deal") + " of volume " + text("volume") + ".";
        if (name == "TaskInitialize") sentence = "Initialised task " + text("task") + ".";
        if (name == "TaskContribute") sentence = text("worker") + " contributed to task " + text("task") + ".";
        if (name == "TaskConsensus") sentence = "Consensus was reached.";
        if (name == "TaskReveal") sentence = text("worker") + " revealed for task " + text("task") + ".";
        if (name == "TaskFinalize") sentence = "Finalised task " + text("task") + ".";
        if (name == "TaskClaimed") sentence = "Claimed task " + text("task") + ": the requester was refunded.";
        if (name == "TaskReopen") sentence = "Reopened task " + text("task") + ".";
        if (name.starts_with("Closed")) sentence = "Cancelled order " + text("order") + ".";
        if (name.starts_with("Signed")) sentence = "Signed order " + text("order") + " on chain.";
        if (!sentence.empty() && out.find(sentence) == std::string::npos) out += (out.empty() ? "" : " ") + sentence;
    }
    return out.empty() ? "Called " + method + "." : out;
}

}  // namespace bourse::market
