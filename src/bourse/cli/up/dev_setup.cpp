#include <bourse/base/assert.hpp>
#include <bourse/cli/up/dev_setup.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/client/transaction_sender.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>

#include <nlohmann/json.hpp>

namespace bourse::cli {
namespace {

constexpr std::uint64_t kOrderVolume = 1'000'000;
constexpr std::uint64_t kAppPriceNrlc = 1;
constexpr std::uint64_t kDatasetPriceNrlc = 5;

struct DevDeposit {
    std::string_view account;
    std::uint64_t rlc;
};
constexpr DevDeposit kDeposits[] = {{"requester", 1000}, {"requester2", 1000}, {"scheduler", 1000}, {"worker1", 100},
                                    {"worker2", 100},    {"worker3", 100},     {"worker4", 100},    {"worker5", 100}};

/// Everything that a new sell order of a resource leaves open: no restriction, tag 0.
template <class Order>
Order open_offer(std::uint64_t volume) {
    Order order{};
    order.volume = volume;
    order.salt = client::random_salt();
    return order;
}

}  // namespace

crypto::PrivateKey dev_key(std::string_view name) {
    const auto* account = poco::find_dev_account(name);
    BOURSE_ASSERT(account != nullptr);
    auto key = crypto::PrivateKey::from(*from_hex(account->key));
    BOURSE_ASSERT(key.has_value());
    return *key;
}

DevSetup::DevSetup(client::RpcClient& rpc, client::MarketClient market, std::filesystem::path orders_folder)
    : rpc_(&rpc), market_(std::move(market)), hub_(rpc, poco::kHub), orders_folder_(std::move(orders_folder)) {}

Status<> DevSetup::deposit(std::string_view account, const Uint256& nrlc) {
    const auto key = dev_key(account);
    BOURSE_TRY(const auto now, hub_.account(key.address()));
    if (!now.stake.is_zero() || !now.locked.is_zero()) return {};
    client::TransactionSender sender(*rpc_, key);
    BOURSE_CHECK(
        sender.send(poco::kRlc, abi::encode_call(poco::selectors::rlc::kApproveAndCall, poco::kHub, nrlc, Bytes{})));
    sys::log_info("deposited", {{"account", std::string(account)}, {"rlc", format_rlc(nrlc)}});
    return {};
}

Status<> DevSetup::deposit_all() {
    for (const auto& entry : kDeposits) BOURSE_CHECK(deposit(entry.account, Uint256(entry.rlc * kNrlcPerRlc)));
    return {};
}

Result<Address> DevSetup::create(std::string_view owner_name, const Address& registry, ByteView initializer,
                                 Bytes call) {
    const auto key = dev_key(owner_name);
    const auto address = poco::resource_address(registry, initializer, key.address());
    BOURSE_TRY(const bool there, hub_.is_registered(registry, address));
    if (there) return address;
    client::TransactionSender sender(*rpc_, key);
    BOURSE_CHECK(sender.send(registry, std::move(call)));
    sys::log_info("deployed", {{"owner", std::string(owner_name)}, {"address", to_checksum(address)}});
    return address;
}

Result<Address> DevSetup::deploy_pool(std::string_view owner_name, const std::string& description) {
    return create(owner_name, poco::kWorkerpoolRegistry, poco::workerpool_initializer(description),
                  poco::create_workerpool_call(dev_key(owner_name).address(), description));
}

Result<client::DevApp> DevSetup::deploy_app(const SampleImage& image) {
    poco::AppInfo app;
    app.owner = dev_key("app_provider").address();
    app.name = image.name;
    app.type = "DOCKER";
    app.multiaddr = to_bytes(image.multiaddr);
    app.checksum = image.checksum;
    BOURSE_TRY(const auto address,
               create("app_provider", poco::kAppRegistry, poco::app_initializer(app), poco::create_app_call(app)));
    return client::DevApp{address, image.multiaddr, image.checksum};
}

Result<client::DevApp> DevSetup::deploy_dataset(const SampleData& data) {
    poco::DatasetInfo dataset;
    dataset.owner = dev_key("dataset_provider").address();
    dataset.name = data.name;
    dataset.multiaddr = to_bytes(data.url);
    dataset.checksum = data.checksum;
    BOURSE_TRY(const auto address, create("dataset_provider", poco::kDatasetRegistry,
                                          poco::dataset_initializer(dataset), poco::create_dataset_call(dataset)));
    return client::DevApp{address, data.url, data.checksum};
}

Status<> DevSetup::save_order(const std::string& file, const std::string& json) {
    std::error_code ignored;
    std::filesystem::create_directories(orders_folder_, ignored);
    const auto path = orders_folder_ / (file + ".json");
    const auto text = json + "\n";
    if (sys::read_file(path) == text) return {};  // the supervisor comes by every two seconds
    return sys::write_file_atomic(path, text);
}

template <class Order>
Status<> DevSetup::offer(const std::string& file, std::string_view owner,
                         const std::vector<client::PublishedOrder<Order>>& open, Order order) {
    if (!open.empty()) return save_order(file, poco::to_json_strings(open.front().order).dump(2));
    const auto key = dev_key(owner);
    BOURSE_TRY(const auto facts, hub_.facts());
    client::sign_order(order, key, facts.domain_separator);
    const auto json = poco::to_json_strings(order);
    BOURSE_CHECK(market_.publish(poco::OrderTraits<Order>::kKind, json, key));
    return save_order(file, json.dump(2));
}

Status<> DevSetup::offer_app(const std::string& name, const Address& app) {
    BOURSE_TRY(const auto open, market_.app_orders({{"app", to_checksum(app)}}, 1));
    auto order = open_offer<poco::AppOrder>(kOrderVolume);
    order.app = app;
    order.appprice = kAppPriceNrlc;
    return offer("app-" + name, "app_provider", open, std::move(order));
}

Status<> DevSetup::describe_app(const SampleImage& image, const Address& app) {
    const client::AppPage page{app, image.readme, image.parameters, sys::unix_time_ms()};
    if (page.is_empty()) return {};
    BOURSE_TRY(const auto known, market_.app_page(app));
    if (known.updated_ms > 0) return {};
    return market_.publish_app_page(page, dev_key("app_provider"));
}

Status<> DevSetup::offer_dataset(const std::string& name, const Address& dataset) {
    BOURSE_TRY(const auto open, market_.dataset_orders({{"dataset", to_checksum(dataset)}}, 1));
    auto order = open_offer<poco::DatasetOrder>(kOrderVolume);
    order.dataset = dataset;
    order.datasetprice = kDatasetPriceNrlc;
    return offer("dataset-" + name, "dataset_provider", open, std::move(order));
}

Status<> DevSetup::save_pool_orders(const Address& pool) {
    BOURSE_TRY(const auto open, market_.workerpool_orders({{"workerpool", to_checksum(pool)}}, 50));
    for (const auto& entry : open) {
        BOURSE_TRY(const auto category, hub_.category(entry.order.category.saturated_u64()));
        BOURSE_CHECK(save_order("workerpool-" + category.name, poco::to_json_strings(entry.order).dump(2)));
    }
    return {};
}

}  // namespace bourse::cli
