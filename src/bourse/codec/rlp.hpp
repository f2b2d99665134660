// Recursive Length Prefix (Ethereum yellow paper, appendix B). The decoder accepts canonical encodings only.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

#include <optional>

namespace bourse::rlp {

/// Appends items to a byte string; a list is made by encoding its payload first: list(payload).
void append_bytes(Bytes& out, ByteView item);
void append_uint(Bytes& out, const Uint256& value);
void append_list_header(Bytes& out, std::size_t payload_size);
/// Header ‖ payload.
Bytes list(ByteView payload);
Bytes encode_bytes(ByteView item);
Bytes encode_uint(const Uint256& value);

struct Item {
    bool is_list = false;
    ByteView payload;  ///< content without header
};

/// Reads items one after another from a view that must outlive the reader. After a failure all reads fail.
class Reader {
public:
    explicit Reader(ByteView data) : rest_(data) {}
    /// A single top-level item that fills the data exactly.
    static std::optional<Item> single(ByteView data);

    bool empty() const noexcept { return rest_.empty(); }
    std::optional<Item> next();
    std::optional<ByteView> bytes();
    /// Integer without leading zeros, at most 32 bytes.
    std::optional<Uint256> uint();
    std::optional<std::uint64_t> u64();
    template <class Fixed>
    std::optional<Fixed> fixed() {
        auto item = bytes();
        if (!item) return std::nullopt;
        return Fixed::from(*item);
    }
    /// A reader over the items of a nested list.
    std::optional<Reader> list();

private:
    ByteView rest_;
};

}  // namespace bourse::rlp
