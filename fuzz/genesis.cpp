// Genesis files: what is accepted is written back so that it gives the same file and the same state again.
#include <bourse/base/assert.hpp>
#include <bourse/chain/genesis.hpp>

#include <algorithm>

namespace {

using namespace bourse;

bool same_changes(const state::ChangeSet& a, const state::ChangeSet& b) {
    const auto same_account = [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.after == y.second.after;
    };
    const auto same_slots = [](const auto& x, const auto& y) {
        return x.first == y.first && std::ranges::equal(x.second, y.second, [](const auto& left, const auto& right) {
                   return left.first == right.first && left.second.after == right.second.after;
               });
    };
    return std::ranges::equal(a.accounts, b.accounts, same_account) &&
           std::ranges::equal(a.slots, b.slots, same_slots) && a.new_code == b.new_code;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto config = chain::parse_genesis(as_text(ByteView(data, size)));
    if (!config) {
        BOURSE_ASSERT(config.error().code == "GENESIS_INVALID" && !config.error().message.empty());
        return 0;
    }
    const std::string text = chain::to_json(*config);
    const auto again = chain::parse_genesis(text);
    BOURSE_ASSERT(again.has_value());
    BOURSE_ASSERT(chain::to_json(*again) == text);
    BOURSE_ASSERT(same_changes(chain::genesis_changes(*config), chain::genesis_changes(*again)));
    return 0;
}
