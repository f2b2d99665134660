// Administration of hub and registries beyond what the vectors recorded (poco.md §1.4, §4.5).
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/test_world.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native::test {
namespace {

namespace reg = poco::selectors::registry;
namespace texts = poco::texts;
using Status = state::CallResult::Status;

const Address kApps = *address_from_hex("0x00000000000000000000000000000000000000a1");
const Address kDatasets = *address_from_hex("0x00000000000000000000000000000000000000a2");
const Address kPools = *address_from_hex("0x00000000000000000000000000000000000000a3");
const Address kOldHub = *address_from_hex("0x00000000000000000000000000000000000000a4");

/// A hub that nobody has configured yet.
void unconfigure(TestWorld& world) {
    HubConfig config;
    config.owner = role("admin");
    store_hub_config(world.state(), poco::kHub, config);
    static_cast<void>(world.state().end_transaction());
}
state::CallResult configure(TestWorld& world, const char* by) {
    return world.hub_call(role(by), hub::kConfigure, poco::kRlc, std::string("Name"), std::string("SYM"),
                          std::uint8_t{7}, kApps, kDatasets, kPools, kOldHub);
}

TEST(Configuration, HappensOnceAndByTheOwner) {
    TestWorld world;
    unconfigure(world);
    EXPECT_EQ(world.hub_call(role("worker1"), hub::kUpdateDomainSeparator).output,
              abi::encode_error(texts::kNotConfigured));
    EXPECT_EQ(configure(world, "worker1").output, abi::encode_error(texts::kNotOwner));
    ASSERT_TRUE(configure(world, "admin").ok());
    EXPECT_TRUE(world.logs.empty());
    EXPECT_EQ(configure(world, "worker1").output, abi::encode_error(texts::kNotOwner));  // ownership comes first
    EXPECT_EQ(configure(world, "admin").output, abi::encode_error(texts::kAlreadyConfigured));

    const auto view = [&](const Bytes4& selector) { return world.hub_call({}, selector).output; };
    const Hash separator = eip712::domain_separator(poco::hub_domain(31337, poco::kHub));
    EXPECT_EQ(view(hub::kEip712domainSeparator), abi::encode(separator));
    EXPECT_EQ(view(hub::kCallbackgas), abi::encode(Uint256(200'000)));
    EXPECT_EQ(view(hub::kToken), abi::encode(poco::kRlc));
    EXPECT_EQ(view(hub::kName), abi::encode(std::string("Name")));
    EXPECT_EQ(view(hub::kSymbol), abi::encode(std::string("SYM")));
    EXPECT_EQ(view(hub::kDecimals), abi::encode(std::uint8_t{7}));
    EXPECT_EQ(view(hub::kAppregistry), abi::encode(kApps));
    EXPECT_EQ(view(hub::kDatasetregistry), abi::encode(kDatasets));
    EXPECT_EQ(view(hub::kWorkerpoolregistry), abi::encode(kPools));
    EXPECT_EQ(load_hub_config(world.state(), poco::kHub).v3_hub, kOldHub);
}

/// After a chain split the stored separator stays until somebody asks for the new one (poco.md §5.1).
TEST(Configuration, SeparatorIsRenewedOnRequest) {
    TestWorld world;
    world.block.chain_id = 5;
    const auto stored = [&] { return world.hub_call({}, hub::kEip712domainSeparator).output; };
    EXPECT_EQ(stored(), abi::encode(eip712::domain_separator(poco::hub_domain(31337, poco::kHub))));
    EXPECT_TRUE(world.hub_call(role("worker1"), hub::kUpdateDomainSeparator).ok());
    EXPECT_EQ(stored(), abi::encode(eip712::domain_separator(poco::hub_domain(5, poco::kHub))));
}

TEST(Configuration, OwnershipMovesAndMayBeGivenUp) {
    TestWorld world;
    const auto refusal = abi::encode_call(poco::selectors::errors::kNotContractOwner, role("worker1"), role("admin"));
    EXPECT_EQ(world.hub_call(role("worker1"), hub::kTransferOwnership, role("worker1")).output, refusal);
    EXPECT_TRUE(world.hub_call(role("admin"), hub::kTransferOwnership, Address{}).ok());
    EXPECT_EQ(world.hub_call({}, hub::kOwner).output, abi::encode(Address{}));
    EXPECT_EQ(world.hub_call(role("admin"), hub::kSetTeeBroker, role("worker1")).output,
              abi::encode_error(texts::kNotOwner));
}

class RegistryAdministration : public testing::Test {
protected:
    TestWorld world;

    template <class... Args>
    state::CallResult call(const char* by, const Bytes4& selector, const Args&... args) {
        return world.send(role(by), poco::kAppRegistry, abi::encode_call(selector, args...));
    }
    void expect_refused(const state::CallResult& result, std::string_view text) {
        EXPECT_EQ(result.status, Status::kRevert);
        EXPECT_EQ(result.output, text.empty() ? Bytes{} : abi::encode_error(text));
    }
};

TEST_F(RegistryAdministration, IsTheOwnersAlone) {
    for (const auto& result :
         {call("worker1", reg::kInitialize, kOldHub), call("worker1", reg::kSetBaseURI, std::string("x")),
          call("worker1", reg::kTransferOwnership, role("worker1")), call("worker1", reg::kRenounceOwnership),
          call("worker1", reg::kSetName, kOldHub, std::string("n"))})
        expect_refused(result, texts::kNotOwner);
    expect_refused(call("admin", reg::kSetName, kOldHub, std::string("n")), texts::kSetNameUnsupported);
    expect_refused(call("admin", reg::kInitialize, kOldHub), "");  // once only, and genesis did it
    expect_refused(call("admin", reg::kTransferOwnership, Address{}), texts::kNewOwnerNull);
}

TEST_F(RegistryAdministration, InitialisesOnceWithItsPredecessor) {
    auto config = load_registry(world.state(), poco::kAppRegistry);
    config.initialized = false;
    store_registry(world.state(), poco::kAppRegistry, config);
    EXPECT_TRUE(call("admin", reg::kInitialize, kOldHub).ok());
    EXPECT_EQ(call("worker1", reg::kPrevious).output, abi::encode(kOldHub));
    EXPECT_EQ(call("worker1", reg::kInitialized).output, abi::encode(true));
    expect_refused(call("admin", reg::kInitialize, kOldHub), "");
}

TEST_F(RegistryAdministration, MovesAndEnds) {
    EXPECT_TRUE(call("admin", reg::kSetBaseURI, std::string("https://x/")).ok());
    const auto uri = call("worker1", reg::kTokenURI, uint256_from_be(world.app)).output;
    EXPECT_EQ(uri, abi::encode("https://x/" + to_decimal(uint256_from_be(world.app))));
    EXPECT_TRUE(call("admin", reg::kTransferOwnership, role("worker1")).ok());
    EXPECT_EQ(call("worker2", reg::kOwner).output, abi::encode(role("worker1")));
    EXPECT_TRUE(call("worker1", reg::kRenounceOwnership).ok());
    EXPECT_EQ(call("worker2", reg::kOwner).output, abi::encode(Address{}));
}

/// An operator and an approved account may move a token, nobody else; the approval ends with the move.
TEST_F(RegistryAdministration, ApprovalsOfTokens) {
    const Uint256 id = uint256_from_be(world.app);
    const Address owner = role("app_provider");
    expect_refused(call("app_provider", reg::kApprove, owner, id), "ERC721: approval to current owner");
    expect_refused(call("worker1", reg::kApprove, role("worker1"), id),
                   "ERC721: approve caller is not owner nor approved for all");
    expect_refused(call("worker1", reg::kSetApprovalForAll, role("worker1"), true), "ERC721: approve to caller");
    EXPECT_TRUE(call("app_provider", reg::kSetApprovalForAll, role("worker1"), true).ok());
    EXPECT_EQ(call("worker2", reg::kIsApprovedForAll, owner, role("worker1")).output, abi::encode(true));
    EXPECT_TRUE(call("worker1", reg::kApprove, role("worker2"), id).ok());
    EXPECT_EQ(call("worker3", reg::kGetApproved, id).output, abi::encode(role("worker2")));
    EXPECT_TRUE(call("worker2", reg::kTransferFrom, owner, role("worker3"), id).ok());
    EXPECT_EQ(call("worker3", reg::kGetApproved, id).output, abi::encode(Address{}));
    expect_refused(call("worker2", reg::kTransferFrom, role("worker3"), owner, id),
                   "ERC721: transfer caller is not owner nor approved");
    EXPECT_TRUE(call("worker3", reg::kSafeTransferFrom, role("worker3"), role("worker2"), id).ok());
    expect_refused(call("worker3", reg::kGetApproved, Uint256(1)), "ERC721: approved query for nonexistent token");
    expect_refused(call("worker3", reg::kBalanceOf, Address{}), "ERC721: balance query for the zero address");
    expect_refused(call("worker3", reg::kTokenByIndex, Uint256(9)), "EnumerableMap: index out of bounds");
}

}  // namespace
}  // namespace bourse::native::test
