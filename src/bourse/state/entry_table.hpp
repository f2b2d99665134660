// The overlay's hash table: entries with stable addresses in order of insertion, so that going through them is the same
// on every node. Internal to state/.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace bourse::state {

template <class Entry>
class EntryTable {
public:
    /// The entry for which matches(entry) holds, or null. `hash` is that of its key.
    template <class Matches>
    Entry* find(std::uint64_t hash, const Matches& matches) noexcept {
        if (places_.empty()) return nullptr;
        for (std::size_t i = static_cast<std::size_t>(hash) & mask();; i = (i + 1) & mask()) {
            const Place& place = places_[i];
            if (place.entry == nullptr) return nullptr;
            if (place.hash == hash && matches(*place.entry)) return place.entry;
        }
    }
    /// The key must not be there yet.
    Entry& insert(std::uint64_t hash, Entry entry) {
        if (2 * (entries_.size() + 1) > places_.size()) grow();
        entries_.push_back(std::move(entry));
        place({&entries_.back(), hash});
        return entries_.back();
    }
    std::deque<Entry>& entries() noexcept { return entries_; }

private:
    struct Place {
        Entry* entry = nullptr;
        std::uint64_t hash = 0;
    };

    std::size_t mask() const noexcept { return places_.size() - 1; }
    void place(const Place& what) noexcept {
        std::size_t i = static_cast<std::size_t>(what.hash) & mask();
        while (places_[i].entry != nullptr) i = (i + 1) & mask();
        places_[i] = what;
    }
    void grow() {
        std::vector<Place> old(places_.empty() ? 64 : 2 * places_.size());
        old.swap(places_);
        for (const Place& what : old)
            if (what.entry != nullptr) place(what);
    }

    std::deque<Entry> entries_;
    std::vector<Place> places_;
};

}  // namespace bourse::state
