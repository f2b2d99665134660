// vectors-consensus.json: the weight table and the random runs. The file has no calldata: orders and signatures are
// made here (poco.md §18.1).
#include "runs.hpp"
#include "steps.hpp"

#include <bourse/crypto/hash.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/consensus.hpp>
#include <bourse/poco/messages.hpp>

#include <set>

namespace bourse::conformance {
namespace {

namespace hub = poco::selectors::hub;
namespace events = poco::events;

constexpr std::uint64_t kExtraStake = 1'000'000'000'000;
constexpr std::uint64_t kStart = 1'700'100'000;

Hash digest_of(const json& value) { return crypto::keccak256("value " + value.dump()); }

/// One random run on a world of its own.
class ConsensusRun {
public:
    ConsensusRun(const json& run, const Vectors& vectors)
        : run_(run),
          vectors_(vectors),
          world_(genesis_of(run, vectors)),
          separator_(eip712::domain_separator(poco::hub_domain(31337, poco::kHub))) {}

    /// Empty, or what differs.
    std::string replay() {
        for (const auto step :
             {&ConsensusRun::open, &ConsensusRun::contribute_all, &ConsensusRun::finish, &ConsensusRun::compare_after})
            if (auto problem = (this->*step)(); !problem.empty()) return problem;
        return {};
    }

private:
    static chain::GenesisConfig genesis_of(const json& run, const Vectors& vectors) {
        auto genesis = baseline();
        for (const auto* role : {"extra1", "extra2", "extra3"})
            genesis.hub.stakes.emplace_back(vectors.address(role), kExtraStake);
        for (const auto& step : run.at("steps"))
            genesis.hub.scores.emplace_back(vectors.address(step.at("worker").get<std::string>()),
                                            integer_of(step.at("score")));
        genesis.hub.kitty = integer_of(run.at("kittyBefore"));
        return genesis;
    }

    Outcome send(const std::string& role, const Address& to, const Bytes& data) {
        return world_.transact(vectors_.key(role), to, data, 0, std::max(world_.time_s() + 10, kStart));
    }
    Outcome send_at(std::uint64_t time, const std::string& role, const Bytes& data) {
        return world_.transact(vectors_.key(role), poco::kHub, data, 0, time);
    }
    static std::string expect_success(const char* what, const Outcome& outcome) {
        return outcome.success ? std::string() : std::string(what) + " failed with " + to_hex(outcome.output);
    }

    template <class Order>
    void sign(Order& order, const char* role) const {
        order.salt = crypto::keccak256("conformance run " + run_.at("n").dump());
        order.volume = 1;
        order.sign = crypto::sign(vectors_.key(role), poco::digest(separator_, order)).to_rsv();
    }

    OrderFour make_orders() const {
        OrderFour four;
        four.app.app = vectors_.address("app");
        four.dataset.dataset = vectors_.address("dataset");
        four.workerpool.workerpool = vectors_.address("workerpool");
        four.workerpool.workerpoolprice = integer_of(run_.at("workerpoolprice"));
        four.workerpool.trust = integer_of(run_.at("trust"));
        four.request.app = four.app.app;
        four.request.dataset = four.dataset.dataset;
        four.request.workerpool = four.workerpool.workerpool;
        four.request.workerpoolmaxprice = four.workerpool.workerpoolprice;
        four.request.requester = vectors_.address("requester");
        four.request.trust = four.workerpool.trust;
        sign(four.app, "appProvider");
        sign(four.dataset, "datasetProvider");
        sign(four.workerpool, "scheduler");
        sign(four.request, "requester");
        return four;
    }

    std::string open() {
        const auto policy =
            abi::encode_call(poco::selectors::resource::kChangePolicy, integer_of(run_.at("workerStakeRatio")),
                             integer_of(run_.at("schedulerRewardRatio")));
        if (auto problem = expect_success("changePolicy", send("scheduler", vectors_.address("workerpool"), policy));
            !problem.empty())
            return problem;
        const auto matched = send("requester", poco::kHub, match_call(hub::kMatchOrders, make_orders()));
        if (auto problem = expect_success("match", matched); !problem.empty()) return problem;
        const poco::DealId deal(*Hash::from(matched.output));
        task_ = poco::task_id(deal, 0);
        const auto initialized = send("anyone", poco::kHub, abi::encode_call(hub::kInitialize, deal, Uint256(0)));
        if (auto problem = expect_success("initialize", initialized); !problem.empty()) return problem;
        for (const auto& [role, after] : run_.at("after").items()) before_[role] = stake_of(role);
        return {};
    }

    std::string contribute_all() {
        for (const auto& step : run_.at("steps"))
            if (auto problem = contribute(step); !problem.empty())
                return step.at("worker").get<std::string>() + ": " + problem;
        return {};
    }

    std::string contribute(const json& step) {
        const auto role = step.at("worker").get<std::string>();
        const Address worker = vectors_.address(role);
        const Hash digest = digest_of(step.at("value"));
        const Hash value = poco::result_hash(task_, digest);
        const auto authorization =
            crypto::sign(vectors_.key("scheduler"), poco::signed_hash(poco::authorization_message(worker, task_)));
        const auto outcome =
            send(role, poco::kHub,
                 abi::encode_call(hub::kContribute, task_, value, poco::result_seal(worker, task_, digest), Address{},
                                  Bytes{}, authorization.to_rsv()));
        if (!outcome.success) return "contribute failed with " + to_hex(outcome.output);
        digests_[role] = digest;
        bool consensus = false;
        for (const auto& log : outcome.logs) consensus = consensus || log.topics[0] == events::TaskConsensus::kTopic;
        if (consensus != step.at("consensus").get<bool>()) return "consensus differs";
        return compare_credibility(step, worker, value);
    }

    std::string compare_credibility(const json& step, const Address& worker, const Hash& value) const {
        const state::State state(world_.state());
        const auto view = native::task_consensus(state, task_);
        if (view.total != integer_of(step.at("total"))) return "total is " + to_decimal(view.total);
        for (const auto& group : view.groups)
            if (group.value == value && group.weight != integer_of(step.at("group")))
                return "group is " + to_decimal(group.weight);
        const auto answer = world_.call({}, poco::kHub, abi::encode_call(hub::kViewContribution, task_, worker));
        const auto entry = abi::decode<poco::Contribution>(answer.output);
        if (!entry || std::get<0>(*entry).weight != integer_of(step.at("logWeight"))) return "log weight differs";
        return {};
    }

    std::string finish() {
        const auto answer = world_.call({}, poco::kHub, abi::encode_call(hub::kViewTask, task_));
        const auto task = std::get<0>(abi::decode<poco::Task>(answer.output).value());
        if (run_.contains("winnerCounter") && task.winner_counter != integer_of(run_.at("winnerCounter")))
            return "winnerCounter is " + to_decimal(task.winner_counter);
        if (run_.contains("revealed"))
            for (const auto& role : run_.at("revealed")) {
                const auto name = role.get<std::string>();
                const auto data = abi::encode_call(hub::kReveal, task_, digests_.at(name));
                if (auto problem = expect_success("reveal", send(name, poco::kHub, data)); !problem.empty())
                    return problem;
            }
        if (run_.at("outcome") == "claimed") {
            const auto claimed = send_at(task.final_deadline.low_u64(), "anyone", abi::encode_call(hub::kClaim, task_));
            return expect_success("claim", claimed);
        }
        const auto finalized = send_at(std::max(task.reveal_deadline.low_u64(), world_.time_s() + 10), "scheduler",
                                       abi::encode_call(hub::kFinalize, task_, Bytes{}, Bytes{}));
        if (auto problem = expect_success("finalize", finalized); !problem.empty()) return problem;
        return compare_events(finalized.logs);
    }

    std::string compare_events(const std::vector<state::Log>& logs) const {
        const auto& wanted = run_.at("events");
        if (wanted.size() != logs.size()) return std::to_string(logs.size()) + " events";
        for (std::size_t i = 0; i < logs.size(); ++i) {
            const json actual = event_json(logs[i], wanted[i]);
            if (actual != wanted[i]) return "event " + std::to_string(i) + " is " + actual.dump();
        }
        return {};
    }

    /// The event in the form of the file; accounts are compared through the names that the file uses.
    json event_json(const state::Log& log, const json& wanted) const {
        const auto role = [&](std::size_t place, const Address& address) -> json {
            if (place < wanted.size() && wanted[place].is_string() &&
                vectors_.address(wanted[place].get<std::string>()) == address)
                return wanted[place];
            return to_hex(address);
        };
        const auto name = std::string(poco::event_name(log.topics[0]));
        const auto amount_event = [&](const auto& event) -> json {
            return {name, role(1, event.owner), to_decimal(event.amount)};
        };
        if (const auto e = poco::decode_event<events::Seize>(log.topics, log.data)) return amount_event(*e);
        if (const auto e = poco::decode_event<events::Reward>(log.topics, log.data)) return amount_event(*e);
        if (const auto e = poco::decode_event<events::Unlock>(log.topics, log.data)) return amount_event(*e);
        if (const auto e = poco::decode_event<events::Lock>(log.topics, log.data)) return amount_event(*e);
        if (const auto e = poco::decode_event<events::Transfer>(log.topics, log.data))
            return {name, role(1, e->from), role(2, e->to), to_decimal(e->value)};
        if (const auto e = poco::decode_event<events::AccurateContribution>(log.topics, log.data))
            return {name, role(1, e->worker)};
        if (const auto e = poco::decode_event<events::FaultyContribution>(log.topics, log.data))
            return {name, role(1, e->worker)};
        return json::array({name});
    }

    Uint256 stake_of(const std::string& role) const { return part_of(role, 0); }
    Uint256 part_of(const std::string& role, std::size_t part) const {
        const json value = tracked_value(world_, vectors_, {}, role);
        return integer_of(value[part]);
    }

    std::string compare_after() {
        for (const auto& [role, after] : run_.at("after").items()) {
            // Deltas are signed decimal texts: compare modulo 2^256.
            auto text = after.at("delta").get<std::string>();
            const bool negative = text.starts_with('-');
            if (negative) text.erase(0, 1);
            const Uint256 size = *uint256_from_decimal(text);
            const Uint256 delta = negative ? Uint256(0) - size : size;
            if (stake_of(role) - before_.at(role) != delta) return "stake of " + role + " differs";
            if (part_of(role, 1) != integer_of(after.at("locked"))) return "locked of " + role + " differs";
            if (after.contains("score") && tracked_value(world_, vectors_, {}, "score:" + role) != after.at("score"))
                return "score of " + role + " differs";
        }
        if (part_of("kitty", 1) != integer_of(run_.at("kittyAfter"))) return "the kitty differs";
        return {};
    }

    const json& run_;
    const Vectors& vectors_;
    World world_;
    Hash separator_;
    poco::TaskId task_;
    std::map<std::string, Uint256> before_;
    std::map<std::string, Hash> digests_;
};

}  // namespace

void run_consensus(const Vectors& vectors, Report& report) {
    const json file = vectors.load("vectors-consensus.json");
    for (const auto& row : file.at("weightTable")) {
        const Uint256 weight = poco::worker_weight(integer_of(row.at("score")));
        const bool same = weight == integer_of(row.at("weight")) &&
                          Uint256(poco::log_weight(weight)) == integer_of(row.at("logWeight"));
        report.check("weight of score " + row.at("score").get<std::string>(), same ? "" : "differs");
    }
    for (const auto& run : file.at("runs"))
        report.check("consensus run " + run.at("n").dump(), ConsensusRun(run, vectors).replay());
}

}  // namespace bourse::conformance
