// Structured logs: one JSON line an event on stderr (or a file), by spdlog.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace bourse::sys {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct LogConfig {
    std::string role;  ///< "node", "worker", …: goes into every line
    LogLevel level = LogLevel::kInfo;
    std::string file;  ///< empty: stderr
    bool json = true;  ///< false: plain text for a terminal
};
void init_log(const LogConfig& config);

using LogField = std::pair<std::string_view, std::string>;
/// log_info("task started", {{"task", to_hex(id)}, {"index", "3"}}). Never pass secrets.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
inline void log_debug(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::kDebug, e, f); }
inline void log_info(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::kInfo, e, f); }
inline void log_warn(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::kWarn, e, f); }
inline void log_error(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::kError, e, f); }

}  // namespace bourse::sys
