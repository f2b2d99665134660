// ABI: whatever decodes encodes to something that decodes to the same values; typed-data JSON never crashes.
#include <bourse/base/assert.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/eip712.hpp>

#include <nlohmann/json.hpp>

namespace {

using bourse::Address;
using bourse::Bytes;
using bourse::Bytes32;
using bourse::ByteView;
using bourse::Uint256;

struct Inner {
    Address owner;
    std::uint8_t small = 0;
    std::string text;
    bool operator==(const Inner&) const = default;
};
auto abi_fields(Inner& i) { return std::tie(i.owner, i.small, i.text); }
auto abi_fields(const Inner& i) { return std::tie(i.owner, i.small, i.text); }

template <class... Ts>
void check_round_trip(ByteView input) {
    const auto values = bourse::abi::decode<Ts...>(input);
    if (!values) return;
    const Bytes encoded = std::apply([](const auto&... v) { return bourse::abi::encode(v...); }, *values);
    BOURSE_ASSERT((bourse::abi::decode<Ts...>(encoded) == values));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 4096) return 0;  // overlapping offsets can make a small input decode to a large value
    const ByteView input(data + 1, size - 1);
    switch (data[0] % 5) {
        case 0:
            check_round_trip<Uint256, bool, Address, Bytes32>(input);
            break;
        case 1:
            check_round_trip<Bytes, std::string, std::uint64_t>(input);
            break;
        case 2:
            check_round_trip<std::vector<Uint256>, std::vector<Bytes>>(input);
            break;
        case 3:
            check_round_trip<Inner, std::vector<Inner>>(input);
            break;
        default: {
            const auto document = nlohmann::json::parse(input.begin(), input.end(), nullptr, false);
            if (!document.is_discarded()) (void)bourse::eip712::typed_data_digest(document);
        }
    }
    (void)bourse::abi::decode_error(input);
    return 0;
}
