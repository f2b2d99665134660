// Whether somebody else uses the machine: programs that are not ours, or hands at a keyboard. For owners who give their
// machine only while it is idle.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace bourse::worker {

/// CPU time since the machine started, in ticks of all its processors together.
struct CpuTicks {
    std::uint64_t all = 0;   ///< busy or not
    std::uint64_t busy = 0;  ///< not idle, nor waiting for a disk
    std::uint64_t ours = 0;  ///< of this process and of those that descend from it
    bool operator==(const CpuTicks&) const = default;
};

class MachineUse {
public:
    /// Programs that are not ours count from this share of all processors on.
    static constexpr std::uint64_t kBusyPercent = 25;
    /// For so long after the last sign of somebody else the machine counts as used.
    static constexpr std::uint64_t kQuietS = 60;

    /// `proc`, `dev`: the kernel's folders, others in tests. `self`: whose descendants are ours; 0: this process.
    explicit MachineUse(std::filesystem::path proc = "/proc", std::filesystem::path dev = "/dev",
                        std::uint64_t self = 0);

    /// To be asked about once a second. What cannot be read counts as no sign. `now_ms` is steady, `unix_s` the clock
    /// that the kernel writes into the terminals' times.
    bool by_others(std::uint64_t now_ms, std::uint64_t unix_s);

    std::optional<CpuTicks> ticks() const;
    /// When somebody last typed at a terminal, Unix seconds.
    std::optional<std::uint64_t> last_input_s() const;

private:
    std::filesystem::path proc_, dev_;
    std::uint64_t self_;
    std::optional<CpuTicks> before_;
    std::optional<std::uint64_t> seen_ms_;  ///< last sign of a program that is not ours
};

}  // namespace bourse::worker
