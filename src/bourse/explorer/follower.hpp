// Keeps an index at the chain's head: waits for the node, follows its logs, tells what changed.
#pragma once

#include <bourse/explorer/index.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace bourse::explorer {

struct IndexFollowerCallbacks {
    /// A batch has been taken in; `head` is the chain's. From the follower's thread.
    std::function<void(const Touched& touched, const client::BlockBatch& batch)> on_change;
    /// The index belongs to another chain: nothing is followed.
    std::function<void(const Error& error)> on_failure;
    /// Blocks were replaced: what they had brought goes, and the index is read anew from the genesis once this returns.
    std::function<void(const Reverted& reverted)> on_rollback;
};

class IndexFollower {
public:
    /// All references must outlive it. `ws_url` as client::FollowerConfig.
    IndexFollower(Index& index, ExplorerChain& chain, client::FollowerChain& blocks, std::string ws_url,
                  IndexFollowerCallbacks callbacks)
        : index_(&index),
          chain_(&chain),
          blocks_(&blocks),
          ws_url_(std::move(ws_url)),
          callbacks_(std::move(callbacks)) {}
    ~IndexFollower() { stop(); }
    /// Blocks that may still be replaced; 0 where a committed block is final. Set it before start(). What replaced
    /// blocks told is not undone row by row: the index is rebuilt, which development chains (anvil) can afford.
    void set_rollback_depth(std::uint64_t blocks) { rollback_depth_ = blocks; }
    void start();
    void stop();
    /// Blocks until the index has reached the chain's head of now. For `bourse market reindex`. Errors of the chain;
    /// FOREIGN_DATA. `progress` gets height and head.
    Status<> run_to_head(const std::function<void(std::int64_t height, std::int64_t head)>& progress);

private:
    client::FollowerCallbacks callbacks();
    void run();
    void remember(const client::BlockHead& block);
    std::vector<client::Cursor> recent() const;

    Index* index_;
    ExplorerChain* chain_;
    client::FollowerChain* blocks_;
    std::string ws_url_;
    IndexFollowerCallbacks callbacks_;
    mutable std::mutex mutex_;
    std::condition_variable stopping_;
    bool stop_ = false;
    std::optional<client::Cursor> back_to_;  ///< blocks above it were replaced
    std::uint64_t rollback_depth_ = 0;
    std::optional<client::Cursor> genesis_;
    std::vector<client::Cursor> recent_;  ///< oldest first, at most rollback_depth_
    std::unique_ptr<client::LogFollower> follower_;
    std::thread starter_;
};

}  // namespace bourse::explorer
