// Writing JSON text: answers are built once, in order, without a tree.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

#include <string>
#include <string_view>

namespace bourse::rpc {

void append_json_text(std::string& out, std::string_view text);  ///< quoted and escaped; valid UTF-8 for any bytes
void append_json_hex(std::string& out, ByteView bytes);          ///< "0x…"
void append_json_quantity(std::string& out, std::uint64_t value);
void append_json_quantity(std::string& out, const Uint256& value);

inline std::string json_text(std::string_view text) {
    std::string out;
    append_json_text(out, text);
    return out;
}
inline std::string json_hex(ByteView bytes) {
    std::string out;
    append_json_hex(out, bytes);
    return out;
}
template <class Number>
std::string json_quantity(const Number& value) {
    std::string out;
    append_json_quantity(out, value);
    return out;
}

/// Braces and commas of one object: JsonObject o(out); o.hex("hash", h); … o.end();
class JsonObject {
public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

    void hex(std::string_view key, ByteView bytes) { append_json_hex(at(key), bytes); }
    void quantity(std::string_view key, std::uint64_t value) { append_json_quantity(at(key), value); }
    void quantity(std::string_view key, const Uint256& value) { append_json_quantity(at(key), value); }
    void text(std::string_view key, std::string_view value) { append_json_text(at(key), value); }
    /// Text that is JSON already: true, null, "0x0", [].
    void raw(std::string_view key, std::string_view json) { at(key) += json; }
    /// Writes the key; the caller appends the value to the returned text.
    std::string& at(std::string_view key);
    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

}  // namespace bourse::rpc
