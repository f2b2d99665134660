// The task part of the hub: life cycle, consensus, rewards, scores. All that the rest of native/ knows of it.
#pragma once

#include <bourse/native/core/call.hpp>

namespace bourse::native {

std::span<const Entry> hub_task_entries() noexcept;
std::span<const Entry> hub_task_view_entries() noexcept;
std::span<const Entry> hub_score_entries() noexcept;

}  // namespace bourse::native
