#include <bourse/worker/guarded.hpp>

#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <exception>
#include <string>

namespace bourse::worker {

void run_guarded(std::string_view thread, const std::function<void()>& body) noexcept {
    try {
        body();
    } catch (const std::exception& error) {
        sys::log_error("thread failed", {{"thread", std::string(thread)}, {"reason", error.what()}});
        sys::request_stop();
    }
}

}  // namespace bourse::worker
