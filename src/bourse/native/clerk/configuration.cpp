// Administration of the hub, its diamond surface, categories and constants (poco.md §1.4–§1.6, chain.md §3).
#include <bourse/codec/eip712.hpp>
#include <bourse/native/clerk/entries.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;
namespace texts = poco::texts;

constexpr std::uint64_t kDefaultCallbackGas = 200'000;

HubConfig config_of(Context& context) { return load_hub_config(context.state(), context.self()); }
void save_config(Context& context, const HubConfig& config) {
    store_hub_config(context.state(), context.self(), config);
}
Hash current_separator(Context& context) {
    return eip712::domain_separator(poco::hub_domain(context.block().chain_id, context.self()));
}

Outcome<HubConfig> owned_config(Context& context) {
    auto config = config_of(context);
    if (context.sender() != config.owner) return revert_text(texts::kNotOwner);
    return config;
}
/// Ownership of the diamond itself answers by a custom error.
Outcome<HubConfig> contract_owned_config(Context& context) {
    auto config = config_of(context);
    if (context.sender() != config.owner)
        return revert_data(
            abi::encode_call(poco::selectors::errors::kNotContractOwner, context.sender(), config.owner));
    return config;
}

Outcome<void> configure(Context& context, Address token, std::string name, std::string symbol, std::uint8_t decimals,
                        Address app_registry, Address dataset_registry, Address workerpool_registry, Address v3_hub) {
    BOURSE_TRY(auto config, owned_config(context));
    if (!config.domain_separator.is_zero()) return revert_text(texts::kAlreadyConfigured);
    config.token = token;
    config.name = std::move(name);
    config.symbol = std::move(symbol);
    config.decimals = decimals;
    config.app_registry = app_registry;
    config.dataset_registry = dataset_registry;
    config.workerpool_registry = workerpool_registry;
    config.v3_hub = v3_hub;
    config.domain_separator = current_separator(context);
    config.callback_gas = kDefaultCallbackGas;
    save_config(context, config);
    return {};
}

Outcome<void> update_domain_separator(Context& context) {
    auto config = config_of(context);
    if (config.domain_separator.is_zero()) return revert_text(texts::kNotConfigured);
    config.domain_separator = current_separator(context);
    save_config(context, config);
    return {};
}

Outcome<void> set_tee_broker(Context& context, Address broker) {
    BOURSE_TRY(auto config, owned_config(context));
    config.tee_broker = broker;
    save_config(context, config);
    return {};
}

Outcome<void> set_callback_gas(Context& context, Uint256 gas_limit) {
    BOURSE_TRY(auto config, owned_config(context));
    config.callback_gas = gas_limit;
    save_config(context, config);
    return {};
}

Outcome<void> change_registries(Context& context, Address apps, Address datasets, Address workerpools) {
    BOURSE_TRY(auto config, owned_config(context));
    config.app_registry = apps;
    config.dataset_registry = datasets;
    config.workerpool_registry = workerpools;
    save_config(context, config);
    return {};
}

Outcome<Uint256> create_category(Context& context, std::string name, std::string description, Uint256 time) {
    BOURSE_TRY(const auto config, owned_config(context));
    append_category(context.state(), context.self(), {name, description, time});
    context.emit(poco::events::CreateCategory{config.category_count, name, description, time});
    return Uint256(config.category_count);
}

Outcome<void> transfer_hub_ownership(Context& context, Address owner) {
    BOURSE_TRY(auto config, contract_owned_config(context));
    const Address former = config.owner;
    config.owner = owner;
    save_config(context, config);
    context.emit(poco::events::OwnershipTransferred{former, owner});
    return {};
}

/// (address,uint8,bytes4[]), one cut of a diamond.
struct FacetCut {
    Address facet;
    std::uint8_t action = 0;
    std::vector<Bytes4> selectors;
};
auto abi_fields(FacetCut& o) { return std::tie(o.facet, o.action, o.selectors); }

Outcome<void> diamond_cut(Context& context, std::vector<FacetCut>, Address, Bytes) {
    BOURSE_CHECK(contract_owned_config(context));
    return revert_text(texts::kUpgradesGoverned);
}

/// (address,bytes4[]), an entry of facets().
struct Facet {
    Address facet;
    std::vector<Bytes4> selectors;
};
auto abi_fields(const Facet& o) { return std::tie(o.facet, o.selectors); }
auto abi_fields(Facet& o) { return std::tie(o.facet, o.selectors); }

Outcome<std::vector<Facet>> facets(Context&) { return std::vector<Facet>{}; }
Outcome<std::vector<Address>> facet_addresses(Context&) { return std::vector<Address>{}; }
Outcome<std::vector<Bytes4>> facet_function_selectors(Context&, Address) { return std::vector<Bytes4>{}; }
Outcome<Address> facet_address(Context&, Bytes4) { return Address{}; }
Outcome<bool> hub_supports(Context&, Bytes4 id) {
    const std::uint32_t number = poco::selectors::number(id);
    return number == 0x01ffc9a7 || number == 0x1f931c1c || number == 0x48e2b093 || number == 0x7f5828d0;
}

struct DomainTuple {
    std::string name;
    std::string version;
    Uint256 chain_id;
    Address verifying_contract;
};
auto abi_fields(const DomainTuple& o) { return std::tie(o.name, o.version, o.chain_id, o.verifying_contract); }
auto abi_fields(DomainTuple& o) { return std::tie(o.name, o.version, o.chain_id, o.verifying_contract); }

Outcome<DomainTuple> domain(Context& context) {
    const auto d = poco::hub_domain(context.block().chain_id, context.self());
    return DomainTuple{d.name, d.version, d.chain_id, d.verifying_contract};
}
Outcome<Bytes32> domain_separator_view(Context& context) { return config_of(context).domain_separator; }
Outcome<Address> hub_owner(Context& context) { return config_of(context).owner; }
Outcome<Address> hub_token(Context& context) { return config_of(context).token; }
Outcome<Address> tee_broker(Context& context) { return config_of(context).tee_broker; }
Outcome<Uint256> callback_gas(Context& context) { return config_of(context).callback_gas; }
Outcome<Address> app_registry(Context& context) { return config_of(context).app_registry; }
Outcome<Address> dataset_registry(Context& context) { return config_of(context).dataset_registry; }
Outcome<Address> workerpool_registry(Context& context) { return config_of(context).workerpool_registry; }
Outcome<Uint256> count_category(Context& context) { return Uint256(config_of(context).category_count); }
Outcome<Address> kitty_address(Context&) { return poco::kKitty; }

template <std::uint64_t Value>
Outcome<Uint256> constant(Context&) {
    return Uint256(Value);
}

constexpr auto kConfigTable = make_table(
    std::to_array<Entry>({write<&configure>(hub_sel::kConfigure, kGasWrite, &gas::texts<1, 2>),
                          write<&update_domain_separator>(hub_sel::kUpdateDomainSeparator),
                          write<&set_tee_broker>(hub_sel::kSetTeeBroker),
                          write<&set_callback_gas>(hub_sel::kSetCallbackGas),
                          write<&change_registries>(hub_sel::kChangeRegistries),
                          write<&create_category>(hub_sel::kCreateCategory, kGasWrite, &gas::texts<0, 1>),
                          write<&transfer_hub_ownership>(hub_sel::kTransferOwnership),
                          write<&diamond_cut>(hub_sel::kDiamondCut),
                          view<&facets>(hub_sel::kFacets),
                          view<&facet_addresses>(hub_sel::kFacetAddresses),
                          view<&facet_function_selectors>(hub_sel::kFacetFunctionSelectors),
                          view<&facet_address>(hub_sel::kFacetAddress),
                          view<&hub_supports>(hub_sel::kSupportsInterface),
                          view<&domain>(hub_sel::kDomain),
                          view<&domain_separator_view>(hub_sel::kEip712domainSeparator),
                          view<&hub_owner>(hub_sel::kOwner),
                          view<&hub_token>(hub_sel::kToken),
                          view<&tee_broker>(hub_sel::kTeebroker),
                          view<&callback_gas>(hub_sel::kCallbackgas),
                          view<&app_registry>(hub_sel::kAppregistry),
                          view<&dataset_registry>(hub_sel::kDatasetregistry),
                          view<&workerpool_registry>(hub_sel::kWorkerpoolregistry),
                          view<&count_category>(hub_sel::kCountCategory),
                          view<&kitty_address>(hub_sel::kKittyAddress),
                          view<&constant<poco::kContributionDeadlineRatio>>(hub_sel::kContributionDeadlineRatio),
                          view<&constant<poco::kRevealDeadlineRatio>>(hub_sel::kRevealDeadlineRatio),
                          view<&constant<poco::kFinalDeadlineRatio>>(hub_sel::kFinalDeadlineRatio),
                          view<&constant<poco::kWorkerpoolStakeRatio>>(hub_sel::kWorkerpoolStakeRatio),
                          view<&constant<poco::kKittyRatio>>(hub_sel::kKittyRatio),
                          view<&constant<poco::kKittyMin>>(hub_sel::kKittyMin),
                          view<&constant<poco::kGroupMemberPurpose>>(hub_sel::kGroupmemberPurpose)}));

}  // namespace

std::span<const Entry> hub_config_entries() noexcept { return kConfigTable; }

}  // namespace bourse::native
