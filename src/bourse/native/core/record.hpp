// Encoding of records (docs/reference/storage.md): a sequence of fields without separators. Integers are one length
// byte and as many big-endian bytes without leading zeros; texts are an integer length and the bytes. One value has one
// encoding, because a record's hash stands in the state.
#pragma once

#include <bourse/base/assert.hpp>
#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

#include <string>

namespace bourse::native {

class RecordWriter {
public:
    RecordWriter() { bytes_.reserve(256); }

    RecordWriter& u8(std::uint8_t value) {
        bytes_.push_back(value);
        return *this;
    }
    RecordWriter& raw(ByteView value) {
        append(bytes_, value);
        return *this;
    }
    RecordWriter& integer(const Uint256& value);
    RecordWriter& text(ByteView value) { return integer(value.size()).raw(value); }

    Bytes take() noexcept { return std::move(bytes_); }

private:
    Bytes bytes_;
};

/// Reads what RecordWriter wrote. Records are our own: a short one is a broken database and aborts.
class RecordReader {
public:
    explicit RecordReader(ByteView bytes) : rest_(bytes) {}

    std::uint8_t u8() { return take(1)[0]; }
    template <class Fixed>
    Fixed fixed() {
        return *Fixed::from(take(Fixed::kSize));
    }
    Uint256 integer() { return uint256_from_be(take(u8())); }
    std::uint64_t u64() {
        const Uint256 value = integer();
        BOURSE_ASSERT(value.fits_u64());
        return value.low_u64();
    }
    ByteView text() { return take(static_cast<std::size_t>(u64())); }
    bool empty() const noexcept { return rest_.empty(); }

private:
    ByteView take(std::size_t n) {
        BOURSE_ASSERT(n <= rest_.size());
        const ByteView out = rest_.first(n);
        rest_ = rest_.subspan(n);
        return out;
    }

    ByteView rest_;
};

}  // namespace bourse::native
