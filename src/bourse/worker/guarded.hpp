// Body of a thread of the worker: what it cannot handle ends the role in an orderly way, to be started again.
#pragma once

#include <functional>
#include <string_view>

namespace bourse::worker {

/// An exception (a broken disk under the journal, for instance) is logged and asks the process to stop.
void run_guarded(std::string_view thread, const std::function<void()>& body) noexcept;

}  // namespace bourse::worker
