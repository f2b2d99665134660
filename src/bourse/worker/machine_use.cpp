#include <bourse/worker/machine_use.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

struct Process {
    std::uint64_t parent = 0;
    std::uint64_t ticks = 0;  ///< with those of its children that it has waited for
};

/// proc(5), the stat file of a process. The name may hold anything: what counts begins after the last parenthesis.
std::optional<Process> process_of(const std::string& stat) {
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(stat.substr(name_end + 1));
    std::string field;
    Process out;
    // From the third field (state) on: ppid is the 4th, utime to cstime are the 14th to the 17th.
    for (int at = 3; at <= 17 && fields >> field; ++at) {
        if (at == 4) out.parent = number_of(field).value_or(0);
        if (at >= 14) out.ticks += number_of(field).value_or(0);
    }
    return out;
}

std::map<std::uint64_t, Process> processes_in(const fs::path& proc) {
    std::map<std::uint64_t, Process> out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(proc, error))
        if (const auto id = number_of(entry.path().filename().string()))
            if (const auto process = process_of(first_line(entry.path() / "stat"))) out.emplace(*id, *process);
    return out;
}

std::uint64_t ticks_below(const std::map<std::uint64_t, Process>& all, std::uint64_t root) {
    std::multimap<std::uint64_t, std::uint64_t> children;
    for (const auto& [id, process] : all) children.emplace(process.parent, id);
    std::uint64_t sum = 0;
    std::vector<std::uint64_t> left{root};
    while (!left.empty()) {
        const auto id = left.back();
        left.pop_back();
        if (const auto found = all.find(id); found != all.end()) sum += found->second.ticks;
        const auto [begin, end] = children.equal_range(id);
        for (auto it = begin; it != end; ++it)
            if (it->second != root) left.push_back(it->second);
    }
    return sum;
}

std::optional<std::uint64_t> read_at_s(const fs::path& terminal) {
    struct stat facts {};
    if (::stat(terminal.c_str(), &facts) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(std::max<time_t>(0, facts.st_atime));
}

}  // namespace

MachineUse::MachineUse(fs::path proc, fs::path dev, std::uint64_t self)
    : proc_(std::move(proc)), dev_(std::move(dev)), self_(self == 0 ? static_cast<std::uint64_t>(::getpid()) : self) {}

std::optional<CpuTicks> MachineUse::ticks() const {
    std::istringstream fields(first_line(proc_ / "stat"));
    std::string field;
    if (!(fields >> field) || field != "cpu") return std::nullopt;
    CpuTicks out;
    // user nice system idle iowait irq softirq steal; guest times are in user's already.
    for (int at = 0; at < 8 && fields >> field; ++at) {
        const auto value = number_of(field).value_or(0);
        out.all += value;
        if (at != 3 && at != 4) out.busy += value;
    }
    out.ours = ticks_below(processes_in(proc_), self_);
    return out;
}

std::optional<std::uint64_t> MachineUse::last_input_s() const {
    std::optional<std::uint64_t> newest;
    std::error_code error;
    const auto look = [&](const fs::path& file) {
        if (const auto at = read_at_s(file)) newest = std::max(newest.value_or(0), *at);
    };
    for (const auto& entry : fs::directory_iterator(dev_ / "pts", error))
        if (number_of(entry.path().filename().string())) look(entry.path());
    // The consoles themselves: tty1 and so on, not the device "tty" of whoever asks.
    for (const auto& entry : fs::directory_iterator(dev_, error)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with("tty") && number_of(name.substr(3))) look(entry.path());
    }
    return newest;
}

bool MachineUse::by_others(std::uint64_t now_ms, std::uint64_t unix_s) {
    const auto now = ticks();
    if (now && before_ && now->all > before_->all) {
        const auto all = now->all - before_->all;
        const auto busy = now->busy - std::min(now->busy, before_->busy);
        const auto ours = now->ours - std::min(now->ours, before_->ours);
        if ((busy - std::min(busy, ours)) * 100 > all * kBusyPercent) seen_ms_ = now_ms;
    }
    before_ = now;
    if (seen_ms_ && now_ms < *seen_ms_ + kQuietS * 1'000) return true;
    const auto input = last_input_s();
    return input && unix_s < *input + kQuietS;
}

}  // namespace bourse::worker
