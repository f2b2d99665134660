// Which contents the datasets on chain refer to: read from the registry's events, block by block.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/store/chain.hpp>

#include <optional>

namespace bourse::store {

/// The content that a dataset's multiaddr names, if it is one of IPFS: /ipfs/<cid> alone or behind a URL.
std::optional<Hash> content_of_multiaddr(ByteView multiaddr);

/// Not to be used from several threads at once. Both references must outlive it.
class DatasetFiles {
public:
    /// Table dataset_files(multihash) and the block it is complete up to.
    static const char* const kSchema;

    DatasetFiles(db::Database& database, StoreChain& chain) : db_(&database), chain_(&chain) {}
    /// Takes in what was registered since the last time, up to the head. On a chain that is shorter than what was read
    /// it begins anew: that is another chain. Errors: CHAIN_UNREACHABLE.
    Status<> follow();

private:
    std::uint64_t next_block() const;
    Status<> take_in(std::uint64_t first, std::uint64_t last);

    db::Database* db_;
    StoreChain* chain_;
};

}  // namespace bourse::store
