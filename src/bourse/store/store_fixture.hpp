// A store's chain without a node, and a store's settings, for tests.
#pragma once

#include <bourse/crypto/hash.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/signatures.hpp>
#include <bourse/store/chain.hpp>
#include <bourse/store/service.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

namespace bourse::store {

inline crypto::PrivateKey key_of(std::string_view name) { return *crypto::PrivateKey::from(crypto::keccak256(name)); }

/// A store in `folder`, which is made, that anyone may use; tests sweep themselves.
inline StoreConfig open_store(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    StoreConfig config;
    config.folder = folder;
    config.keep_free_bytes = 0;
    config.sweep_interval_ms = 3'600'000;
    config.uploads.from = "anyone";
    return config;
}

class FakeStoreChain final : public StoreChain {
public:
    std::mutex mutex;
    std::map<Hash, poco::Task> tasks;
    std::map<Hash, poco::Deal> deals;
    std::uint64_t now_s = 1000;
    bool down = false;
    std::vector<Bytes> places;  ///< the dataset of block i + 1
    std::map<Address, poco::Account> accounts;

    Result<poco::Task> task(const poco::TaskId& id) override {
        const std::lock_guard lock(mutex);
        if (down) return fail("NODE_UNREACHABLE", "no answer");
        if (!tasks.contains(id.hash)) return fail("TASK_NOT_FOUND", "unset");
        return tasks.at(id.hash);
    }
    Result<poco::Deal> deal(const poco::DealId& id) override {
        const std::lock_guard lock(mutex);
        return deals.at(id.hash);
    }
    Result<std::uint64_t> time_s() override { return now_s; }
    Result<std::uint64_t> head() override {
        const std::lock_guard lock(mutex);
        if (down) return fail("NODE_UNREACHABLE", "no answer");
        return places.size();
    }
    Result<std::vector<Bytes>> dataset_places(std::uint64_t first, std::uint64_t last) override {
        const std::lock_guard lock(mutex);
        std::vector<Bytes> out;
        for (auto block = std::max<std::uint64_t>(first, 1); block <= last; ++block) out.push_back(places[block - 1]);
        return out;
    }
    Result<poco::Account> account(const Address& owner) override {
        const std::lock_guard lock(mutex);
        if (down) return fail("NODE_UNREACHABLE", "no answer");
        return accounts[owner];
    }
    Result<bool> verify_signature(const Address& signer, const Hash& hash, ByteView signature) override {
        return poco::recover_signer(hash, signature) == signer;
    }
};

}  // namespace bourse::store
