// The stored form of a block's transactions and receipts: groups of sixteen, each compressed by itself, so that one
// transaction is read without unpacking the block. Logs lie elsewhere (log_pieces.hpp).
#pragma once

#include <bourse/engine/block_store.hpp>

#include <vector>

namespace bourse::engine {

/// Transactions and receipts of a block; the header and the logs are stored apart.
Bytes encode_body(const StoredBlock& block);

/// Looks into a stored body; the bytes must outlive it. Aborts on bytes that encode_body did not make: they come from
/// our own folder.
class BodyReader {
public:
    explicit BodyReader(ByteView stored);

    struct Item {
        StoredTransaction transaction;
        StoredReceipt receipt;        ///< without its logs
        std::uint32_t first_log = 0;  ///< position of its first log within the block
        std::uint32_t log_count = 0;
    };

    std::uint32_t transactions() const noexcept { return count_; }
    /// Items of the group with that transaction; a group is decoded again only when another was asked for between.
    const Item& transaction(std::uint32_t index);

private:
    struct Group {
        std::uint32_t first_log = 0;
        ByteView packed;
        std::size_t size = 0;  ///< unpacked
    };

    void load(std::size_t group);

    std::uint32_t count_ = 0;
    std::vector<Group> groups_;
    std::size_t loaded_ = ~std::size_t{0};
    std::vector<Item> items_;
};

}  // namespace bourse::engine
