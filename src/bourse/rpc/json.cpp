#include <bourse/rpc/json.hpp>

#include <simdjson.h>

namespace bourse::rpc {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
    // Reasons of reverts and cut-off names may hold anything; the answer must be JSON all the same.
    const bool is_utf8 = simdjson::validate_utf8(text.data(), text.size());
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80 && !is_utf8) {
            out += "\\ufffd";
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kHexDigits[byte >> 4];
            out += kHexDigits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_json_hex(std::string& out, ByteView bytes) {
    out += "\"0x";
    const auto at = out.size();
    out.resize(at + bytes.size() * 2);
    char* to = out.data() + at;
    for (const auto byte : bytes) {
        *to++ = kHexDigits[byte >> 4];
        *to++ = kHexDigits[byte & 15];
    }
    out += '"';
}

void append_json_quantity(std::string& out, std::uint64_t value) {
    char buffer[16];
    std::size_t n = 0;
    do {
        buffer[n++] = kHexDigits[value & 15];
        value >>= 4;
    } while (value != 0);
    out += "\"0x";
    while (n > 0) out += buffer[--n];
    out += '"';
}

void append_json_quantity(std::string& out, const Uint256& value) {
    if (value.fits_u64()) return append_json_quantity(out, value.low_u64());
    out += '"';
    out += to_quantity(value);
    out += '"';
}

std::string& JsonObject::at(std::string_view key) {
    out_ += first_ ? "\"" : ",\"";
    first_ = false;
    out_ += key;
    out_ += "\":";
    return out_;
}

}  // namespace bourse::rpc
