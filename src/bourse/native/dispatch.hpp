// Which function of which unit a call to the hub runs.
#pragma once

#include <bourse/native/core/call.hpp>

namespace bourse::native {

/// The tables of clerk and task part, the most used first; no selector stands in two of them.
std::array<std::span<const Entry>, 8> hub_tables() noexcept;
/// nullptr for a selector that the hub does not serve.
const Entry* find_hub_entry(std::uint32_t selector) noexcept;

}  // namespace bourse::native
