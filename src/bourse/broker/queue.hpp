// A sorted set of ranks in chunks of contiguous memory. Internal to this library.
//
// A tree of a hundred thousand nodes costs a cache miss a level for each insertion; here a binary search over the
// chunks' first ranks and one within a chunk touch a few lines. Iterators end with any change.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bourse::broker {

template <class Rank>
class SortedChunks {
public:
    class const_iterator {
    public:
        using difference_type = std::ptrdiff_t;
        using value_type = Rank;
        using reference = const Rank&;
        using pointer = const Rank*;
        using iterator_category = std::forward_iterator_tag;

        const_iterator() = default;
        reference operator*() const noexcept { return (*chunks_)[chunk_][place_]; }
        pointer operator->() const noexcept { return &**this; }
        const_iterator& operator++() noexcept {
            if (++place_ == (*chunks_)[chunk_].size()) {
                ++chunk_;
                place_ = 0;
            }
            return *this;
        }
        bool operator==(const const_iterator& o) const noexcept { return chunk_ == o.chunk_ && place_ == o.place_; }

    private:
        friend class SortedChunks;
        const_iterator(const std::vector<std::vector<Rank>>& chunks, std::size_t chunk, std::size_t place)
            : chunks_(&chunks), chunk_(chunk), place_(place) {}
        const std::vector<std::vector<Rank>>* chunks_ = nullptr;
        std::size_t chunk_ = 0, place_ = 0;
    };

    bool empty() const noexcept { return chunks_.empty(); }
    const Rank& front() const noexcept { return firsts_.front(); }
    const_iterator begin() const noexcept { return {chunks_, 0, 0}; }
    const_iterator end() const noexcept { return {chunks_, chunks_.size(), 0}; }

    const_iterator lower_bound(const Rank& rank) const {
        if (chunks_.empty()) return end();
        const auto c = chunk_of(rank);
        const auto at = std::lower_bound(chunks_[c].begin(), chunks_[c].end(), rank);
        if (at == chunks_[c].end()) return {chunks_, c + 1, 0};
        return {chunks_, c, static_cast<std::size_t>(at - chunks_[c].begin())};
    }

    /// Nothing happens where an equal rank is in already.
    void insert(const Rank& rank) {
        if (chunks_.empty()) {
            chunks_.push_back({rank});
            firsts_.push_back(rank);
            return;
        }
        const auto c = chunk_of(rank);
        auto& chunk = chunks_[c];
        const auto at = std::lower_bound(chunk.begin(), chunk.end(), rank);
        if (at != chunk.end() && !(rank < *at)) return;
        chunk.insert(at, rank);
        firsts_[c] = chunk.front();
        if (chunk.size() > kLargest) split(c);
    }

    void erase(const Rank& rank) {
        if (chunks_.empty()) return;
        const auto c = chunk_of(rank);
        auto& chunk = chunks_[c];
        const auto at = std::lower_bound(chunk.begin(), chunk.end(), rank);
        if (at == chunk.end() || rank < *at) return;
        chunk.erase(at);
        if (!chunk.empty()) {
            firsts_[c] = chunk.front();
            return;
        }
        chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(c));
        firsts_.erase(firsts_.begin() + static_cast<std::ptrdiff_t>(c));
    }

    void clear() noexcept {
        chunks_.clear();
        firsts_.clear();
    }

private:
    static constexpr std::size_t kLargest = 128;  ///< ranks of a chunk: three kilobytes

    /// The last chunk that begins at or before the rank; the first where none does.
    std::size_t chunk_of(const Rank& rank) const {
        const auto after = std::upper_bound(firsts_.begin(), firsts_.end(), rank);
        return after == firsts_.begin() ? 0 : static_cast<std::size_t>(after - firsts_.begin()) - 1;
    }
    void split(std::size_t c) {
        const auto half = static_cast<std::ptrdiff_t>(chunks_[c].size() / 2);
        std::vector<Rank> upper(chunks_[c].begin() + half, chunks_[c].end());
        chunks_[c].resize(static_cast<std::size_t>(half));
        firsts_.insert(firsts_.begin() + static_cast<std::ptrdiff_t>(c) + 1, upper.front());
        chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(c) + 1, std::move(upper));
    }

    std::vector<std::vector<Rank>> chunks_;  ///< none is empty
    std::vector<Rank> firsts_;               ///< of each chunk
};

}  // namespace bourse::broker
