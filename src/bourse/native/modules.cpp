#include <bourse/base/assert.hpp>
#include <bourse/native/clerk/entries.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/native/dispatch.hpp>
#include <bourse/native/hub/hub.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/registry/resources.hpp>
#include <bourse/native/token/rlc.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native {

std::array<std::span<const Entry>, 8> hub_tables() noexcept {
    return {hub_task_entries(),   hub_match_entries(), hub_view_entries(),   hub_task_view_entries(),
            hub_escrow_entries(), hub_order_entries(), hub_config_entries(), hub_score_entries()};
}

const Entry* find_hub_entry(std::uint32_t selector) noexcept {
    for (const auto table : hub_tables())
        if (const auto* entry = find_entry(table, selector)) return entry;
    return nullptr;
}

namespace {

enum class TargetKind : std::uint8_t { kNone, kHub, kRlc, kRegistry, kResource };

struct Target {
    TargetKind kind = TargetKind::kNone;
    const Entry* entry = nullptr;  ///< nullptr: no such function
};

Target find_target(const state::State& state, const Address& address, std::uint32_t selector) {
    if (address == poco::kHub) return {TargetKind::kHub, find_hub_entry(selector)};
    if (address == poco::kRlc) return {TargetKind::kRlc, find_entry(rlc_table(), selector)};
    if (const auto kind = registry_kind(address))
        return {TargetKind::kRegistry, find_entry(registry_table(*kind), selector)};
    if (const auto kind = resource_kind(state, address))
        return {TargetKind::kResource, find_entry(resource_table(*kind), selector)};
    return {};
}

ByteView arguments_of(ByteView input) noexcept { return input.size() > 4 ? input.subspan(4) : ByteView{}; }

std::uint64_t gas_of(const state::State& state, const Target& target, ByteView input) {
    if (target.kind == TargetKind::kNone) return 0;
    if (target.entry == nullptr) return kGasView;  // refused at once
    const std::uint64_t more = target.entry->rule != nullptr ? target.entry->rule(state, arguments_of(input)) : 0;
    return target.entry->gas + more;
}

/// Runs the function, or refuses as the contract's dispatcher does.
Outcome<Bytes> run(Context& context, const Target& target) {
    if (target.entry == nullptr) {
        if (target.kind == TargetKind::kHub) return revert_text(poco::texts::kFallbackDisabled);
        return revert_empty();
    }
    if (!context.message().value.is_zero()) return revert_empty();
    return target.entry->run(context, arguments_of(context.message().input));
}

}  // namespace

bool has_native_code(const state::State& state, const Address& address) {
    return address == poco::kHub || address == poco::kRlc || registry_kind(address) || resource_kind(state, address);
}

std::uint64_t call_gas(const state::State& state, const Address& target, ByteView input) {
    return gas_of(state, find_target(state, target, selector_of(input)), input);
}

state::CallResult execute(state::Host& host, const state::Message& message) {
    using Status = state::CallResult::Status;
    auto& state = host.state();
    const Target target = find_target(state, message.to, selector_of(message.input));
    BOURSE_ASSERT(target.kind != TargetKind::kNone);
    const std::uint64_t gas = gas_of(state, target, message.input);
    const bool writes = target.entry != nullptr && target.entry->access == Access::kWrite;
    if (gas > message.gas || (writes && message.is_static)) return {Status::kFailure, 0, {}};

    const auto snapshot = state.snapshot();
    Context context(host, message, message.gas - gas);
    auto result = run(context, target);
    if (result) return {Status::kSuccess, context.gas_left(), *std::move(result)};
    state.revert(snapshot);
    return {Status::kRevert, context.gas_left(), std::move(result).error().data};
}

}  // namespace bourse::native
