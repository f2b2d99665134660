// Strict reading of small JSON objects from a peer: one flag instead of a check at every field. Private to the stream.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::client::stream {

/// Errors: STREAM_BAD_MESSAGE (not JSON, not an object, nested deeper than 8).
Result<nlohmann::json> parse_stream_object(std::string_view text);

std::string base64_encode(ByteView bytes);
std::optional<Bytes> base64_decode(std::string_view text);

/// Reads fields of an object that outlives it. The first field that is missing or malformed is remembered, reads go on
/// with empty values, and the caller asks wrong() once at the end. Copies share the verdict.
class StreamFields {
public:
    explicit StreamFields(const nlohmann::json& object) : object_(&object) {}

    bool has(const char* name) const;
    std::string text(const char* name, std::size_t max_bytes = 4096);
    std::string text_or_empty(const char* name, std::size_t max_bytes = 4096);
    std::vector<std::string> texts_or_empty(const char* name, std::size_t max_items, std::size_t max_bytes);
    std::uint64_t u64(const char* name);
    std::uint32_t u32(const char* name);
    std::uint64_t u64_or(const char* name, std::uint64_t fallback);
    std::int64_t i64(const char* name);
    bool boolean(const char* name);
    Hash hash(const char* name);
    Address address(const char* name);
    Bytes bytes(const char* name);
    Bytes base64(const char* name);
    StreamFields object(const char* name);

    void refuse(const char* name);
    const std::optional<std::string>& wrong() const noexcept { return *wrong_; }

private:
    StreamFields(const nlohmann::json& object, std::shared_ptr<std::optional<std::string>> wrong)
        : object_(&object), wrong_(std::move(wrong)) {}
    const nlohmann::json* find(const char* name) const;

    const nlohmann::json* object_;
    std::shared_ptr<std::optional<std::string>> wrong_ = std::make_shared<std::optional<std::string>>();
};

}  // namespace bourse::client::stream
