#include <bourse/engine/snapshot_source.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/merkle.hpp>

#include <fmt/format.h>

#include <sstream>

namespace bourse::engine {
namespace {

constexpr std::size_t kOffered = 2;  ///< one more than the newest: who began with it can end

}  // namespace

Hash snapshot_hash(ByteView metadata) {
    std::vector<Bytes> leaves;
    for (; metadata.size() >= Hash::kSize; metadata = metadata.subspan(Hash::kSize))
        leaves.push_back(to_bytes(metadata.first(Hash::kSize)));
    return merkle_root(leaves);
}

/// The bytes of the chain file up to a height, record after record.
class SnapshotSource::Records {
public:
    Records(const ReadView& view, const std::string& genesis_json, std::uint64_t height, const Cut& from)
        : view_(view), genesis_json_(genesis_json), height_(height), at_(from) {
        if (at_.position) writer_ = ChainFileWriter::resume(out_, *at_.position);
    }

    const Cut& here() const noexcept { return at_; }
    bool is_at_end_record() const noexcept { return at_.position && at_.position->blocks > height_ && !ended_; }
    /// Appends the next record; false behind the last.
    bool next(std::string& to) {
        if (ended_) return false;
        if (!at_.position) {
            writer_ = ChainFileWriter::begin(out_, genesis_json_).value();
        } else if (at_.position->blocks <= height_) {
            BOURSE_ASSERT(writer_->block(stored(at_.position->blocks)).has_value());
        } else {
            BOURSE_ASSERT(writer_->end().has_value());
            ended_ = true;
        }
        const std::string record = std::move(out_).str();
        out_.str({});
        to += record;
        at_ = {at_.offset + record.size(), writer_->position()};
        return true;
    }

private:
    ExportedBlock stored(std::uint64_t number) const {
        auto block = view_.blocks().block(number);
        if (!block) data_is_damaged(fmt::format("block {} is missing", number));
        ExportedBlock out{std::move(block->header.rlp), {}};
        for (auto& tx : block->transactions) out.transactions.push_back(std::move(tx.raw));
        return out;
    }

    const ReadView& view_;
    const std::string& genesis_json_;
    std::uint64_t height_;
    Cut at_;
    std::ostringstream out_;
    std::optional<ChainFileWriter> writer_;
    bool ended_ = false;
};

SnapshotSource::Table SnapshotSource::make_table(const ReadView& view, std::uint64_t height) const {
    Table out;
    const auto later = tables_.lower_bound(height);
    if (later != tables_.begin()) {  // chunks without the end record are those of the shorter chain
        out = std::prev(later)->second;
        out.hashes.resize(out.end_record / chunk_bytes_);
        out.cuts.resize(out.hashes.size() + 1);
    }
    const Cut from = out.cuts.empty() ? Cut{} : out.cuts.back();
    std::size_t skipped = out.hashes.size() * chunk_bytes_ - from.offset;  // of what is made, before the chunk
    Records records(view, genesis_json_, height, from);
    std::string made;
    for (bool more = true; more;) {
        const Cut begin = records.here();
        if (records.is_at_end_record()) out.end_record = begin.offset;
        more = records.next(made);
        while (out.cuts.size() * chunk_bytes_ < records.here().offset) out.cuts.push_back(begin);
        while (made.size() >= skipped + chunk_bytes_ || (!more && made.size() > skipped)) {
            const std::string_view chunk = std::string_view(made).substr(skipped, chunk_bytes_);
            out.hashes.push_back(crypto::sha256(as_bytes(chunk)));
            made.erase(0, skipped + chunk.size());
            skipped = 0;
        }
    }
    BOURSE_ASSERT(out.cuts.size() == out.hashes.size());
    return out;
}

void SnapshotSource::drop_old() {
    while (tables_.size() > kOffered) tables_.erase(tables_.begin());
}

std::vector<Snapshot> SnapshotSource::list(const ReadView& view) {
    std::vector<Snapshot> out;
    if (interval_ == 0) return out;
    const std::lock_guard lock(mutex_);
    const std::uint64_t newest = view.head().number / interval_ * interval_;
    for (std::uint64_t height = newest > interval_ ? newest - interval_ : newest; height <= newest && height > 0;
         height += interval_) {
        auto table = tables_.find(height);
        if (table == tables_.end()) table = tables_.emplace(height, make_table(view, height)).first;
        Snapshot snapshot;
        snapshot.height = height;
        snapshot.chunks = static_cast<std::uint32_t>(table->second.hashes.size());
        for (const Hash& hash : table->second.hashes) append(snapshot.metadata, hash);
        snapshot.hash = snapshot_hash(snapshot.metadata);
        out.insert(out.begin(), std::move(snapshot));
    }
    drop_old();
    return out;
}

std::optional<Bytes> SnapshotSource::chunk(const ReadView& view, std::uint64_t height, std::uint32_t format,
                                           std::uint32_t index) {
    Cut from;
    {
        const std::lock_guard lock(mutex_);
        const auto table = tables_.find(height);
        if (format != kSnapshotFormat || table == tables_.end() || index >= table->second.cuts.size())
            return std::nullopt;
        from = table->second.cuts[index];
    }
    const std::size_t skipped = index * chunk_bytes_ - from.offset;
    Records records(view, genesis_json_, height, from);
    std::string made;
    while (made.size() < skipped + chunk_bytes_ && records.next(made)) {
    }
    return to_bytes(std::string_view(made).substr(skipped, chunk_bytes_));
}

}  // namespace bourse::engine
