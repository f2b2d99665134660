// vectors-registries.json: the live registries. The recompiled ones are another build.
#include "runs.hpp"
#include "steps.hpp"

#include <bourse/crypto/hash.hpp>
#include <bourse/poco/addresses.hpp>

namespace bourse::conformance {
namespace {

namespace reg = poco::selectors::registry;

/// Call data and target of a view of the file, which names neither.
struct RegistryView {
    std::string target;
    Bytes data;
};

Bytes4 selector_named(std::span<const poco::selectors::Named> table, const std::string& name) {
    for (const auto& entry : table)
        if (entry.signature.substr(0, entry.signature.find('(')) == name) return entry.selector;
    return {};
}

RegistryView view_of(const json& view, const json& run, const Vectors& vectors) {
    const auto label = view.at("label").get<std::string>();
    const auto name = view.at("fn").get<std::string>();
    const Uint256 app = integer_of(run.at("creations")[0].at("tokenId"));
    if (label.starts_with("app.") || label.starts_with("dataset.") || label.starts_with("workerpool.")) {
        const std::string target = label.starts_with("app.")       ? "AppRegistry#0"
                                   : label.starts_with("dataset.") ? "DatasetRegistry#1"
                                                                   : "WorkerpoolRegistry#2";
        return {target, to_bytes(selector_named(poco::selectors::resource_functions(), name))};
    }
    const Bytes4 selector = selector_named(poco::selectors::registry_functions(), name);
    const auto call = [&](const auto&... args) -> RegistryView {
        return {"appRegistry", abi::encode_call(selector, args...)};
    };
    if (label == "isRegistered(random)") return call(vectors.address("anyone"));
    if (label == "ownerOf unknown" || label == "tokenURI unknown") return call(Uint256(1));
    if (label == "balanceOf(0)") return call(Address{});
    if (label == "tokenByIndex(0)") return call(Uint256(0));
    if (label == "tokenByIndex(99)") return call(Uint256(99));
    if (label == "tokenOfOwnerByIndex")
        return call(address_of(run.at("ownerAfterTransfer_registeredOwnerOf")), Uint256(0));
    return call(app);  // getApproved
}

template <class T>
std::string expect_view(const World& world, const Address& to, const Bytes& data, const T& expected) {
    const auto outcome = world.call({}, to, data);
    return outcome.output == abi::encode(expected) ? std::string() : "returned " + to_hex(outcome.output);
}

void check_registry(const World& world, const std::string& name, const json& facts, Report& report) {
    const Address at = address_of(facts.at("address"));
    const auto check = [&](const std::string& what, const Bytes4& selector, const auto& expected) {
        report.check(name + " " + what, expect_view(world, at, to_bytes(selector), expected));
    };
    check("name", reg::kName, facts.at("name").get<std::string>());
    check("symbol", reg::kSymbol, facts.at("symbol").get<std::string>());
    check("owner", reg::kOwner, address_of(facts.at("owner")));
    check("master", reg::kMaster, address_of(facts.at("master")));
    check("previous", reg::kPrevious, address_of(facts.at("previous")));
    check("initialized", reg::kInitialized, facts.at("initialized").get<bool>());
    check("baseURI", reg::kBaseURI, facts.at("baseURI").get<std::string>());
    check("proxyCodeHash", reg::kProxyCodeHash, hash_of(facts.at("proxyCodeHash")));
    for (const auto& [id, supported] : facts.at("supports").items())
        report.check(name + " supports " + id,
                     expect_view(world, at, abi::encode_call(reg::kSupportsInterface, *fixed_from_hex<Bytes4>(id)),
                                 supported.get<bool>()));
}

std::string check_creation_facts(const World& world, const Address& registry, const json& creation) {
    const Address resource = address_of(creation.at("address"));
    const Uint256 id = integer_of(creation.at("tokenId"));
    const auto first_problem = {
        expect_view(world, registry, abi::encode_call(reg::kIsRegistered, resource),
                    creation.at("isRegistered").get<bool>()),
        expect_view(world, registry, abi::encode_call(reg::kTokenURI, id), creation.at("tokenURI").get<std::string>()),
        expect_view(world, registry, abi::encode_call(reg::kTotalSupply), integer_of(creation.at("totalSupply"))),
        expect_view(world, registry, abi::encode_call(reg::kOwnerOf, id), address_of(creation.at("owner")))};
    for (const auto& problem : first_problem)
        if (!problem.empty()) return problem;
    return {};
}

void check_creation(World& world, std::size_t number, const json& creation, Vectors& vectors, Report& report) {
    const auto registry_name = creation.at("registry").get<std::string>();
    const std::string name = registry_name + "#" + std::to_string(number);
    std::string contract = registry_name;
    contract[0] = static_cast<char>(contract[0] - 'A' + 'a');
    const Address registry = vectors.address(contract);
    vectors.name_address(name, address_of(creation.at("address")));

    const auto initializer = bytes_of(creation.at("initializerCalldata"));
    const Address owner = address_of(creation.at("owner"));
    const Hash salt = crypto::keccak256({initializer, owner});
    report.check(name + " salt", salt == hash_of(creation.at("salt")) ? "" : "is " + to_hex(salt));
    const Address predicted = poco::resource_address(registry, initializer, owner);
    report.check(name + " address", predicted == address_of(creation.at("address")) ? "" : "is " + to_hex(predicted));

    const auto outcome =
        world.transact(vectors.key("anyone"), registry, bytes_of(creation.at("calldata")), 0, world.time_s() + 10);
    const json as_step{{"status", 1},
                       {"ret", to_hex(abi::encode(address_of(creation.at("address"))))},
                       {"logs", creation.at("event_logs")}};
    report.check(name + " creation", compare_step(outcome, as_step, vectors, {}));
    report.check(name + " facts", check_creation_facts(world, registry, creation));
}

void check_views(const World& world, const json& run, const Vectors& vectors, Report& report) {
    for (const auto& view : run.at("views")) {
        const auto target = view_of(view, run, vectors);
        const auto outcome = world.call({}, vectors.address(target.target), target.data);
        const bool ok = view.contains("ret");
        const auto expected = ok ? view.at("ret") : view.at("revertData");
        const bool same = outcome.success == ok && to_hex(outcome.output) == expected;
        report.check("registries: view " + view.at("label").get<std::string>(),
                     same ? std::string() : "returned " + to_hex(outcome.output));
    }
}

void run_live(const json& run, Vectors vectors, Report& report) {
    auto genesis = baseline();
    genesis.hub.apps.clear();
    genesis.hub.datasets.clear();
    genesis.hub.workerpools.clear();
    const auto& registries = run.at("registries");
    genesis.hub.app_base_uri = registries.at("AppRegistry").at("baseURI").get<std::string>();
    genesis.hub.dataset_base_uri = registries.at("DatasetRegistry").at("baseURI").get<std::string>();
    genesis.hub.workerpool_base_uri = registries.at("WorkerpoolRegistry").at("baseURI").get<std::string>();
    World world(genesis);
    for (const auto& [name, facts] : registries.items()) check_registry(world, name, facts, report);
    std::size_t number = 0;
    for (const auto& creation : run.at("creations")) check_creation(world, number++, creation, vectors, report);
    for (const auto& step : run.at("steps")) {
        const auto outcome = run_step(world, step, vectors);
        report.check("registries: " + step.at("label").get<std::string>(), compare_step(outcome, step, vectors, {}));
    }
    check_views(world, run, vectors, report);
    const Uint256 app = integer_of(run.at("creations")[0].at("tokenId"));
    report.check("registries: owner after transfer",
                 expect_view(world, poco::kAppRegistry, abi::encode_call(reg::kOwnerOf, app),
                             address_of(run.at("ownerAfterTransfer_registeredOwnerOf"))));
}

}  // namespace

void run_registries(Vectors vectors, Report& report) {
    const json file = vectors.load("vectors-registries.json");
    for (const auto& run : file.at("runs")) {
        if (run.at("label").get<std::string>().starts_with("live")) {
            run_live(run, vectors, report);
            continue;
        }
        for (const auto* part : {"creations", "steps", "views"})
            for (std::size_t i = 0; i < run.at(part).size(); ++i)
                report.skip(SkipClass::kOtherBuild, "registry entries", std::string(part) + " " + std::to_string(i));
    }
}

}  // namespace bourse::conformance
