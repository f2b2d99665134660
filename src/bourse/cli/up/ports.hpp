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

/// Ports that are free now, kept in `file` so that later starts use the same. A kept list that is too short for
/// `workers` is extended. Errors: FILE_UNWRITABLE, PORTS_FILE_INVALID, PORT_TAKEN.
Result<UpPorts> auto_ports(const std::filesystem::path& file, unsigned workers);

}  // namespace bourse::cli
