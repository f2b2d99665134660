// What a waiting user sees of running tasks: lines when a task passes a stage, and a progress line with what its
// workers do.
#pragma once

#include <bourse/cli/output.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/ids.hpp>

#include <string>
#include <vector>

namespace bourse::cli {

class StageReporter {
public:
    /// `scheduler_url` may be empty; it only adds detail.
    StageReporter(Progress& progress, const std::vector<poco::TaskId>& tasks, bool is_quiet, std::string scheduler_url);

    void update(std::size_t index, const poco::Task& task);
    void downloading(std::size_t index);
    void ended(std::size_t index, const std::string& verdict);
    /// Refreshes the progress line.
    void show();

private:
    struct Entry {
        poco::TaskId id;
        poco::TaskStatus status = poco::TaskStatus::kUnset;
        std::size_t contributions = 0;
        bool is_over = false;
    };
    void line(const Entry& entry, const std::string& text);
    std::string workers_at(const poco::TaskId& task);

    Progress* progress_;
    std::vector<Entry> entries_;
    bool is_quiet_;
    std::string scheduler_url_;
    std::string workers_;
    std::uint64_t started_ms_;
    std::uint64_t asked_ms_;
};

}  // namespace bourse::cli
