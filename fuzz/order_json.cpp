// Orders as JSON, as the market's POST bodies and order files bring them. The first byte picks the kind of order.
#include <bourse/base/assert.hpp>
#include <bourse/poco/order_json.hpp>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

namespace {

template <class Order>
void check_order(const nlohmann::json& json) {
    const auto order = bourse::poco::order_from_json<Order>(json);
    if (!order) {
        BOURSE_ASSERT(order.error().code == "ORDER_INVALID" && !order.error().message.empty());
        return;
    }
    for (const auto& written : {bourse::poco::to_json(*order), bourse::poco::to_json_strings(*order)}) {
        const auto again = bourse::poco::order_from_json<Order>(nlohmann::json::parse(written.dump()));
        BOURSE_ASSERT(again && *again == *order);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return 0;
    switch (data[0] % 4) {
        case 0:
            check_order<bourse::poco::AppOrder>(json);
            break;
        case 1:
            check_order<bourse::poco::DatasetOrder>(json);
            break;
        case 2:
            check_order<bourse::poco::WorkerpoolOrder>(json);
            break;
        default:
            check_order<bourse::poco::RequestOrder>(json);
            break;
    }
    return 0;
}
