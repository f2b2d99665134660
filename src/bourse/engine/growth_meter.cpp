#include <bourse/engine/growth_meter.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/sys/metrics.hpp>

namespace bourse::engine {
namespace {

constexpr std::size_t kMaxMeteredSenders = 20'000;
constexpr std::size_t kShownSenders = 20;
constexpr std::uint64_t kExportPeriodMs = 10'000;

}  // namespace

std::vector<std::pair<Address, std::int64_t>> GrowthMeter::largest(std::size_t count) const {
    std::vector<std::pair<Address, std::int64_t>> out(by_sender_.begin(), by_sender_.end());
    std::ranges::sort(out, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    if (out.size() > count) out.resize(count);
    return out;
}

void GrowthMeter::forget_small() {
    const auto kept = largest(kMaxMeteredSenders / 2);
    by_sender_ = {kept.begin(), kept.end()};
}

void GrowthMeter::add(const chain::ExecutedBlock& block) {
    for (const auto& entry : block.executed)
        if (entry.state_growth_bytes != 0) by_sender_[entry.transaction->sender] += entry.state_growth_bytes;
    if (by_sender_.size() > kMaxMeteredSenders) forget_small();
    if (block.header.time_ms < exported_at_ms_ + kExportPeriodMs) return;
    exported_at_ms_ = block.header.time_ms;
    for (const auto& [sender, bytes] : largest(kShownSenders))
        sys::Metrics::global().gauge("bourse_node_state_growth_bytes",
                                     "State added since the start, by the senders that added most",
                                     static_cast<double>(bytes), {{"sender", to_checksum(sender)}});
}

}  // namespace bourse::engine
