// Files that say which market a client talks to: chain.json (format of the existing SDK) and up.json of `bourse up`.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bourse::client {

/// A market's endpoints. An absent service is an empty text: only the verbs that need it ask for it.
struct Network {
    std::string name;            ///< "bourse", or the name in chain.json
    std::string origin;          ///< where it was found, for messages: a path, "flags", "environment"
    std::uint64_t chain_id = 0;  ///< 0: not stated, read from the node
    std::string rpc_url;
    Address hub;
    std::string market_url;
    std::string scheduler_url;
    std::string store_url;
    std::string secrets_url;
    std::string registry_url;
};

struct DevAccount {
    std::string name;
    Address address;
    std::filesystem::path key_file;
};
struct DevApp {
    Address address;
    std::string multiaddr;
    Hash checksum;
};
struct RoleEntry {
    std::string name;
    int pid = 0;
    std::string url, metrics_url, log;
};
/// What $BOURSE_HOME/up.json says (design.md §6).
struct UpFile {
    Network network;
    std::string ws_url;
    Address workerpool;
    std::vector<DevAccount> accounts;
    std::map<std::string, DevApp> apps;
    std::map<std::string, DevApp> datasets;
    std::vector<RoleEntry> roles;

    const DevAccount* account(std::string_view name) const;
};

/// Errors: FILE_NOT_FOUND, FILE_UNREADABLE, CHAIN_FILE_INVALID (one line: what is wrong, where, what is expected).
/// `chain` chooses an entry; empty: the file's default.
Result<Network> read_chain_file(const std::filesystem::path& path, const std::string& chain = {});
/// Errors: FILE_NOT_FOUND, FILE_UNREADABLE, UP_FILE_INVALID.
Result<UpFile> read_up_file(const std::filesystem::path& path);

/// Text of a chain.json with one chain: keys of SDK 9 only, or with `resultProxy` for SDK 8.
std::string make_chain_file(const Network& network, bool for_sdk8 = false);

}  // namespace bourse::client
