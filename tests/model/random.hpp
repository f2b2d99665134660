// A small generator whose sequence is the same on every machine (splitmix64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bourse::model {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    /// 0 … limit − 1; limit > 0.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    bool chance(unsigned percent) { return below(100) < percent; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[static_cast<std::size_t>(below(from.size()))];
    }
    /// One of the newest `window` ones.
    template <class T>
    const T& recent(const std::vector<T>& from, std::size_t window) {
        const std::size_t width = from.size() < window ? from.size() : window;
        return from[from.size() - 1 - static_cast<std::size_t>(below(width))];
    }

private:
    std::uint64_t state_;
};

}  // namespace bourse::model
