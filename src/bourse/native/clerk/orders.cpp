// Orders on chain: presignatures and cancellations by transaction or signed operation, the four broadcasts, and the
// signature views (poco.md §5.3, §6, §12.1).
#include <bourse/native/clerk/entries.hpp>
#include <bourse/native/clerk/external.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;
namespace events = poco::events;

Outcome<Address> authority_of(Context& context, const poco::RequestOrder& order) {
    static_cast<void>(context);
    return order.requester;
}
template <class Order>
Outcome<Address> authority_of(Context& context, const Order& order) {
    return external::owner_of(context, poco::subject(order));
}

void emit_signed(Context& c, const poco::AppOrder&, const poco::OrderHash& h) { c.emit(events::SignedAppOrder{h}); }
void emit_signed(Context& c, const poco::DatasetOrder&, const poco::OrderHash& h) {
    c.emit(events::SignedDatasetOrder{h});
}
void emit_signed(Context& c, const poco::WorkerpoolOrder&, const poco::OrderHash& h) {
    c.emit(events::SignedWorkerpoolOrder{h});
}
void emit_signed(Context& c, const poco::RequestOrder&, const poco::OrderHash& h) {
    c.emit(events::SignedRequestOrder{h});
}
void emit_closed(Context& c, const poco::AppOrder&, const poco::OrderHash& h) { c.emit(events::ClosedAppOrder{h}); }
void emit_closed(Context& c, const poco::DatasetOrder&, const poco::OrderHash& h) {
    c.emit(events::ClosedDatasetOrder{h});
}
void emit_closed(Context& c, const poco::WorkerpoolOrder&, const poco::OrderHash& h) {
    c.emit(events::ClosedWorkerpoolOrder{h});
}
void emit_closed(Context& c, const poco::RequestOrder&, const poco::OrderHash& h) {
    c.emit(events::ClosedRequestOrder{h});
}

template <class Order>
Outcome<void> manage_order(Context& context, poco::OrderOperation<Order> operation) {
    BOURSE_TRY(const Address authority, authority_of(context, operation.order));
    const Hash separator = load_hub_config(context.state(), context.self()).domain_separator;
    if (context.sender() != authority) {
        BOURSE_TRY(const bool is_valid,
                   external::verify(context, authority, poco::digest(separator, operation), operation.sign));
        if (!is_valid) return revert_text(poco::texts::kSenderOrSignature);
    }
    const auto hash = poco::order_hash(separator, operation.order);
    auto order = load_order(context.state(), context.self(), hash);
    if (operation.operation == poco::OrderOperationKind::kSign) {
        order.presigner = authority;
        store_order(context.state(), context.self(), hash, order);
        emit_signed(context, operation.order, hash);
    } else {
        order.consumed = operation.order.volume;
        store_order(context.state(), context.self(), hash, order);
        emit_closed(context, operation.order, hash);
    }
    return {};
}

Outcome<void> broadcast_app_order(Context& context, poco::AppOrder order) {
    context.emit(events::BroadcastAppOrder{std::move(order)});
    return {};
}
Outcome<void> broadcast_dataset_order(Context& context, poco::DatasetOrder order) {
    context.emit(events::BroadcastDatasetOrder{std::move(order)});
    return {};
}
Outcome<void> broadcast_workerpool_order(Context& context, poco::WorkerpoolOrder order) {
    context.emit(events::BroadcastWorkerpoolOrder{std::move(order)});
    return {};
}
Outcome<void> broadcast_request_order(Context& context, poco::RequestOrder order) {
    context.emit(events::BroadcastRequestOrder{std::move(order)});
    return {};
}

Outcome<bool> verify_signature_view(Context& context, Address account, Bytes32 hash, Bytes signature) {
    return external::verify(context, account, hash, signature);
}
Outcome<bool> verify_presignature(Context& context, Address account, Bytes32 hash) {
    return external::is_presigned(context, account, poco::OrderHash(hash));
}
Outcome<bool> verify_either(Context& context, Address account, Bytes32 hash, Bytes signature) {
    return external::check_order(context, account, poco::OrderHash(hash), signature);
}
Outcome<Uint256> view_consumed(Context& context, Bytes32 hash) {
    return load_order(context.state(), context.self(), poco::OrderHash(hash)).consumed;
}
Outcome<Address> view_presigned(Context& context, Bytes32 hash) {
    return load_order(context.state(), context.self(), poco::OrderHash(hash)).presigner;
}

constexpr auto kOrderTable = make_table(std::to_array<Entry>(
    {write<&manage_order<poco::AppOrder>>(hub_sel::kManageAppOrder, gas::kOrder),
     write<&manage_order<poco::DatasetOrder>>(hub_sel::kManageDatasetOrder, gas::kOrder),
     write<&manage_order<poco::WorkerpoolOrder>>(hub_sel::kManageWorkerpoolOrder, gas::kOrder),
     write<&manage_order<poco::RequestOrder>>(hub_sel::kManageRequestOrder, gas::kOrder),
     write<&broadcast_app_order>(hub_sel::kBroadcastAppOrder, gas::kOrder),
     write<&broadcast_dataset_order>(hub_sel::kBroadcastDatasetOrder, gas::kOrder),
     write<&broadcast_workerpool_order>(hub_sel::kBroadcastWorkerpoolOrder, gas::kOrder),
     write<&broadcast_request_order>(hub_sel::kBroadcastRequestOrder, gas::kOrder),
     view<&verify_signature_view>(hub_sel::kVerifySignature), view<&verify_presignature>(hub_sel::kVerifyPresignature),
     view<&verify_either>(hub_sel::kVerifyPresignatureOrSignature), view<&view_consumed>(hub_sel::kViewConsumed),
     view<&view_presigned>(hub_sel::kViewPresigned)}));

}  // namespace

std::span<const Entry> hub_order_entries() noexcept { return kOrderTable; }

}  // namespace bourse::native
