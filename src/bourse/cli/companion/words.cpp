#include <bourse/cli/companion/words.hpp>

#include <bourse/cli/output.hpp>
#include <bourse/client/hub.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/selectors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace bourse::cli {

namespace {

using nlohmann::json;

constexpr std::string_view kOperationSuffix = "Operation";

std::optional<poco::OrderKind> order_kind(std::string_view type) {
    if (type == "AppOrder") return poco::OrderKind::kApp;
    if (type == "DatasetOrder") return poco::OrderKind::kDataset;
    if (type == "WorkerpoolOrder") return poco::OrderKind::kWorkerpool;
    if (type == "RequestOrder") return poco::OrderKind::kRequest;
    return std::nullopt;
}

/// A decimal or 0x number, as a JSON number or text.
std::optional<Uint256> number_of(const json& value) {
    if (value.is_number_integer() && value >= 0) return Uint256(value.get<std::uint64_t>());
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    return text.starts_with("0x") ? uint256_from_quantity(text) : uint256_from_decimal(text);
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Status<> check_chain(const json& domain, const SigningScope& scope) {
    const auto chain = domain.contains("chainId") ? number_of(domain.at("chainId")) : std::nullopt;
    if (chain == Uint256(scope.chain_id)) return {};
    return fail("CHAIN_FOREIGN", fmt::format("This signature would be for chain {}, not for chain {} of this project.",
                                             chain ? to_decimal(*chain) : "unknown", scope.chain_id));
}

Status<> check_hub(const json& domain, const SigningScope& scope) {
    const auto hub = poco::hub_domain(Uint256(scope.chain_id), scope.hub);
    const auto contract = address_from_hex(text_of(domain, "verifyingContract"));
    if (contract == scope.hub && text_of(domain, "name") == hub.name && text_of(domain, "version") == hub.version)
        return {};
    return fail("CONTRACT_FOREIGN",
                fmt::format("This signature would be for another contract than the hub {}.", to_checksum(scope.hub)));
}

/// Each member of an order that says something: restrictions of nobody and empty tags are left out.
std::vector<std::pair<std::string, std::string>> order_rows(const poco::AnyOrder& order) {
    const auto members = std::visit([](const auto& o) { return poco::to_json_strings(o); }, order);
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& [name, value] : members.items()) {
        if (name == "salt" || name == "sign") continue;
        auto text = value.is_string() ? value.get<std::string>() : value.dump();
        if (text.empty() || text == to_checksum(Address{}) || text == to_hex(Bytes32{})) continue;
        if (name.ends_with("price"))
            if (const auto amount = uint256_from_decimal(text)) text = amount_text(*amount);
        if (name == "params") text = terminal_text(text);
        rows.emplace_back(name, text);
    }
    return rows;
}

struct OrderHeadline {
    std::string operator()(const poco::AppOrder& o) const {
        return fmt::format("Sell up to {} runs of app {} at {} each.", to_decimal(o.volume), to_checksum(o.app),
                           amount_text(o.appprice));
    }
    std::string operator()(const poco::DatasetOrder& o) const {
        return fmt::format("Sell up to {} uses of dataset {} at {} each.", to_decimal(o.volume), to_checksum(o.dataset),
                           amount_text(o.datasetprice));
    }
    std::string operator()(const poco::WorkerpoolOrder& o) const {
        return fmt::format("Sell up to {} tasks of workerpool {} at {} each, and stake for them.", to_decimal(o.volume),
                           to_checksum(o.workerpool), amount_text(o.workerpoolprice));
    }
    std::string operator()(const poco::RequestOrder& o) const {
        auto most = checked_add(o.appmaxprice, o.datasetmaxprice);
        if (most) most = checked_add(*most, o.workerpoolmaxprice);
        return fmt::format("Buy {} tasks and pay up to {} for each.", to_decimal(o.volume),
                           most ? amount_text(*most) : "more RLC than there are");
    }
};

template <class Order>
Hash operation_digest(const Hash& separator, Order order, poco::OrderOperationKind operation) {
    return poco::digest(separator, poco::OrderOperation<Order>{std::move(order), operation, {}});
}

Result<TypedRequest> read_order(poco::OrderKind kind, const json& message, const Hash& separator) {
    BOURSE_TRY(const auto order, poco::order_from_json(kind, message));
    TypedRequest out;
    out.words = {std::visit(OrderHeadline{}, order), order_rows(order)};
    out.digest = std::visit([&](const auto& o) { return poco::digest(separator, o); }, order);
    return out;
}

Result<TypedRequest> read_operation(poco::OrderKind kind, const json& message, const Hash& separator) {
    const auto code = message.contains("operation") ? number_of(message.at("operation")) : std::nullopt;
    if (!message.contains("order") || !code || *code > Uint256(1))
        return fail("TYPED_DATA_INVALID", "An operation needs an order and the operation 0 (sign) or 1 (close).");
    BOURSE_TRY(const auto order, poco::order_from_json(kind, message.at("order")));
    const auto operation = static_cast<poco::OrderOperationKind>(code->low_u64());
    const bool closes = operation == poco::OrderOperationKind::kClose;
    TypedRequest out;
    out.words.headline = closes ? fmt::format("Cancel this {} order for good.", poco::to_text(kind))
                                : fmt::format("Sign on chain: {}", std::visit(OrderHeadline{}, order));
    out.words.rows = order_rows(order);
    out.digest = std::visit([&](const auto& o) { return operation_digest(separator, o, operation); }, order);
    return out;
}

/// A login: a text of a service under its name, without a contract, so that it can move nothing.
Result<TypedRequest> read_challenge(const json& document) {
    const auto& domain = document.at("domain");
    if (domain.contains("verifyingContract"))
        return fail("CONTRACT_FOREIGN", "A login challenge names no contract; this one does, and is not signed.");
    const auto text = text_of(document.at("message"), "challenge");
    BOURSE_TRY(const auto digest, eip712::typed_data_digest(document));
    TypedRequest out;
    out.words.headline = fmt::format("Log in at {}. This moves no money.", terminal_text(text_of(domain, "name")));
    out.words.rows = {{"challenge", terminal_text(text)}};
    out.digest = digest;
    return out;
}

std::string function_text(const Address& to, const Bytes4& selector, const SigningScope& scope) {
    namespace selectors = poco::selectors;
    const bool hub = to == scope.hub;
    const auto functions = hub                 ? selectors::hub_functions()
                           : to == scope.token ? selectors::rlc_functions()
                                               : selectors::registry_functions();
    const auto found =
        std::find_if(functions.begin(), functions.end(), [&](const auto& f) { return f.selector == selector; });
    return fmt::format("{} of {}", found == functions.end() ? to_hex(selector) : std::string(found->signature),
                       hub                 ? "the hub"
                       : to == scope.token ? "the token"
                                           : "a registry");
}

/// The calls that move money say how much; the others name their function and show their data.
Words call_words(const client::TransactionRequest& call, const SigningScope& scope) {
    namespace hub = poco::selectors::hub;
    namespace rlc = poco::selectors::rlc;
    const ByteView data(call.data);
    const auto selector = *Bytes4::from(data.first(4));
    const auto arguments = data.subspan(4);
    const auto is = [&](const Address& contract, const Bytes4& function) {
        return call.to == contract && selector == function;
    };
    if (is(scope.token, rlc::kApproveAndCall))
        if (const auto args = abi::decode<Address, Uint256, Bytes>(arguments))
            return {fmt::format("Deposit {} into the market.", amount_text(std::get<1>(*args))),
                    {{"to", to_checksum(std::get<0>(*args))}}};
    if (is(scope.token, rlc::kTransfer) || is(scope.token, rlc::kApprove))
        if (const auto args = abi::decode<Address, Uint256>(arguments))
            return {fmt::format("{} {}.", selector == rlc::kTransfer ? "Give away" : "Let another account take up to",
                                amount_text(std::get<1>(*args))),
                    {{"to", to_checksum(std::get<0>(*args))}}};
    if (is(scope.hub, hub::kWithdraw))
        if (const auto args = abi::decode<Uint256>(arguments))
            return {fmt::format("Withdraw {} from the market.", amount_text(std::get<0>(*args))), {}};
    return {fmt::format("Call {}.", function_text(call.to, selector, scope)),
            {{"contract", to_checksum(call.to)}, {"data", to_hex(call.data)}}};
}

}  // namespace

std::string terminal_text(const std::string& text) {
    return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

Result<TypedRequest> read_typed_request(const json& document, const SigningScope& scope) {
    const auto is_object = [&](const char* name) { return document.contains(name) && document.at(name).is_object(); };
    if (!document.is_object() || !is_object("domain") || !is_object("message"))
        return fail("TYPED_DATA_INVALID", "Typed data has the members domain, types, primaryType and message.");
    BOURSE_CHECK(check_chain(document.at("domain"), scope));
    const auto type = text_of(document, "primaryType");
    if (type == "Challenge") return read_challenge(document);
    const bool operation = type.ends_with(kOperationSuffix);
    const auto kind =
        order_kind(std::string_view(type).substr(0, type.size() - (operation ? kOperationSuffix.size() : 0)));
    if (!kind)
        return fail("NOT_AN_ORDER", fmt::format("{} is none of the market's orders and no login; it is not signed.",
                                                terminal_text(type)));
    BOURSE_CHECK(check_hub(document.at("domain"), scope));
    const auto separator = eip712::domain_separator(poco::hub_domain(Uint256(scope.chain_id), scope.hub));
    const auto& message = document.at("message");
    return operation ? read_operation(*kind, message, separator) : read_order(*kind, message, separator);
}

Result<CallRequest> read_call_request(const json& params, const SigningScope& scope) {
    if (!params.is_object()) return fail("CALL_INVALID", "A transaction has the members to, data and value.");
    const auto to = address_from_hex(text_of(params, "to"));
    const auto data = from_hex(text_of(params, "data"));
    const auto value = params.contains("value") ? number_of(params.at("value")) : std::optional<Uint256>(0);
    if (!to || !data || data->size() < 4 || !value)
        return fail("CALL_INVALID", "A transaction has \"to\" (an address), \"data\" (a call) and maybe \"value\".");
    const auto& registries = scope.registries;
    if (*to != scope.hub && *to != scope.token &&
        std::find(registries.begin(), registries.end(), *to) == registries.end())
        return fail("CONTRACT_FOREIGN",
                    fmt::format("{} is no contract of this market; nothing is sent to it.", to_checksum(*to)));
    CallRequest out;
    out.transaction = {*to, *data, *value, 0};
    out.words = call_words(out.transaction, scope);
    if (!value->is_zero()) out.words.rows.emplace_back("value", to_decimal(*value) + " wei");
    return out;
}

}  // namespace bourse::cli
