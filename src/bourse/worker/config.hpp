// What an operator decides about a worker.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/poco/addresses.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bourse::worker {

struct WorkerConfig {
    std::filesystem::path data_dir;
    std::string name = "worker";
    std::string rpc_url = "http://127.0.0.1:8545";
    std::string scheduler_url = "http://127.0.0.1:8090";
    std::string store_url = "http://127.0.0.1:8110";
    Address hub = poco::kHub;
    Address pool;                            ///< zero: the scheduler's word, checked against the chain
    Address owner;                           ///< zero: the worker itself
    std::vector<std::string> registries;     ///< HOST:PORT that may be at any address
    std::string default_registry;            ///< completes image names without a host; empty: refuses them
    std::vector<std::string> fetch_allow;    ///< origins that downloads may come from beyond public https
    std::vector<std::string> ipfs_gateways;  ///< default: the store
    std::uint64_t slots = 0;                 ///< 0: cores - 1, at least 1
    std::uint64_t max_stake_percent = 50;    ///< of the pool's price: deals with a higher stake are declined
    std::filesystem::path image_cache_dir;   ///< shared by the workers of a machine
    std::uint64_t image_cache_mib = 20'480;
    std::uint64_t registry_retry_ms = 15'000;  ///< between the three tries to reach a registry
    std::uint64_t download_timeout_ms = 300'000;
    std::string sandbox = "auto";  ///< "auto", "runc", "chroot"
    bool dev_cheat = false;        ///< contributes a wrong digest without computing (development chains)
};

}  // namespace bourse::worker
