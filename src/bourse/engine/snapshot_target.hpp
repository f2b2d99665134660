// A snapshot on its way into a node without a chain: chunks are checked one by one and kept in the node's store; behind
// the last one the headers are followed back from the trusted application hash, and only then the blocks are executed.
#pragma once

#include <bourse/db/kv.hpp>
#include <bourse/engine/application.hpp>
#include <bourse/engine/snapshot.hpp>

#include <optional>

namespace bourse::engine {

/// For the thread that drives the application.
class SnapshotTarget {
public:
    /// The store must outlive it.
    explicit SnapshotTarget(db::KvStore& kv) : kv_(kv) {}

    /// Begins with a snapshot that leads beyond the application's head, in place of one that was begun. `app_hash`: of
    /// that height, from a light client.
    OfferAnswer offer(const Application& application, const Snapshot& snapshot, const Hash& app_hash);
    /// Chunks in order. With the last one the application goes on to the snapshot's height.
    ChunkAnswer apply(Application& application, std::uint32_t index, ByteView chunk);
    /// Removes what an interrupted restore has left.
    void clear();

private:
    struct Begun {
        Snapshot snapshot;
        Hash app_hash;
        std::uint32_t next = 0;
    };

    ChunkAnswer restore(Application& application) const;
    bool leads_to_app_hash(const Application& application) const;

    db::KvStore& kv_;
    std::optional<Begun> begun_;
};

}  // namespace bourse::engine
