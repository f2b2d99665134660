// The ports of a market on one machine (design.md §5), fixed or free ones chosen once.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace bourse::cli {

struct UpPorts {
    std::uint16_t node = 8545;
    std::uint16_t market = 8080;
    std::uint16_t scheduler = 8090;
    std::uint16_t store = 8110;
    std::uint16_t registry = 5000;
    std::vector<std::uint16_t> workers;  ///< metrics only
};

/// The default ports with `workers` ports from 8120 up (8130 is the bridge's and left out).
UpPorts default_ports(unsigned workers);

/// Ports of 127.0.0.1 that the kernel gives to nobody else while this lives, also before their programs have bound them
/// and while those are being started again: each is bound here without listening, which SO_REUSEADDR lets its program
/// share.
class HeldPorts {
public:
    HeldPorts() = default;
    HeldPorts(const HeldPorts&) = delete;
    HeldPorts& operator=(const HeldPorts&) = delete;
    ~HeldPorts();

    /// A free one. Errors: PORT_TAKEN.
    Result<std::uint16_t> next();
    /// One that was chosen before; nothing where another program has it, which its role finds out and says.
    void hold(std::uint16_t port);

private:
    /// The port that was bound; 0: the kernel picks.
    Result<std::uint16_t> bind_one(std::uint16_t port);

    std::vector<int> sockets_;
};

/// Ports that are free now, kept in `file` so that later starts use the same, and held. A kept list that is too short
/// for `workers` is extended. Errors: FILE_UNWRITABLE, PORTS_FILE_INVALID, PORT_TAKEN.
Result<UpPorts> auto_ports(const std::filesystem::path& file, unsigned workers, HeldPorts& held);

}  // namespace bourse::cli
