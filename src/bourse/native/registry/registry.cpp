#include <bourse/base/assert.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/registry/registry_tokens.hpp>
#include <bourse/poco/error_text.hpp>

#include <initializer_list>

namespace bourse::native {
namespace {

namespace reg_sel = poco::selectors::registry;
namespace texts = poco::texts;
namespace events = poco::events;

struct RegistryFacts {
    std::string_view name;
    std::string_view symbol;
    Address master;  ///< where the official registry keeps the code of its resources; nothing stands there on our chain
};

const RegistryFacts& registry_facts(Context& context) {
    static const RegistryFacts apps{"iExec Application Registry (V5)", "iExecAppsV5",
                                    poco::fixed_literal<Address>("0xa37aE2b259D35aF4aBdde122eC90B204323ED304")};
    static const RegistryFacts datasets{"iExec Dataset Registry (V5)", "iExecDatasetsV5",
                                        poco::fixed_literal<Address>("0x212fdfCfCC22db97DeB3AC3260414909282BB4EE")};
    static const RegistryFacts pools{"iExec Workerpool Registry (V5)", "iExecWorkerpoolV5",
                                     poco::fixed_literal<Address>("0x330981485Dbd4EAcD7f14AD4e6A1324B48B09995")};
    switch (*registry_kind(context.self())) {
        case ResourceKind::kApp:
            return apps;
        case ResourceKind::kDataset:
            return datasets;
        case ResourceKind::kWorkerpool:
            return pools;
    }
    BOURSE_UNREACHABLE();
}

/// The address that a token id names; nullopt for ids above 160 bits, which no token has.
std::optional<Address> token_address(const Uint256& id) noexcept {
    if (id.bit_length() > 160) return std::nullopt;
    return address_of(to_be32(id));
}
Uint256 token_id(const Address& resource) noexcept { return uint256_from_be(resource); }

std::optional<Address> owner_of_id(Context& context, const Uint256& id) {
    const auto resource = token_address(id);
    return resource ? token_owner(context.state(), context.self(), *resource) : std::nullopt;
}

Outcome<Address> owner_or(Context& context, const Uint256& id, std::string_view text) {
    const auto owner = owner_of_id(context, id);
    if (!owner) return revert_text(text);
    return *owner;
}

Outcome<void> check_registry_owner(Context& context) {
    if (context.sender() != load_registry(context.state(), context.self()).owner) return revert_text(texts::kNotOwner);
    return {};
}

// Approvals.

Address approved_for(Context& context, const Uint256& id) {
    return address_of(context.state().slot(context.self(), key_of(Space::kApproved, *token_address(id))));
}
bool is_operator(Context& context, const Address& owner, const Address& account) {
    return !context.state().slot(context.self(), key_of(Space::kOperator, owner, account)).is_zero();
}
void set_approved(Context& context, const Address& owner, const Uint256& id, const Address& to) {
    context.state().set_slot(context.self(), key_of(Space::kApproved, *token_address(id)), word_of(to));
    context.emit(events::Erc721Approval{owner, to, id});
}

Outcome<void> registry_approve(Context& context, Address to, Uint256 id) {
    BOURSE_TRY(const Address owner, owner_or(context, id, "ERC721: owner query for nonexistent token"));
    if (to == owner) return revert_text("ERC721: approval to current owner");
    if (context.sender() != owner && !is_operator(context, owner, context.sender()))
        return revert_text("ERC721: approve caller is not owner nor approved for all");
    set_approved(context, owner, id, to);
    return {};
}

Outcome<Address> get_approved(Context& context, Uint256 id) {
    BOURSE_CHECK(owner_or(context, id, "ERC721: approved query for nonexistent token"));
    return approved_for(context, id);
}

Outcome<void> set_approval_for_all(Context& context, Address to, bool approved) {
    if (to == context.sender()) return revert_text("ERC721: approve to caller");
    context.state().set_slot(context.self(), key_of(Space::kOperator, context.sender(), to), to_be32(approved ? 1 : 0));
    context.emit(events::ApprovalForAll{context.sender(), to, approved});
    return {};
}

Outcome<bool> is_approved_for_all(Context& context, Address owner, Address account) {
    return is_operator(context, owner, account);
}

// Transfers.

Outcome<void> check_transfer(Context& context, const Uint256& id) {
    BOURSE_TRY(const Address owner, owner_or(context, id, "ERC721: operator query for nonexistent token"));
    if (context.sender() == owner || approved_for(context, id) == context.sender() ||
        is_operator(context, owner, context.sender()))
        return {};
    return revert_text("ERC721: transfer caller is not owner nor approved");
}

Outcome<void> transfer_token(Context& context, const Address& from, const Address& to, const Uint256& id) {
    if (*owner_of_id(context, id) != from) return revert_text("ERC721: transfer of token that is not own");
    if (to.is_zero()) return revert_text("ERC721: transfer to the zero address");
    set_approved(context, from, id, {});
    move_token(context.state(), context.self(), *token_address(id), from, to);
    context.emit(events::Erc721Transfer{from, to, id});
    return {};
}

Outcome<void> registry_transfer_from(Context& context, Address from, Address to, Uint256 id) {
    BOURSE_CHECK(check_transfer(context, id));
    return transfer_token(context, from, to, id);
}

/// onERC721Received of an account with code must answer its own selector.
Outcome<void> check_receiver(Context& context, const Address& from, const Address& to, const Uint256& id,
                             const Bytes& data) {
    constexpr std::string_view kNoReceiver = "ERC721: transfer to non ERC721Receiver implementer";
    if (!context.state().has_code(to)) return {};
    const auto& selector = poco::selectors::external::kOnERC721Received;
    const auto answer = context.call(to, abi::encode_call(selector, context.sender(), from, id, data));
    if (!answer.ok()) {
        if (answer.output.empty() || has_native_code(context.state(), to)) return revert_text(kNoReceiver);
        return revert_data(answer.output);
    }
    const auto magic = abi::decode<Bytes4>(answer.output);
    if (!magic) return revert_empty();
    if (std::get<0>(*magic) != selector) return revert_text(kNoReceiver);
    return {};
}

Outcome<void> safe_transfer_from_data(Context& context, Address from, Address to, Uint256 id, Bytes data) {
    BOURSE_CHECK(check_transfer(context, id));
    BOURSE_CHECK(transfer_token(context, from, to, id));
    return check_receiver(context, from, to, id, data);
}

Outcome<void> safe_transfer_from(Context& context, Address from, Address to, Uint256 id) {
    return safe_transfer_from_data(context, from, to, id, {});
}

// Views.

Outcome<Uint256> registry_balance_of(Context& context, Address owner) {
    if (owner.is_zero()) return revert_text("ERC721: balance query for the zero address");
    return Uint256(owned_count(context.state(), context.self(), owner));
}
Outcome<Address> registry_owner_of(Context& context, Uint256 id) {
    return owner_or(context, id, "ERC721: owner query for nonexistent token");
}
Outcome<Uint256> registry_total_supply(Context& context) {
    return Uint256(load_registry(context.state(), context.self()).count);
}
Outcome<Uint256> registry_token_by_index(Context& context, Uint256 index) {
    if (index >= load_registry(context.state(), context.self()).count)
        return revert_text("EnumerableMap: index out of bounds");
    return token_id(token_by_index(context.state(), context.self(), index.low_u64()));
}
Outcome<Uint256> token_of_owner_by_index(Context& context, Address owner, Uint256 index) {
    if (index >= owned_count(context.state(), context.self(), owner))
        return revert_text("EnumerableSet: index out of bounds");
    return token_id(owned_token(context.state(), context.self(), owner, index.low_u64()));
}
Outcome<std::string> token_uri(Context& context, Uint256 id) {
    BOURSE_CHECK(owner_or(context, id, "ERC721Metadata: URI query for nonexistent token"));
    const auto base = load_registry(context.state(), context.self()).base_uri;
    return base.empty() ? std::string() : base + to_decimal(id);
}
Outcome<std::string> registry_name(Context& context) { return std::string(registry_facts(context).name); }
Outcome<std::string> registry_symbol(Context& context) { return std::string(registry_facts(context).symbol); }
Outcome<Address> registry_master(Context& context) { return registry_facts(context).master; }
Outcome<Bytes> registry_proxy_code(Context&) { return Bytes{}; }
Outcome<Bytes32> registry_proxy_code_hash(Context&) { return poco::kProxyCodeHash; }
Outcome<std::string> registry_base_uri(Context& context) {
    return load_registry(context.state(), context.self()).base_uri;
}
Outcome<Address> registry_owner(Context& context) { return load_registry(context.state(), context.self()).owner; }
Outcome<Address> registry_previous(Context& context) { return load_registry(context.state(), context.self()).previous; }
Outcome<bool> registry_initialized(Context& context) {
    return load_registry(context.state(), context.self()).initialized;
}
Outcome<bool> registry_supports(Context&, Bytes4 id) {
    const std::uint32_t number = poco::selectors::number(id);
    return number == 0x01ffc9a7 || number == 0x80ac58cd || number == 0x5b5e139f || number == 0x780e9d63;
}

Outcome<bool> is_registered(Context& context, Address entry) {
    if (token_owner(context.state(), context.self(), entry)) return true;
    const Address previous = load_registry(context.state(), context.self()).previous;
    if (previous.is_zero()) return false;
    const auto answer = context.call(previous, abi::encode_call(reg_sel::kIsRegistered, entry), true);
    if (!answer.ok()) return revert_data(answer.output);
    const auto known = abi::decode<bool>(answer.output);
    if (!known) return revert_empty();
    return std::get<0>(*known);
}

// Administration.

Outcome<void> registry_initialize(Context& context, Address previous) {
    BOURSE_CHECK(check_registry_owner(context));
    auto config = load_registry(context.state(), context.self());
    if (config.initialized) return revert_empty();
    config.initialized = true;
    config.previous = previous;
    store_registry(context.state(), context.self(), config);
    return {};
}

Outcome<void> set_base_uri(Context& context, std::string uri) {
    BOURSE_CHECK(check_registry_owner(context));
    auto config = load_registry(context.state(), context.self());
    config.base_uri = std::move(uri);
    store_registry(context.state(), context.self(), config);
    return {};
}

void set_registry_owner(Context& context, const Address& owner) {
    auto config = load_registry(context.state(), context.self());
    const Address former = config.owner;
    config.owner = owner;
    store_registry(context.state(), context.self(), config);
    context.emit(events::OwnershipTransferred{former, owner});
}

Outcome<void> registry_transfer_ownership(Context& context, Address owner) {
    BOURSE_CHECK(check_registry_owner(context));
    if (owner.is_zero()) return revert_text(texts::kNewOwnerNull);
    set_registry_owner(context, owner);
    return {};
}

Outcome<void> registry_renounce_ownership(Context& context) {
    BOURSE_CHECK(check_registry_owner(context));
    set_registry_owner(context, {});
    return {};
}

Outcome<void> registry_set_name(Context& context, Address, std::string) {
    BOURSE_CHECK(check_registry_owner(context));
    return revert_text(texts::kSetNameUnsupported);
}

// Creation.

Outcome<Address> create(Context& context, ResourceKind kind, const Address& owner, const Bytes& initializer,
                        const ResourceRecord& record) {
    const Address resource = poco::resource_address(context.self(), initializer, owner);
    if (context.state().has_code(resource)) return revert_text(texts::kCreate2Failed);
    if (owner.is_zero()) return revert_text("ERC721: mint to the zero address");
    create_resource(context.state(), kind, owner, initializer, record);
    context.emit(events::Erc721Transfer{{}, owner, token_id(resource)});
    return resource;
}

poco::AppInfo app_info(const Address& owner, std::string name, std::string type, Bytes multiaddr,
                       const Bytes32& checksum, Bytes mrenclave) {
    return {owner, std::move(name), std::move(type), std::move(multiaddr), checksum, std::move(mrenclave)};
}

Outcome<Address> create_app(Context& context, Address owner, std::string name, std::string type, Bytes multiaddr,
                            Bytes32 checksum, Bytes mrenclave) {
    const auto info = app_info(owner, name, type, multiaddr, checksum, mrenclave);
    return create(context, ResourceKind::kApp, owner, poco::app_initializer(info),
                  {name, type, multiaddr, checksum, mrenclave, 0, 0});
}
Outcome<Address> predict_app(Context& context, Address owner, std::string name, std::string type, Bytes multiaddr,
                             Bytes32 checksum, Bytes mrenclave) {
    const auto info = app_info(owner, name, type, multiaddr, checksum, mrenclave);
    return poco::resource_address(context.self(), poco::app_initializer(info), owner);
}
Outcome<Address> create_dataset(Context& context, Address owner, std::string name, Bytes multiaddr, Bytes32 checksum) {
    const auto initializer = poco::dataset_initializer({owner, name, multiaddr, checksum});
    return create(context, ResourceKind::kDataset, owner, initializer, {name, {}, multiaddr, checksum, {}, 0, 0});
}
Outcome<Address> predict_dataset(Context& context, Address owner, std::string name, Bytes multiaddr, Bytes32 checksum) {
    const auto initializer = poco::dataset_initializer({owner, name, multiaddr, checksum});
    return poco::resource_address(context.self(), initializer, owner);
}
Outcome<Address> create_workerpool(Context& context, Address owner, std::string description) {
    return create(context, ResourceKind::kWorkerpool, owner, poco::workerpool_initializer(description),
                  {description, {}, {}, {}, {}, kDefaultWorkerStakeRatio, kDefaultSchedulerRewardRatio});
}
Outcome<Address> predict_workerpool(Context& context, Address owner, std::string description) {
    return poco::resource_address(context.self(), poco::workerpool_initializer(description), owner);
}

constexpr auto kCommonEntries =
    std::to_array<Entry>({write<&registry_approve>(reg_sel::kApprove, gas::kTokenMove),
                          view<&registry_balance_of>(reg_sel::kBalanceOf),
                          view<&registry_base_uri>(reg_sel::kBaseURI),
                          view<&get_approved>(reg_sel::kGetApproved),
                          write<&registry_initialize>(reg_sel::kInitialize),
                          view<&registry_initialized>(reg_sel::kInitialized),
                          view<&is_approved_for_all>(reg_sel::kIsApprovedForAll),
                          view<&is_registered>(reg_sel::kIsRegistered),
                          view<&registry_master>(reg_sel::kMaster),
                          view<&registry_name>(reg_sel::kName),
                          view<&registry_owner>(reg_sel::kOwner),
                          view<&registry_owner_of>(reg_sel::kOwnerOf),
                          view<&registry_previous>(reg_sel::kPrevious),
                          view<&registry_proxy_code>(reg_sel::kProxyCode),
                          view<&registry_proxy_code_hash>(reg_sel::kProxyCodeHash),
                          write<&registry_renounce_ownership>(reg_sel::kRenounceOwnership),
                          write<&safe_transfer_from>(reg_sel::kSafeTransferFrom),
                          write<&safe_transfer_from_data>(reg_sel::kSafeTransferFromData),
                          write<&set_approval_for_all>(reg_sel::kSetApprovalForAll),
                          write<&set_base_uri>(reg_sel::kSetBaseURI, kGasWrite, &gas::texts<0>),
                          view<&registry_set_name>(reg_sel::kSetName),
                          view<&registry_supports>(reg_sel::kSupportsInterface),
                          view<&registry_symbol>(reg_sel::kSymbol),
                          view<&registry_token_by_index>(reg_sel::kTokenByIndex),
                          view<&token_of_owner_by_index>(reg_sel::kTokenOfOwnerByIndex),
                          view<&token_uri>(reg_sel::kTokenURI),
                          view<&registry_total_supply>(reg_sel::kTotalSupply),
                          write<&registry_transfer_from>(reg_sel::kTransferFrom),
                          write<&registry_transfer_ownership>(reg_sel::kTransferOwnership)});

/// The common functions and the registry's own two.
consteval std::array<Entry, kCommonEntries.size() + 2> with_own(const Entry& creation, const Entry& prediction) {
    std::array<Entry, kCommonEntries.size() + 2> entries{};
    std::copy(kCommonEntries.begin(), kCommonEntries.end(), entries.begin());
    entries[kCommonEntries.size()] = creation;
    entries[kCommonEntries.size() + 1] = prediction;
    return make_table(entries);
}
constexpr auto kAppRegistryTable =
    with_own(write<&create_app>(reg_sel::kCreateApp, gas::kCreateResource, &gas::texts<1, 2, 3, 5>),
             view<&predict_app>(reg_sel::kPredictApp));
constexpr auto kDatasetRegistryTable =
    with_own(write<&create_dataset>(reg_sel::kCreateDataset, gas::kCreateResource, &gas::texts<1, 2>),
             view<&predict_dataset>(reg_sel::kPredictDataset));
constexpr auto kPoolRegistryTable =
    with_own(write<&create_workerpool>(reg_sel::kCreateWorkerpool, gas::kCreateResource, &gas::texts<1>),
             view<&predict_workerpool>(reg_sel::kPredictWorkerpool));

}  // namespace

Address create_resource(state::State& state, ResourceKind kind, const Address& owner, ByteView initializer,
                        const ResourceRecord& record) {
    const Address& registry = registry_of(kind);
    const Address resource = poco::resource_address(registry, initializer, owner);
    BOURSE_ASSERT(!state.has_code(resource));
    store_resource(state, resource, kind, record);
    add_token(state, registry, resource, owner);
    return resource;
}

std::span<const Entry> registry_table(ResourceKind kind) noexcept {
    switch (kind) {
        case ResourceKind::kApp:
            return kAppRegistryTable;
        case ResourceKind::kDataset:
            return kDatasetRegistryTable;
        case ResourceKind::kWorkerpool:
            return kPoolRegistryTable;
    }
    BOURSE_UNREACHABLE();
}

}  // namespace bourse::native
