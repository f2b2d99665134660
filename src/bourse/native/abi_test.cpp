// The whole ABI of the official contracts (tests/data/poco/*-abi.json) against the dispatch tables: every function is
// served with the right access, every event and error is known, or stands in a list below with the reason.
#include <bourse/native/core/gas.hpp>
#include <bourse/native/dispatch.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/test_world.hpp>
#include <bourse/native/token/rlc.hpp>
#include <bourse/poco/error_text.hpp>
#include <bourse/poco/events.hpp>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace bourse::native::test {
namespace {

using nlohmann::json;

// chain.md §3: upgrades are governed, so nothing is ever cut into the diamond.
const std::set<std::string> kUnusedEvents{"DiamondCut"};
const std::set<std::string> kUnusedErrors{
    // of diamondCut, which the owner is refused with a text (chain.md §3)
    "CannotAddFunctionToDiamondThatAlreadyExists", "CannotAddSelectorsToZeroAddress",
    "CannotRemoveFunctionThatDoesNotExist", "CannotRemoveImmutableFunction", "CannotReplaceFunctionThatDoesNotExists",
    "CannotReplaceFunctionWithTheSameFunctionFromTheSameFacet", "CannotReplaceFunctionsFromFacetWithZeroAddress",
    "CannotReplaceImmutableFunction", "IncorrectFacetCutAction", "InitializationFunctionReverted",
    "NoBytecodeAtAddress", "NoSelectorsProvidedForFacetForCut", "RemoveFacetAddressMustBeZeroAddress",
    // where neither fallback nor receive is registered; the hub has both (poco.md §1.2)
    "FunctionNotFound"};
// rlc-abi.json: "refill, forceApprove, forceBurn are test-only".
const std::set<std::string> kTestOnlyTokenFunctions{"refill", "forceApprove", "forceBurn"};

json load_abi(const std::string& name) {
    std::ifstream file(std::string(BOURSE_TEST_DATA) + "/poco/" + name);
    return json::parse(file);
}
std::string type_text(const json& input) {
    const auto type = input.at("type").get<std::string>();
    if (!type.starts_with("tuple")) return type;
    std::string out;
    for (const auto& member : input.at("components")) out += (out.empty() ? "" : ",") + type_text(member);
    return "(" + out + ")" + type.substr(5);
}
std::string signature_of(const json& entry) {
    std::string out;
    for (const auto& input : entry.at("inputs")) out += (out.empty() ? "" : ",") + type_text(input);
    return entry.at("name").get<std::string>() + "(" + out + ")";
}
std::uint32_t selector_number(const json& entry) { return poco::selectors::number(abi::selector(signature_of(entry))); }
bool is_read_only(const json& function) {
    const auto mutability = function.at("stateMutability").get<std::string>();
    return mutability == "view" || mutability == "pure";
}

/// Compares each function of the ABI with the entry that `find` gives; returns how many there were.
template <class Find>
std::size_t check_functions(const json& abi_list, const Find& find) {
    std::size_t count = 0;
    for (const auto& entry : abi_list) {
        if (entry.at("type") != "function" || kTestOnlyTokenFunctions.contains(entry.at("name"))) continue;
        ++count;
        const Entry* served = find(selector_number(entry));
        EXPECT_NE(served, nullptr) << signature_of(entry);
        if (served == nullptr) continue;
        EXPECT_EQ(served->access, is_read_only(entry) ? Access::kView : Access::kWrite) << signature_of(entry);
    }
    return count;
}

TEST(WholeAbi, HubServesEveryFunctionAndNoOther) {
    std::size_t served = 0;
    for (const auto table : hub_tables()) served += table.size();
    EXPECT_EQ(check_functions(load_abi("poco-abi.json").at("abi"), &find_hub_entry), served);
    EXPECT_EQ(served, 96U);  // poco.md §1.1
}

TEST(WholeAbi, TokenServesEveryFunctionAndNoOther) {
    const auto find = [](std::uint32_t selector) { return find_entry(rlc_table(), selector); };
    EXPECT_EQ(check_functions(load_abi("rlc-abi.json").at("abi"), find), rlc_table().size());
}

TEST(WholeAbi, RegistriesAndResourcesServeEveryFunction) {
    const auto data = load_abi("registries-abi.json");
    const std::tuple<ResourceKind, const char*, const char*> kinds[] = {
        {ResourceKind::kApp, "AppRegistry", "App"},
        {ResourceKind::kDataset, "DatasetRegistry", "Dataset"},
        {ResourceKind::kWorkerpool, "WorkerpoolRegistry", "Workerpool"}};
    for (const auto& [kind, registry, resource] : kinds) {
        const auto in_registry = [kind = kind](std::uint32_t s) { return find_entry(registry_table(kind), s); };
        const auto in_resource = [kind = kind](std::uint32_t s) { return find_entry(resource_table(kind), s); };
        EXPECT_EQ(check_functions(data.at(registry), in_registry), registry_table(kind).size()) << registry;
        const auto own = check_functions(data.at(resource), in_resource);
        // The proxy in front of each resource has initialize(address,bytes).
        EXPECT_EQ(own + check_functions(data.at("entryProxy"), in_resource), resource_table(kind).size()) << resource;
    }
}

TEST(WholeAbi, OtherModesAreNotServed) {
    const auto data = load_abi("poco-abi.json");
    std::set<std::uint32_t> token_mode;
    for (const auto& entry : data.at("abi"))
        if (entry.at("type") == "function") token_mode.insert(selector_number(entry));
    TestWorld world;
    std::size_t refused = 0;
    for (const auto* mode : {"abiNativeEscrow", "abiBoost", "abiInterfaceOnly"})
        for (const auto& entry : data.at(mode)) {
            if (entry.at("type") != "function" || token_mode.contains(selector_number(entry))) continue;
            const auto result = world.send(role("admin"), poco::kHub, to_bytes(abi::selector(signature_of(entry))));
            EXPECT_EQ(result.output, abi::encode_error(poco::texts::kFallbackDisabled)) << signature_of(entry);
            ++refused;
        }
    EXPECT_EQ(refused, 8U);  // deposit(), depositFor(address), five of boost, renounceOwnership()
}

TEST(WholeAbi, EveryEventIsKnown) {
    const auto hub_abi = load_abi("poco-abi.json").at("abi");
    const auto registries = load_abi("registries-abi.json");
    std::vector<json> lists{hub_abi, load_abi("rlc-abi.json").at("abi")};
    for (const auto* name : {"AppRegistry", "DatasetRegistry", "WorkerpoolRegistry", "App", "Dataset", "Workerpool"})
        lists.push_back(registries.at(name));
    for (const auto& list : lists)
        for (const auto& entry : list) {
            if (entry.at("type") != "event" || kUnusedEvents.contains(entry.at("name"))) continue;
            EXPECT_EQ(poco::event_name(abi::event_topic(signature_of(entry))), entry.at("name").get<std::string>())
                << signature_of(entry);
        }
}

TEST(WholeAbi, EveryErrorIsKnown) {
    namespace errors = poco::selectors::errors;
    const std::set<std::uint32_t> used{poco::selectors::number(errors::kIncompatibleDatasetOrder),
                                       poco::selectors::number(errors::kUnsupportedOperation),
                                       poco::selectors::number(errors::kOperationFailed),
                                       poco::selectors::number(errors::kCallerIsNotTheRequester),
                                       poco::selectors::number(errors::kNotContractOwner),
                                       poco::selectors::number(errors::kMathOverflowedMulDiv)};
    std::size_t found = 0;
    const auto data = load_abi("poco-abi.json");
    for (const auto& entry : data.at("abi")) {
        if (entry.at("type") != "error" || kUnusedErrors.contains(entry.at("name"))) continue;
        EXPECT_TRUE(used.contains(selector_number(entry))) << signature_of(entry);
        ++found;
    }
    EXPECT_EQ(found, used.size());
}

}  // namespace
}  // namespace bourse::native::test
