// What the operator says was not well, and since when: incidents.json in the market's folder, shown on the status page.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::market {

struct Incident {
    std::string text;  ///< at most 1,000 bytes, one line
    std::uint64_t begun_s = 0;
    std::optional<std::uint64_t> ended_s;  ///< absent: it goes on
};

/// [{"text": …, "begun": unix seconds, "ended": unix seconds or absent}], at most 100; newest first in the answer.
/// Errors: INCIDENTS_INVALID.
Result<std::vector<Incident>> incidents_from(std::string_view text);

class Incidents {
public:
    explicit Incidents(std::filesystem::path file) : file_(std::move(file)) {}

    /// Reads the file again when it was changed. One that cannot be read is logged, and what was known before stays;
    /// no file: none.
    std::vector<Incident> all();

private:
    std::filesystem::path file_;
    std::mutex mutex_;
    std::optional<std::filesystem::file_time_type> read_at_;  ///< the file's time as it was read last
    std::vector<Incident> known_;
};

}  // namespace bourse::market
