// The files by which others find a running market: up.json, chain.json, chain-v8.json (design.md §6).
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/cli/up/ports.hpp>
#include <bourse/cli/up/supervisor.hpp>
#include <bourse/client/chain_file.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace bourse::cli {

struct UpFacts {
    UpPorts ports;
    std::uint64_t chain_id = 0;
    Address workerpool;
    std::map<std::string, client::DevApp> apps;
    std::map<std::string, client::DevApp> datasets;
    std::filesystem::path keys_folder;
};

std::string local_url(std::uint16_t port);

/// Writes the three files atomically; up.json last. Errors: FILE_UNWRITABLE.
Status<> write_up_files(const std::filesystem::path& home, const UpFacts& facts, const Supervisor& supervisor);

/// Writes the keys of all development accounts, one file each, mode 0600, unless they are there.
Status<> write_dev_keys(const std::filesystem::path& folder);

}  // namespace bourse::cli
