// Tags: 256 capability bits (poco.md §7.1). Bit i is the bit of weight 2^i of the big-endian word.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bourse::poco {

using Tag = Bytes32;

inline constexpr unsigned kTagTee = 0;
inline constexpr unsigned kTagScone = 1;
inline constexpr unsigned kTagGramine = 2;
inline constexpr unsigned kTagTdx = 3;
inline constexpr unsigned kTagGpu = 8;

constexpr bool has_bit(const Tag& tag, unsigned bit) noexcept { return (tag.data[31 - bit / 8] >> (bit % 8) & 1) != 0; }
constexpr Tag with_bit(Tag tag, unsigned bit) noexcept {
    tag.data[31 - bit / 8] = static_cast<std::uint8_t>(tag.data[31 - bit / 8] | (1U << (bit % 8)));
    return tag;
}
constexpr Tag tag_or(Tag a, const Tag& b) noexcept {
    for (std::size_t i = 0; i < 32; ++i) a.data[i] = static_cast<std::uint8_t>(a.data[i] | b.data[i]);
    return a;
}
/// True iff every bit of `tag` is set in `offered`.
constexpr bool is_subset(const Tag& tag, const Tag& offered) noexcept {
    for (std::size_t i = 0; i < 32; ++i)
        if ((tag.data[i] & ~offered.data[i]) != 0) return false;
    return true;
}
/// The dataset's tag without the framework bits 1…3, which the merge ignores (since 6.2).
constexpr Tag without_framework(Tag tag) noexcept {
    tag.data[31] = static_cast<std::uint8_t>(tag.data[31] & 0xF1);
    return tag;
}
/// a | (d without framework bits) | r
constexpr Tag deal_tag(const Tag& app, const Tag& dataset, const Tag& request) noexcept {
    return tag_or(tag_or(app, without_framework(dataset)), request);
}

/// "tee,tdx", or 0x… of 64 digits; empty text is the zero tag. Errors: TAG_INVALID.
Result<Tag> parse_tag(std::string_view text);
/// Known bits by name ("tee", "scone", "gramine", "tdx", "gpu"), others as "bit17".
std::vector<std::string> tag_names(const Tag& tag);

}  // namespace bourse::poco
