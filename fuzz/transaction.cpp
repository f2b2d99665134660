// Transactions: whatever decodes is canonical, and its sender, if any, is stable.
#include <bourse/base/assert.hpp>
#include <bourse/chain/header.hpp>
#include <bourse/codec/transaction.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bourse::ByteView input(data, size);
    if (const auto tx = bourse::decode_transaction(input)) {
        BOURSE_ASSERT(bourse::equal(bourse::encode_transaction(*tx), input));
        BOURSE_ASSERT(bourse::intrinsic_gas(*tx) >= 21'000);
        BOURSE_ASSERT(bourse::recover_sender(*tx) == bourse::recover_sender(*tx));
    } else {
        BOURSE_ASSERT(!to_text(tx.error()).empty());
    }
    if (const auto header = bourse::chain::decode_header(input))
        BOURSE_ASSERT(bourse::equal(bourse::chain::encode_header(*header), input));
    return 0;
}
