// vectors-match.json, vectors-lifecycle.json and vectors-escrow.json.
#include "runs.hpp"
#include "steps.hpp"

namespace bourse::conformance {
namespace {

/// Contracts of the vectors that need code which our chain does not run yet.
bool is_callback_scenario(const std::string& name) {
    return name == "contributeAndFinalize-callback" || name == "finalize-callback-TestClient" ||
           name == "finalize-callback-GasWasterClient" || name == "finalize-callback-ERC734Mock";
}

World world_of(const json& scenario, const Vectors& vectors) {
    auto genesis = baseline();
    if (scenario.contains("injectedScores"))
        for (const auto& [role, score] : scenario.at("injectedScores").items())
            genesis.hub.scores.emplace_back(vectors.address(role), integer_of(score));
    return World(genesis);
}

}  // namespace

chain::GenesisConfig baseline() { return chain::conformance_genesis(); }

void run_match(const Vectors& vectors, Report& report) {
    const json file = vectors.load("vectors-match.json");
    for (const auto& scenario : file.at("scenarios"))
        Scenario(scenario, vectors, world_of(scenario, vectors), report).run();
}

void run_lifecycle(const Vectors& vectors, Report& report) {
    const json file = vectors.load("vectors-lifecycle.json");
    for (const auto& scenario : file.at("scenarios")) {
        const auto name = scenario.at("name").get<std::string>();
        StepOptions options;
        if (is_callback_scenario(name)) {
            report.skip(SkipClass::kNeedsEvm, "callback part of lifecycle scenarios", name);
            options.without_logs_of = {"TestClient", "GasWasterClient", "ERC734Mock"};
        }
        // The one view of a callee's own storage.
        const auto of_callee = [](const json& view) { return view.at("fn") == "store"; };
        Scenario(scenario, vectors, world_of(scenario, vectors), report, options).run({}, of_callee);
    }
}

void run_escrow(const Vectors& vectors, Report& report) {
    const json file = vectors.load("vectors-escrow.json");
    auto genesis = baseline();
    genesis.hub.stakes.clear();
    genesis.hub.rlc.clear();
    const Uint256 hundred = Uint256(100) * 1'000'000'000;
    for (const auto* role : {"requester", "sponsor", "scheduler", "anyone"})
        genesis.hub.rlc.emplace_back(vectors.address(role), hundred);
    genesis.hub.rlc.emplace_back(vectors.address("admin"), Uint256(87'000'000) * 1'000'000'000 - hundred * 4);
    const auto needs_receiver = [&](const json& step) {
        const auto label = step.at("label").get<std::string>();
        if (label != "approveAndCall to receiver" && label != "approveAndCall refused (reverts)") return false;
        report.skip(SkipClass::kNeedsEvm, "escrow steps", label);
        return true;
    };
    Scenario(file.at("token"), vectors, World(genesis), report).run(needs_receiver);
    for (const auto& step : file.at("native").at("steps"))
        report.skip(SkipClass::kNativeMode, "steps", step.at("label").get<std::string>());
}

}  // namespace bourse::conformance
