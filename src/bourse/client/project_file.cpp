#include <bourse/client/project_file.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/tags.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace bourse::client {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 12> kProjectKeys{"description", "license", "author",  "social",
                                                        "logo",        "app",     "dataset", "workerpool",
                                                        "category",    "order",   "buyConf", "dapps"};
struct PartKeys {
    std::string_view part;
    std::vector<std::string_view> keys;
};
const std::vector<PartKeys>& part_keys() {
    static const std::vector<PartKeys> parts{
        {"app", {"owner", "name", "type", "multiaddr", "checksum", "mrenclave"}},
        {"dataset", {"owner", "name", "multiaddr", "checksum"}},
        {"workerpool", {"owner", "description"}},
        {"order", {"apporder", "datasetorder", "workerpoolorder", "requestorder"}},
    };
    return parts;
}

struct OrderField {
    enum Type { kAddress, kAmount, kNumber, kTag, kHex, kText };
    std::string_view name;
    Type type;
};

const std::vector<OrderField>& order_fields(OrderKind kind) {
    using F = OrderField;
    static const std::vector<F> app{{"app", F::kAddress},
                                    {"appprice", F::kAmount},
                                    {"volume", F::kNumber},
                                    {"tag", F::kTag},
                                    {"datasetrestrict", F::kAddress},
                                    {"workerpoolrestrict", F::kAddress},
                                    {"requesterrestrict", F::kAddress},
                                    {"salt", F::kHex},
                                    {"sign", F::kHex}};
    static const std::vector<F> dataset{{"dataset", F::kAddress},
                                        {"datasetprice", F::kAmount},
                                        {"volume", F::kNumber},
                                        {"tag", F::kTag},
                                        {"apprestrict", F::kAddress},
                                        {"workerpoolrestrict", F::kAddress},
                                        {"requesterrestrict", F::kAddress},
                                        {"salt", F::kHex},
                                        {"sign", F::kHex}};
    static const std::vector<F> pool{{"workerpool", F::kAddress},
                                     {"workerpoolprice", F::kAmount},
                                     {"volume", F::kNumber},
                                     {"tag", F::kTag},
                                     {"category", F::kNumber},
                                     {"trust", F::kNumber},
                                     {"apprestrict", F::kAddress},
                                     {"datasetrestrict", F::kAddress},
                                     {"requesterrestrict", F::kAddress},
                                     {"salt", F::kHex},
                                     {"sign", F::kHex}};
    static const std::vector<F> request{{"app", F::kAddress},
                                        {"appmaxprice", F::kAmount},
                                        {"dataset", F::kAddress},
                                        {"datasetmaxprice", F::kAmount},
                                        {"workerpool", F::kAddress},
                                        {"workerpoolmaxprice", F::kAmount},
                                        {"requester", F::kAddress},
                                        {"volume", F::kNumber},
                                        {"tag", F::kTag},
                                        {"category", F::kNumber},
                                        {"trust", F::kNumber},
                                        {"beneficiary", F::kAddress},
                                        {"callback", F::kAddress},
                                        {"params", F::kText},
                                        {"salt", F::kHex},
                                        {"sign", F::kHex}};
    switch (kind) {
        case OrderKind::kApp:
            return app;
        case OrderKind::kDataset:
            return dataset;
        case OrderKind::kWorkerpool:
            return pool;
        case OrderKind::kRequest:
            return request;
    }
    return app;
}

std::string text_of(const ordered_json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

Result<json> normalize_tag(const ordered_json& value) {
    std::string text;
    if (value.is_array()) {
        for (const auto& name : value)
            text += (text.empty() ? "" : ",") + (name.is_string() ? name.get<std::string>() : name.dump());
    } else {
        text = text_of(value);
        // Files of people write 0x0 and 0x9 for the 32 bytes.
        if (text.starts_with("0x") && text.size() < 66)
            text = "0x" + std::string(66 - text.size(), '0') + text.substr(2);
    }
    BOURSE_TRY(const auto tag, poco::parse_tag(text));
    return json(to_hex(tag));
}

Result<json> normalize_field(const OrderField& field, const ordered_json& value) {
    switch (field.type) {
        case OrderField::kAddress: {
            BOURSE_TRY(const auto address, parse_address(text_of(value)));
            return json(to_checksum(address));
        }
        case OrderField::kAmount: {
            BOURSE_TRY(const auto amount, parse_rlc(text_of(value)));
            return json(to_decimal(amount));
        }
        case OrderField::kNumber: {
            const auto number = uint256_from_decimal(text_of(value));
            if (!number) return fail("ORDER_INVALID", "a whole number is expected");
            return json(to_decimal(*number));
        }
        case OrderField::kTag:
            return normalize_tag(value);
        case OrderField::kHex: {
            const auto bytes = from_hex(text_of(value));
            if (!bytes) return fail("ORDER_INVALID", "0x-hex is expected");
            return json(to_hex(*bytes));
        }
        case OrderField::kText:
            return json(value.is_string() ? value.get<std::string>() : value.dump());
    }
    return fail("ORDER_INVALID", "unknown kind of field");
}

}  // namespace

std::string_view order_key(OrderKind kind) noexcept {
    switch (kind) {
        case OrderKind::kApp:
            return "apporder";
        case OrderKind::kDataset:
            return "datasetorder";
        case OrderKind::kWorkerpool:
            return "workerpoolorder";
        case OrderKind::kRequest:
            return "requestorder";
    }
    return "";
}

ProjectFile::ProjectFile(std::filesystem::path path, std::unique_ptr<ordered_json> document)
    : path_(std::move(path)), json_(std::move(document)) {}
ProjectFile::ProjectFile(ProjectFile&&) noexcept = default;
ProjectFile& ProjectFile::operator=(ProjectFile&&) noexcept = default;
ProjectFile::~ProjectFile() = default;

Result<ProjectFile> ProjectFile::open(const std::filesystem::path& path, bool may_be_absent) {
    auto text = sys::read_file(path, 16 << 20);
    if (!text && text.error().code == "FILE_NOT_FOUND") {
        if (may_be_absent) return ProjectFile(path, std::make_unique<ordered_json>(ordered_json::object()));
        return fail("FILE_NOT_FOUND",
                    fmt::format("There is no {} here. Make a project with `bourse init`.", path.string()));
    }
    if (!text) return fail(std::move(text).error());
    auto document = std::make_unique<ordered_json>(ordered_json::parse(*text, nullptr, false));
    if (document->is_discarded() || !document->is_object())
        return fail("PROJECT_FILE_INVALID", fmt::format("{} is no JSON object.", path.string()));
    return ProjectFile(path, std::move(document));
}

Status<> ProjectFile::save() const { return sys::write_file_atomic(path_, json_->dump(2) + "\n"); }

Status<> check_project(const ProjectFile& project) {
    for (const auto& [key, value] : project.json().items()) {
        if (std::ranges::find(kProjectKeys, key) == kProjectKeys.end())
            return fail("PROJECT_FILE_INVALID",
                        fmt::format("{}: unknown key \"{}\". Known are {}.", project.path().string(), key,
                                    fmt::join(kProjectKeys, ", ")));
        for (const auto& part : part_keys()) {
            if (part.part != key) continue;
            if (!value.is_object())
                return fail("PROJECT_FILE_INVALID",
                            fmt::format("{}: \"{}\" must be an object.", project.path().string(), key));
            for (const auto& [inner, ignored] : value.items())
                if (std::ranges::find(part.keys, inner) == part.keys.end())
                    return fail("PROJECT_FILE_INVALID",
                                fmt::format("{}: unknown key \"{}.{}\". Known are {}.", project.path().string(), key,
                                            inner, fmt::join(part.keys, ", ")));
        }
    }
    return {};
}

std::optional<Address> deployed_address(const ProjectFile& deployed, OrderKind kind, std::uint64_t chain_id) {
    const auto by_kind = deployed.json().find(std::string(poco::to_text(kind)));
    if (by_kind == deployed.json().end() || !by_kind->is_object()) return std::nullopt;
    const auto entry = by_kind->find(std::to_string(chain_id));
    if (entry == by_kind->end() || !entry->is_string()) return std::nullopt;
    return address_from_hex(entry->get<std::string>());
}

void set_deployed_address(ProjectFile& deployed, OrderKind kind, std::uint64_t chain_id, const Address& address) {
    deployed.json()[std::string(poco::to_text(kind))][std::to_string(chain_id)] = to_checksum(address);
}

json signed_order(const ProjectFile& orders, OrderKind kind, std::uint64_t chain_id) {
    const auto by_chain = orders.json().find(std::to_string(chain_id));
    if (by_chain == orders.json().end() || !by_chain->is_object()) return nullptr;
    const auto order = by_chain->find(std::string(order_key(kind)));
    return order == by_chain->end() ? json(nullptr) : json(*order);
}

void set_signed_order(ProjectFile& orders, OrderKind kind, std::uint64_t chain_id, const json& order) {
    orders.json()[std::to_string(chain_id)][std::string(order_key(kind))] = order;
}

Result<json> normalize_order(OrderKind kind, const ordered_json& order) {
    if (!order.is_object()) return fail("ORDER_INVALID", fmt::format("\"{}\" must be an object.", order_key(kind)));
    const auto& fields = order_fields(kind);
    json out = json::object();
    for (const auto& [key, value] : order.items()) {
        const auto field = std::ranges::find(fields, key, &OrderField::name);
        if (field == fields.end())
            return fail("ORDER_INVALID", fmt::format("{}: unknown key \"{}\".", order_key(kind), key));
        auto normal = normalize_field(*field, value);
        if (!normal)
            return fail("ORDER_INVALID", fmt::format("{}: \"{}\" is {}: {}", order_key(kind), key, value.dump(),
                                                     normal.error().message));
        out[key] = std::move(*normal);
    }
    return out;
}

}  // namespace bourse::client
