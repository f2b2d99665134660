// Answers from files: entity tags, conditions, ranges (RFC 9110 §8.8, §13, §14). Used by the server only.
#pragma once

#include <bourse/net/http.hpp>

namespace bourse::net {

struct FilePlan {
    bool missing = false;  ///< there is no such file (any more): nothing below counts
    int status = 200;      ///< 206, 304 or 416 where the answer was to be 200; else the answer's own
    std::uint64_t offset = 0;
    std::uint64_t length = 0;  ///< bytes of the file to send
    Headers headers;           ///< ETag, Accept-Ranges, Content-Range
};

/// What to send for `answer.file`. An ETag set by the handler is kept; else size and time of change make one.
FilePlan plan_file(const Request& request, const Response& answer);

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  ///< inclusive
};
enum class RangeKind { kNone, kValid, kUnsatisfiable };
/// One range only; several, other units and malformed ones are kNone: the whole file is sent, as the RFC allows.
RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange& out) noexcept;

}  // namespace bourse::net
