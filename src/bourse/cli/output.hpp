// What a verb says, and how: text for people, or one JSON object with --json; progress on a terminal.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bourse::cli {

/// "1.5 RLC (1500000000 nRLC)".
std::string amount_text(const Uint256& nrlc);
/// Decimal string of nRLC, as every amount stands in JSON.
std::string amount_json(const Uint256& nrlc);
/// "2026-06-01 12:00:00 UTC"
std::string time_text(std::uint64_t unix_s);

/// Rows with aligned columns, two spaces between them; the first row is the head when `has_head`.
std::string table(const std::vector<std::vector<std::string>>& rows);
/// Lines "name:  value" with aligned values.
std::string fields(const std::vector<std::pair<std::string, std::string>>& rows);

/// Answer of a verb. With an error the exit status is 1, and the data (if any) is still shown.
struct Answer {
    nlohmann::json data = nlohmann::json::object();
    std::string text;
    std::optional<Error> error;
};

/// A line on stderr that shows what is going on after half a second, with the time it has taken; nothing where stderr
/// is no terminal.
class Progress {
public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// What is being done from now on; empty hides the line. The time counts from the last change of `what`; `detail`
    /// may change meanwhile.
    void stage(std::string what, std::string detail = {});
    /// A lasting line on stderr, above the progress line: also without a terminal.
    void note(std::string_view line);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Runs a verb and prints its answer; gives the exit status. Exceptions of the standard library become INTERNAL_ERROR.
int answer_verb(bool json, const std::function<Result<Answer>()>& verb);

}  // namespace bourse::cli
