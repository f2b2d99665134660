#include <bourse/poco/tags.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace bourse::poco {
namespace {

constexpr std::array<std::pair<std::string_view, unsigned>, 5> kTagNames{
    {{"tee", kTagTee}, {"scone", kTagScone}, {"gramine", kTagGramine}, {"tdx", kTagTdx}, {"gpu", kTagGpu}}};

std::optional<unsigned> tag_bit(std::string_view name) {
    for (const auto& [known, bit] : kTagNames)
        if (name == known) return bit;
    if (!name.starts_with("bit")) return std::nullopt;
    unsigned bit = 0;
    const char* end = name.data() + name.size();
    const auto [stop, problem] = std::from_chars(name.data() + 3, end, bit);
    if (problem != std::errc{} || stop != end || bit > 255) return std::nullopt;
    return bit;
}

}  // namespace

Result<Tag> parse_tag(std::string_view text) {
    if (text.starts_with("0x")) {
        if (const auto tag = hash_from_hex(text)) return *tag;
        return fail("TAG_INVALID", "A tag in hex needs 0x and 64 digits.");
    }
    Tag tag;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto name = text.substr(0, comma);
        const auto bit = tag_bit(name);
        if (!bit)
            return fail("TAG_INVALID", "Unknown tag \"" + std::string(name) +
                                           "\": use tee, scone, gramine, tdx, gpu, "
                                           "joined by commas, or 0x and 64 hex digits.");
        tag = with_bit(tag, *bit);
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    return tag;
}

std::vector<std::string> tag_names(const Tag& tag) {
    std::vector<std::string> names;
    for (unsigned bit = 0; bit < 256; ++bit) {
        if (!has_bit(tag, bit)) continue;
        std::string name = "bit" + std::to_string(bit);
        for (const auto& [known, number] : kTagNames)
            if (number == bit) name = known;
        names.push_back(std::move(name));
    }
    return names;
}

}  // namespace bourse::poco
