// RLP: whatever decodes encodes back to the same bytes.
#include <bourse/base/assert.hpp>
#include <bourse/codec/rlp.hpp>

namespace {

using bourse::Bytes;
using bourse::ByteView;

constexpr int kMaxNesting = 200;

/// The item's encoding, made again from its content.
Bytes encode_again(const bourse::rlp::Item& item, int nesting) {
    if (!item.is_list) return bourse::rlp::encode_bytes(item.payload);
    bourse::rlp::Reader reader(item.payload);
    Bytes payload;
    while (!reader.empty()) {
        const auto inner = reader.next();
        if (!inner || nesting >= kMaxNesting) return {};
        const Bytes encoded = encode_again(*inner, nesting + 1);
        if (encoded.empty()) return {};
        bourse::append(payload, encoded);
    }
    return bourse::rlp::list(payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto item = bourse::rlp::Reader::single(input)) {
        const Bytes again = encode_again(*item, 0);
        BOURSE_ASSERT(again.empty() || bourse::equal(again, input));
    }
    bourse::rlp::Reader numbers(input);
    while (!numbers.empty())
        if (const auto value = numbers.uint()) (void)bourse::rlp::encode_uint(*value);
    return 0;
}
