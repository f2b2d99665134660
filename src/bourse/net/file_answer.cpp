#include <bourse/net/file_answer.hpp>

#include <sys/stat.h>

#include <charconv>

namespace bourse::net {

namespace {

bool parse_decimal(std::string_view text, std::uint64_t& out) noexcept {
    if (text.empty()) return false;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    return ec == std::errc() && end == text.data() + text.size();
}

std::string_view trim_spaces(std::string_view text) noexcept {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

bool etag_listed(std::string_view list, std::string_view etag) noexcept {
    while (!list.empty()) {
        const auto comma = list.find(',');
        auto item = trim_spaces(list.substr(0, comma));
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == "*" || item == etag) return true;
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return false;
}

}  // namespace

RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange& out) noexcept {
    if (!header.starts_with("bytes=")) return RangeKind::kNone;
    header.remove_prefix(6);
    const auto dash = header.find('-');
    if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return RangeKind::kNone;
    const auto from = trim_spaces(header.substr(0, dash));
    const auto to = trim_spaces(header.substr(dash + 1));
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (from.empty()) {  // the last n bytes
        if (!parse_decimal(to, b)) return RangeKind::kNone;
        if (b == 0 || size == 0) return RangeKind::kUnsatisfiable;
        out = {b >= size ? 0 : size - b, size - 1};
        return RangeKind::kValid;
    }
    if (!parse_decimal(from, a) || (!to.empty() && (!parse_decimal(to, b) || b < a))) return RangeKind::kNone;
    if (a >= size) return RangeKind::kUnsatisfiable;
    out = {a, to.empty() || b >= size ? size - 1 : b};
    return RangeKind::kValid;
}

FilePlan plan_file(const Request& request, const Response& answer) {
    FilePlan plan;
    struct stat info = {};
    if (::stat(answer.file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
        plan.missing = true;
        return plan;
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    std::string etag;
    if (const auto it = answer.headers.find("etag"); it != answer.headers.end())
        etag = it->second;
    else
        etag = "\"" + std::to_string(size) + "-" + std::to_string(info.st_mtim.tv_sec) + "-" +
               std::to_string(info.st_mtim.tv_nsec) + "\"";
    plan.headers["etag"] = etag;
    plan.headers["accept-ranges"] = "bytes";
    plan.status = answer.status;
    plan.length = size;
    if (answer.status != 200) return plan;
    if (const auto none_match = request.header("if-none-match"); !none_match.empty() && etag_listed(none_match, etag)) {
        plan.status = 304;
        plan.length = 0;
        return plan;
    }
    const auto range_header = request.header("range");
    const auto if_range = request.header("if-range");
    if (range_header.empty() || (!if_range.empty() && if_range != etag)) return plan;
    ByteRange range;
    switch (parse_range(range_header, size, range)) {
        case RangeKind::kNone:
            break;
        case RangeKind::kUnsatisfiable:
            plan.status = 416;
            plan.length = 0;
            plan.headers["content-range"] = "bytes */" + std::to_string(size);
            break;
        case RangeKind::kValid:
            plan.status = 206;
            plan.offset = range.first;
            plan.length = range.last - range.first + 1;
            plan.headers["content-range"] =
                "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" + std::to_string(size);
            break;
    }
    return plan;
}

}  // namespace bourse::net
