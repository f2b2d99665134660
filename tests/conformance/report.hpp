// Counts of a conformance run. What is left out is named by class and must be among what the specification allows.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bourse::conformance {

enum class SkipClass { kNeedsEvm, kNativeMode, kBoost, kOtherBuild };
std::string to_text(SkipClass reason);

class Report {
public:
    explicit Report(bool verbose) : verbose_(verbose) {}

    /// The checks and skips that follow belong to this file of vectors.
    void begin_file(const std::string& file) { file_ = file; }
    /// One check with its name; `problem` is empty when it passed.
    void check(const std::string& name, const std::string& problem);
    void pass(const std::string& name) { check(name, {}); }
    /// `group` names the line of the specification's list (poco.md §18.2) that allows it.
    void skip(SkipClass reason, const std::string& group, const std::string& name);

    /// Prints what was skipped, the table of files and classes, and the last line `N passed, M failed, K skipped`. True
    /// when nothing failed and nothing was skipped beyond the list.
    bool finish();

private:
    struct Row {
        std::size_t passed = 0;
        std::size_t failed = 0;
        std::map<SkipClass, std::size_t> skipped;
    };
    void print_row(const std::string& name, const Row& row) const;
    Row print_table() const;

    bool verbose_;
    std::string file_;
    std::map<std::string, Row> rows_;                          ///< by file
    std::map<std::string, std::vector<std::string>> skipped_;  ///< by class and group
};

}  // namespace bourse::conformance
