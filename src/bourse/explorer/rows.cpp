#include <bourse/explorer/rows.hpp>

#include <array>

namespace bourse::explorer {

namespace {

constexpr std::array<std::string_view, 3> kResourceKinds{"app", "dataset", "workerpool"};
constexpr std::array<std::string_view, 7> kShown{"NOT_STARTED", "RUNNING",   "LATE",  "REVEALING",
                                                 "COMPLETE",    "CLAIMABLE", "FAILED"};
constexpr std::array<std::string_view, 8> kEntryKinds{"deposit", "withdraw", "send",   "receive",
                                                      "lock",    "unlock",   "reward", "seize"};

template <class Enum, std::size_t N>
std::optional<Enum> enum_from(const std::array<std::string_view, N>& names, std::string_view text) noexcept {
    for (std::size_t i = 0; i < N; ++i)
        if (names[i] == text) return static_cast<Enum>(i);
    return std::nullopt;
}

}  // namespace

std::string_view to_text(ResourceKind kind) noexcept { return kResourceKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_text(ShownStatus status) noexcept { return kShown[static_cast<std::size_t>(status)]; }
std::string_view to_text(EntryKind kind) noexcept { return kEntryKinds[static_cast<std::size_t>(kind)]; }
std::optional<ShownStatus> shown_status_from(std::string_view text) noexcept {
    return enum_from<ShownStatus>(kShown, text);
}
std::optional<EntryKind> entry_kind_from(std::string_view text) noexcept {
    return enum_from<EntryKind>(kEntryKinds, text);
}

ShownStatus shown_status(const TaskCounts& tasks, std::int64_t contribution_s, std::int64_t final_s,
                         std::int64_t now_s) noexcept {
    const auto ended = tasks.complete + tasks.failed;
    if (ended >= tasks.total) return tasks.failed > 0 ? ShownStatus::kFailed : ShownStatus::kComplete;
    if (now_s >= final_s) return ShownStatus::kClaimable;
    if (tasks.initialised == 0) return ShownStatus::kNotStarted;
    if (tasks.revealing > 0) return ShownStatus::kRevealing;
    return now_s >= contribution_s ? ShownStatus::kLate : ShownStatus::kRunning;
}

ShownStatus DealRow::status(std::int64_t now_s) const noexcept {
    return shown_status(tasks, contribution_s, final_s, now_s);
}

ShownStatus shown_status(int status, std::int64_t contribution_s, std::int64_t final_s, std::int64_t now_s) noexcept {
    if (status == 3) return ShownStatus::kComplete;
    if (status == 4) return ShownStatus::kFailed;
    if (now_s >= final_s) return ShownStatus::kClaimable;
    if (status == 0) return ShownStatus::kNotStarted;
    if (status == 2) return ShownStatus::kRevealing;
    return now_s >= contribution_s ? ShownStatus::kLate : ShownStatus::kRunning;
}

ShownStatus TaskRow::shown(std::int64_t now_s) const noexcept {
    return shown_status(status, contribution_s, final_s, now_s);
}

}  // namespace bourse::explorer
