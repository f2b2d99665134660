#include <bourse/client/stream_json.hpp>

#include <openssl/evp.h>

namespace bourse::client::stream {
namespace {

constexpr std::size_t kMaxStreamDepth = 8;

}  // namespace

Result<nlohmann::json> parse_stream_object(std::string_view text) {
    bool too_deep = false;
    const auto watch_depth = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > static_cast<int>(kMaxStreamDepth)) too_deep = true;
        return !too_deep;
    };
    auto document = nlohmann::json::parse(text, watch_depth, /*allow_exceptions=*/false);
    if (document.is_discarded() || too_deep || !document.is_object()) {
        return fail("STREAM_BAD_MESSAGE", "The message is not a JSON object.");
    }
    return document;
}

std::string base64_encode(ByteView bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::optional<Bytes> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.empty()) return Bytes{};
    Bytes out(text.size() / 4 * 3);
    const int size =
        EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

const nlohmann::json* StreamFields::find(const char* name) const {
    const auto found = object_->find(name);
    return found == object_->end() ? nullptr : &*found;
}

bool StreamFields::has(const char* name) const { return find(name) != nullptr; }

void StreamFields::refuse(const char* name) {
    if (!*wrong_) *wrong_ = name;
}

std::string StreamFields::text(const char* name, std::size_t max_bytes) {
    const auto* value = find(name);
    if (value != nullptr && value->is_string()) {
        const auto& content = value->get_ref<const std::string&>();
        if (content.size() <= max_bytes) return content;
    }
    refuse(name);
    return {};
}

std::string StreamFields::text_or_empty(const char* name, std::size_t max_bytes) {
    return has(name) ? text(name, max_bytes) : std::string();
}

std::vector<std::string> StreamFields::texts_or_empty(const char* name, std::size_t max_items, std::size_t max_bytes) {
    const auto* value = find(name);
    std::vector<std::string> out;
    if (value == nullptr) return out;
    if (!value->is_array() || value->size() > max_items) {
        refuse(name);
        return out;
    }
    for (const auto& item : *value) {
        if (!item.is_string() || item.get_ref<const std::string&>().size() > max_bytes) {
            refuse(name);
            return {};
        }
        out.push_back(item.get<std::string>());
    }
    return out;
}

std::uint64_t StreamFields::u64(const char* name) {
    const auto* value = find(name);
    if (value != nullptr && value->is_number_unsigned()) return value->get<std::uint64_t>();
    refuse(name);
    return 0;
}

std::uint32_t StreamFields::u32(const char* name) {
    const auto value = u64(name);
    if (value > UINT32_MAX) refuse(name);
    return static_cast<std::uint32_t>(value);
}

std::uint64_t StreamFields::u64_or(const char* name, std::uint64_t fallback) {
    return has(name) ? u64(name) : fallback;
}

std::int64_t StreamFields::i64(const char* name) {
    const auto* value = find(name);
    if (value != nullptr && value->is_number_integer()) return value->get<std::int64_t>();
    refuse(name);
    return 0;
}

bool StreamFields::boolean(const char* name) {
    const auto* value = find(name);
    if (value != nullptr && value->is_boolean()) return value->get<bool>();
    refuse(name);
    return false;
}

Hash StreamFields::hash(const char* name) {
    const auto parsed = hash_from_hex(text(name, 66));
    if (!parsed) refuse(name);
    return parsed.value_or(Hash{});
}

Address StreamFields::address(const char* name) {
    const auto parsed = address_from_hex(text(name, 42));
    if (!parsed) refuse(name);
    return parsed.value_or(Address{});
}

Bytes StreamFields::bytes(const char* name) {
    auto parsed = from_hex(text(name, std::size_t{1} << 18));
    if (!parsed) refuse(name);
    return parsed ? *std::move(parsed) : Bytes{};
}

Bytes StreamFields::base64(const char* name) {
    auto parsed = base64_decode(text(name, std::size_t{3} << 20));
    if (!parsed) refuse(name);
    return parsed ? *std::move(parsed) : Bytes{};
}

StreamFields StreamFields::object(const char* name) {
    static const nlohmann::json kEmptyObject = nlohmann::json::object();
    const auto* value = find(name);
    if (value != nullptr && value->is_object()) return {*value, wrong_};
    refuse(name);
    return {kEmptyObject, wrong_};
}

}  // namespace bourse::client::stream
