#include <bourse/native/core/call.hpp>
#include <bourse/native/modules.hpp>

namespace bourse::native {

state::CallResult Context::call(const Address& to, Bytes input, bool is_static) {
    if (has_native_code(state(), to)) {
        const std::uint64_t gas = call_gas(state(), to, input);
        return forward(to, std::move(input), gas, is_static);
    }
    const std::uint64_t gas = gas_left_ - gas_left_ / 64;
    auto result = forward(to, std::move(input), gas, is_static);
    gas_left_ -= gas - result.gas_left;
    return result;
}

state::CallResult Context::call_prepaid(const Address& to, Bytes input, std::uint64_t gas) {
    return forward(to, std::move(input), gas, false);
}

state::CallResult Context::forward(const Address& to, Bytes input, std::uint64_t gas, bool is_static) {
    state::Message message;
    message.sender = self();
    message.to = to;
    message.gas = gas;
    message.input = std::move(input);
    message.is_static = is_static || message_.is_static;
    message.depth = message_.depth + 1;
    return host_.call(message);
}

const Entry* find_entry(std::span<const Entry> table, std::uint32_t selector) noexcept {
    const auto found = std::lower_bound(table.begin(), table.end(), selector,
                                        [](const Entry& entry, std::uint32_t value) { return entry.selector < value; });
    return found != table.end() && found->selector == selector ? &*found : nullptr;
}

std::uint32_t selector_of(ByteView input) noexcept {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out << 8 | (i < input.size() ? input[i] : 0U);
    return out;
}

}  // namespace bourse::native
