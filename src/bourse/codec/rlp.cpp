#include <bourse/codec/rlp.hpp>

#include <utility>

namespace bourse::rlp {
namespace {

/// Header of an item: `short_base` + size up to 55 bytes, else `short_base` + 55 + number of size bytes, then the size.
void append_size(Bytes& out, std::size_t size, std::uint8_t short_base) {
    if (size <= 55) {
        out.push_back(static_cast<std::uint8_t>(short_base + size));
        return;
    }
    std::uint8_t digits[8];
    std::size_t count = 0;
    for (std::size_t rest = size; rest != 0; rest >>= 8) digits[count++] = static_cast<std::uint8_t>(rest & 0xff);
    out.push_back(static_cast<std::uint8_t>(short_base + 55 + count));
    while (count > 0) out.push_back(digits[--count]);
}

/// A long form's size: no leading zero, above 55, and not more than what is there.
std::optional<std::size_t> long_size(ByteView digits) {
    if (digits.empty() || digits.size() > 8 || digits[0] == 0) return std::nullopt;
    std::uint64_t size = 0;
    for (const auto digit : digits) size = (size << 8) | digit;
    if (size <= 55) return std::nullopt;
    return static_cast<std::size_t>(size);
}

}  // namespace

void append_bytes(Bytes& out, ByteView item) {
    if (item.size() == 1 && item[0] < 0x80) {
        out.push_back(item[0]);
        return;
    }
    append_size(out, item.size(), 0x80);
    append(out, item);
}

void append_uint(Bytes& out, const Uint256& value) {
    const Bytes32 full = to_be32(value);
    const std::size_t size = (value.bit_length() + 7) / 8;
    append_bytes(out, ByteView(full).last(size));
}

void append_list_header(Bytes& out, std::size_t payload_size) { append_size(out, payload_size, 0xc0); }

Bytes list(ByteView payload) {
    Bytes out;
    out.reserve(payload.size() + 9);
    append_list_header(out, payload.size());
    append(out, payload);
    return out;
}

Bytes encode_bytes(ByteView item) {
    Bytes out;
    out.reserve(item.size() + 9);
    append_bytes(out, item);
    return out;
}

Bytes encode_uint(const Uint256& value) {
    Bytes out;
    append_uint(out, value);
    return out;
}

std::optional<Item> Reader::single(ByteView data) {
    Reader reader(data);
    auto item = reader.next();
    if (!item || !reader.empty()) return std::nullopt;
    return item;
}

std::optional<Item> Reader::next() {
    const ByteView data = std::exchange(rest_, {});
    if (data.empty()) return std::nullopt;
    const std::uint8_t first = data[0];
    if (first < 0x80) {
        rest_ = data.subspan(1);
        return Item{false, data.first(1)};
    }
    const bool is_list = first >= 0xc0;
    const std::size_t code = first - (is_list ? 0xc0U : 0x80U);
    std::size_t header = 1;
    std::size_t size = code;
    if (code > 55) {
        const std::size_t digits = code - 55;
        if (data.size() < 1 + digits) return std::nullopt;
        const auto long_form = long_size(data.subspan(1, digits));
        if (!long_form) return std::nullopt;
        header += digits;
        size = *long_form;
    }
    if (size > data.size() - header) return std::nullopt;
    const ByteView payload = data.subspan(header, size);
    if (!is_list && size == 1 && payload[0] < 0x80) return std::nullopt;  // must stand for itself
    rest_ = data.subspan(header + size);
    return Item{is_list, payload};
}

std::optional<ByteView> Reader::bytes() {
    const auto item = next();
    if (!item || item->is_list) {
        rest_ = {};
        return std::nullopt;
    }
    return item->payload;
}

std::optional<Uint256> Reader::uint() {
    const auto item = bytes();
    if (!item || item->size() > 32 || (!item->empty() && item->front() == 0)) {
        rest_ = {};
        return std::nullopt;
    }
    return uint256_from_be(*item);
}

std::optional<std::uint64_t> Reader::u64() {
    const auto value = uint();
    if (!value || !value->fits_u64()) {
        rest_ = {};
        return std::nullopt;
    }
    return value->low_u64();
}

std::optional<Reader> Reader::list() {
    const auto item = next();
    if (!item || !item->is_list) {
        rest_ = {};
        return std::nullopt;
    }
    return Reader(item->payload);
}

}  // namespace bourse::rlp
