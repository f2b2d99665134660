#include <bourse/native/core/record.hpp>

namespace bourse::native {

RecordWriter& RecordWriter::integer(const Uint256& value) {
    const Bytes32 word = to_be32(value);
    const std::size_t length = (value.bit_length() + 7) / 8;
    bytes_.push_back(static_cast<std::uint8_t>(length));
    bytes_.insert(bytes_.end(), word.end() - static_cast<std::ptrdiff_t>(length), word.end());
    return *this;
}

}  // namespace bourse::native
