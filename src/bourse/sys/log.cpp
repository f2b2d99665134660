#include <bourse/sys/log.hpp>

#include <bourse/sys/clock.hpp>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <mutex>

namespace bourse::sys {

namespace {

struct LogState {
    std::mutex mutex;
    LogConfig config{.role = {}, .level = LogLevel::kInfo, .file = {}, .json = false};
    std::shared_ptr<spdlog::logger> logger;
};

LogState& log_state() {
    static auto* state = new LogState;  // never destroyed: threads may log while the process ends
    return *state;
}

std::shared_ptr<spdlog::logger> make_logger(const LogConfig& config) {
    spdlog::sink_ptr sink;
    if (config.file.empty())
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
        sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file);
    auto logger = std::make_shared<spdlog::logger>("bourse", std::move(sink));
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    return logger;
}

std::string_view level_name(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug:
            return "debug";
        case LogLevel::kInfo:
            return "info";
        case LogLevel::kWarn:
            return "warn";
        case LogLevel::kError:
            return "error";
    }
    return "error";
}

/// A JSON string; broken UTF-8 becomes the replacement character.
std::string json_quoted(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_line(const LogConfig& config, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
    std::string line = "{\"ts\":\"" + iso8601_ms(unix_time_ms()) + "\",\"level\":\"";
    line.append(level_name(level)).append("\",\"role\":").append(json_quoted(config.role));
    line.append(",\"event\":").append(json_quoted(event));
    for (const auto& [key, value] : fields)
        line.append(",").append(json_quoted(key)).append(":").append(json_quoted(value));
    return line + "}";
}

std::string text_line(const LogConfig& config, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
    std::string line = iso8601_ms(unix_time_ms()).substr(11, 12) + " ";
    line.append(level_name(level)).append(level_name(level).size() == 4 ? "  " : " ");
    if (!config.role.empty()) line.append(config.role).append(": ");
    line.append(event);
    for (const auto& [key, value] : fields) {
        const bool plain = !value.empty() && value.find_first_of(" \"\n\t=") == std::string::npos;
        line.append(" ").append(key).append("=").append(plain ? value : json_quoted(value));
    }
    return line;
}

}  // namespace

void init_log(const LogConfig& config) {
    auto logger = make_logger(config);
    auto& state = log_state();
    const std::lock_guard lock(state.mutex);
    state.config = config;
    state.logger = std::move(logger);
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    auto& state = log_state();
    std::shared_ptr<spdlog::logger> logger;
    std::string line;
    {
        const std::lock_guard lock(state.mutex);
        if (level < state.config.level) return;
        if (!state.logger) state.logger = make_logger(state.config);
        logger = state.logger;
        line = state.config.json ? json_line(state.config, level, event, fields)
                                 : text_line(state.config, level, event, fields);
    }
    logger->log(spdlog::level::info, spdlog::string_view_t(line));
}

}  // namespace bourse::sys
