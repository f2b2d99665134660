// vectors-negative.json: calls on the baseline that leave no trace.
#include "runs.hpp"
#include "steps.hpp"

#include <bourse/poco/addresses.hpp>

#include <set>

namespace bourse::conformance {
namespace {

namespace hub = poco::selectors::hub;

const std::set<std::string>& cases_that_need_evm() {
    static const std::set<std::string> cases{"P12b", "N12b", "N12d", "P13", "P14", "P15", "P16",
                                             "P17",  "P18",  "P19",  "P1a", "P1b", "N20", "N20c",
                                             "P21d", "N21g", "N21h", "N30", "N40"};
    return cases;
}

constexpr std::uint64_t kFirstTime = 1'700'100'010;

std::string compare_expectation(const Outcome& outcome, const json& expect) {
    const bool ok = expect.at("ok").get<bool>();
    if (outcome.success != ok)
        return std::string(outcome.success ? "succeeded" : "failed") + " with " + to_hex(outcome.output);
    const std::string wanted = expect.contains("dealid") ? expect.at("dealid").get<std::string>()
                               : expect.contains("ret")  ? expect.at("ret").get<std::string>()
                                                         : expect.value("data", "0x");
    return to_hex(outcome.output) == wanted ? std::string() : "answered " + to_hex(outcome.output);
}

World prepared_world(const World& base, const json& entry, const Vectors& vectors, Report& report) {
    World world = base;
    if (!entry.contains("prepare")) return world;
    for (const auto& step : entry.at("prepare")) {
        const auto outcome = run_step(world, step, vectors);
        report.check(entry.at("id").get<std::string>() + " prepare: " + step.at("label").get<std::string>(),
                     compare_step(outcome, step, vectors, {}));
    }
    return world;
}

void run_cases(const json& file, const World& base, const Vectors& vectors, Report& report) {
    const json& orders = file.at("cases")[0].at("orders");
    for (const auto& entry : file.at("cases")) {
        const auto id = entry.at("id").get<std::string>();
        if (cases_that_need_evm().contains(id)) {
            report.skip(SkipClass::kNeedsEvm, "match cases", id);
            continue;
        }
        World world = prepared_world(base, entry, vectors, report);
        const auto four = vectors.orders(orders, entry.value("changed", json::object()));
        const bool sponsored = entry.at("fn") == "sponsorMatchOrders";
        const auto data = match_call(sponsored ? hub::kSponsorMatchOrders : hub::kMatchOrders, four);
        const auto key = vectors.key(entry.at("from").get<std::string>());
        const auto outcome = world.transact(key, poco::kHub, data, 0, world.time_s() + 10);
        report.check("case " + id + " " + entry.at("desc").get<std::string>(),
                     compare_expectation(outcome, entry.at("expect")));
    }
}

/// The deals of cases C* (one, its task initialised) and D* (both).
World world_with_deals(const World& base, const json& deals, const std::vector<std::string>& names, bool initialize,
                       const Vectors& vectors, Report& report) {
    World world = base;
    const auto key = vectors.key("anyone");
    for (const auto& name : names) {
        const auto data = match_call(hub::kMatchOrders, vectors.orders(deals.at(name).at("orders")));
        const auto matched = world.transact(key, poco::kHub, data, 0, std::max(world.time_s() + 10, kFirstTime));
        report.check("deal " + name, matched.success ? "" : "failed with " + to_hex(matched.output));
        if (!initialize) continue;
        const auto deal = abi::decode<Bytes32>(matched.output);
        const auto call = abi::encode_call(hub::kInitialize, std::get<0>(deal.value()), Uint256(0));
        const auto initialized = world.transact(key, poco::kHub, call, 0, world.time_s() + 10);
        report.check("task of deal " + name, initialized.success ? "" : "failed with " + to_hex(initialized.output));
    }
    return world;
}

}  // namespace

void run_negative(const Vectors& vectors, Report& report) {
    const json file = vectors.load("vectors-negative.json");
    const World base(baseline());
    run_cases(file, base, vectors, report);
    const World with_task = world_with_deals(base, file.at("deals"), {"mng"}, true, vectors, report);
    const World with_deals = world_with_deals(base, file.at("deals"), {"mng", "nods"}, false, vectors, report);
    for (const auto& entry : file.at("other")) {
        const auto id = entry.at("id").get<std::string>();
        // The Z cases were recorded after the deals of the D cases: Z04 shows it.
        World world = id[0] == 'C' ? with_task : id[0] == 'D' || id[0] == 'Z' ? with_deals : base;
        json step = entry;
        step["t"] = std::max(world.time_s() + 10, kFirstTime);
        const auto outcome = run_step(world, step, vectors);
        report.check("call " + id + " " + entry.at("desc").get<std::string>(),
                     compare_expectation(outcome, entry.at("expect")));
    }
    for (const auto& entry : file.at("malformedContractAnswers"))
        report.skip(SkipClass::kNeedsEvm, "malformed contract answers", entry.at("behaviour").get<std::string>());
}

}  // namespace bourse::conformance
