#include "report.hpp"

#include <cstdio>

namespace bourse::conformance {
namespace {

/// poco.md §18.2: how many of each group may be left out.
const std::map<std::string, std::size_t>& allowed_skips() {
    static const std::map<std::string, std::size_t> allowed{{"needs EVM: match cases", 19},
                                                            {"needs EVM: malformed contract answers", 10},
                                                            {"needs EVM: verifySignature rows", 4},
                                                            {"needs EVM: callback part of lifecycle scenarios", 4},
                                                            {"needs EVM: escrow steps", 2},
                                                            {"native mode: steps", 12},
                                                            {"boost: files", 1},
                                                            {"other build: registry entries", 41}};
    return allowed;
}

constexpr SkipClass kSkipClasses[] = {SkipClass::kNeedsEvm, SkipClass::kNativeMode, SkipClass::kBoost,
                                      SkipClass::kOtherBuild};

}  // namespace

std::string to_text(SkipClass reason) {
    switch (reason) {
        case SkipClass::kNeedsEvm:
            return "needs EVM";
        case SkipClass::kNativeMode:
            return "native mode";
        case SkipClass::kBoost:
            return "boost";
        case SkipClass::kOtherBuild:
            return "other build";
    }
    return "unknown";
}

void Report::check(const std::string& name, const std::string& problem) {
    if (problem.empty()) {
        ++rows_[file_].passed;
        if (verbose_) std::printf("pass  %s\n", name.c_str());
        return;
    }
    ++rows_[file_].failed;
    std::printf("FAIL  %s\n      %s\n", name.c_str(), problem.c_str());
}

void Report::skip(SkipClass reason, const std::string& group, const std::string& name) {
    ++rows_[file_].skipped[reason];
    skipped_[to_text(reason) + ": " + group].push_back(name);
}

void Report::print_row(const std::string& name, const Row& row) const {
    std::printf("%-26s %7zu %7zu", name.c_str(), row.passed, row.failed);
    for (const auto reason : kSkipClasses) {
        const auto found = row.skipped.find(reason);
        std::printf(" %12zu", found == row.skipped.end() ? 0 : found->second);
    }
    std::printf("\n");
}

Report::Row Report::print_table() const {
    std::printf("%-26s %7s %7s", "file", "passed", "failed");
    for (const auto reason : kSkipClasses) std::printf(" %12s", to_text(reason).c_str());
    std::printf("\n");
    Row sum;
    for (const auto& [file, row] : rows_) {
        print_row(file, row);
        sum.passed += row.passed;
        sum.failed += row.failed;
        for (const auto& [reason, count] : row.skipped) sum.skipped[reason] += count;
    }
    print_row("all", sum);
    return sum;
}

bool Report::finish() {
    std::size_t skipped = 0;
    bool allowed = true;
    for (const auto& [group, names] : skipped_) {
        skipped += names.size();
        const auto limit = allowed_skips().find(group);
        const bool fits = limit != allowed_skips().end() && names.size() <= limit->second;
        allowed = allowed && fits;
        std::printf("skip  %s (%zu%s):", group.c_str(), names.size(), fits ? "" : ", MORE THAN ALLOWED");
        for (const auto& name : names) std::printf(" [%s]", name.c_str());
        std::printf("\n");
    }
    const Row sum = print_table();
    std::printf("%zu passed, %zu failed, %zu skipped\n", sum.passed, sum.failed, skipped);
    return sum.failed == 0 && allowed;
}

}  // namespace bourse::conformance
