#include <bourse/engine/snapshot_target.hpp>

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/chain_file.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>
#include <bourse/engine/replay.hpp>

#include <istream>
#include <streambuf>
#include <thread>

namespace bourse::engine {
namespace {

Bytes chunk_key(std::uint64_t index) { return make_key(kChunkKey, index); }

/// The kept chunks as one stream.
class ChunkBuffer final : public std::streambuf {
public:
    explicit ChunkBuffer(const db::KvStore& kv) : kv_(kv) {}

protected:
    int_type underflow() override {
        auto chunk = kv_.get(chunk_key(next_));
        if (!chunk || chunk->empty()) return traits_type::eof();
        ++next_;
        chunk_ = *std::move(chunk);
        char* begin = reinterpret_cast<char*>(chunk_.data());
        setg(begin, begin, begin + chunk_.size());
        return traits_type::to_int_type(*begin);
    }

private:
    const db::KvStore& kv_;
    std::uint64_t next_ = 0;
    Bytes chunk_;
};

/// Follows the headers of a chain file.
class HeaderWalk {
public:
    /// False where the block does not follow the one before.
    bool take(const ExportedBlock& block) {
        const auto header = chain::decode_header(block.header);
        if (!header || header->number != next_ || (next_ > 0 && header->parent_hash != hash_)) return false;
        ++next_;
        hash_ = chain::header_hash(*header);
        state_root_ = header->state_root;
        if (header->transactions_root != empty_trie_root()) last_filled_ = hash_;
        return true;
    }
    std::uint64_t blocks() const noexcept { return next_; }
    const Hash& hash() const noexcept { return hash_; }
    Hash app_hash() const { return crypto::keccak256({state_root_, last_filled_}); }

private:
    std::uint64_t next_ = 0;
    Hash hash_;
    Hash state_root_;
    Hash last_filled_;
};

}  // namespace

void SnapshotTarget::clear() {
    begun_.reset();
    db::Batch batch;
    kv_.scan(make_key(kChunkKey), {}, [&](ByteView key, ByteView) {
        batch.remove(key);
        return true;
    });
    if (!batch.ops().empty()) kv_.write(batch, true);
}

OfferAnswer SnapshotTarget::offer(const Application& application, const Snapshot& snapshot, const Hash& app_hash) {
    if (snapshot.format != kSnapshotFormat) return OfferAnswer::kRejectFormat;
    const bool is_whole = snapshot.chunks > 0 && snapshot.chunks <= kMaxSnapshotChunks &&
                          snapshot.metadata.size() == std::size_t{snapshot.chunks} * Hash::kSize &&
                          snapshot.hash == snapshot_hash(snapshot.metadata);
    if (!is_whole || snapshot.height <= application.info().head_number) return OfferAnswer::kReject;
    clear();
    begun_ = Begun{snapshot, app_hash, 0};
    return OfferAnswer::kAccept;
}

ChunkAnswer SnapshotTarget::apply(Application& application, std::uint32_t index, ByteView chunk) {
    if (!begun_) return ChunkAnswer::kAbort;
    if (index != begun_->next) return ChunkAnswer::kRetrySnapshot;
    const Hash hash = crypto::sha256(chunk);
    if (!equal(hash, ByteView(begun_->snapshot.metadata).subspan(std::size_t{index} * Hash::kSize, Hash::kSize)))
        return ChunkAnswer::kRetry;
    db::Batch batch;
    batch.put(chunk_key(index), to_bytes(chunk));
    kv_.write(batch, false);
    if (++begun_->next < begun_->snapshot.chunks) return ChunkAnswer::kAccept;
    const ChunkAnswer answer = restore(application);
    clear();
    return answer;
}

/// Every header is bound to the application hash through its successors, every transaction through its header. Only the
/// times of empty blocks behind the last one with a transaction are the sender's word.
bool SnapshotTarget::leads_to_app_hash(const Application& application) const {
    ChunkBuffer buffer(kv_);
    std::istream in(&buffer);
    auto reader = ChainFileReader::begin(in);
    if (!reader || reader->genesis_json() != chain::to_json(application.genesis())) return false;
    HeaderWalk walk;
    for (;;) {
        const auto block = reader->next();
        if (!block) return false;
        if (!*block) break;
        if (!walk.take(**block)) return false;
        if (walk.blocks() == 1 && walk.hash() != application.info().genesis_hash) return false;
    }
    return walk.blocks() == begun_->snapshot.height + 1 && walk.app_hash() == begun_->app_hash;
}

ChunkAnswer SnapshotTarget::restore(Application& application) const {
    if (!leads_to_app_hash(application)) return ChunkAnswer::kRejectSnapshot;
    ChunkBuffer buffer(kv_);
    std::istream in(&buffer);
    auto reader = ChainFileReader::begin(in);
    if (!reader) return ChunkAnswer::kRejectSnapshot;
    const auto report = import_chain(application, *reader, {std::max(1U, std::thread::hardware_concurrency()), {}});
    // What is bound to a trusted hash and yet does not come out is a fault of this program or machine.
    return report ? ChunkAnswer::kAccept : ChunkAnswer::kAbort;
}

}  // namespace bourse::engine
