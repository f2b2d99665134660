// Parts of the server that need no Beast: the text of an answer's head, spooled bodies, the rate limit by address.
#pragma once

#include <bourse/net/http_server.hpp>

#include <mutex>
#include <unordered_map>

namespace bourse::net {

/// {"ok":false,"error":…} with the status.
Response refusal(int status, std::string_view error);

struct HeadFacts {
    bool keep_alive = true;
    bool http_1_0 = false;
    std::string allow_origin;  ///< value of Access-Control-Allow-Origin; empty: none
    std::uint64_t content_length = 0;
    bool chunked = false;  ///< the length is not known; with HTTP/1.0 the end of the connection tells it
};
/// Status line and headers with the empty line. Headers with a line break in name or value are left out.
std::string answer_head(const Response& answer, const HeadFacts& facts);

/// Answer to a preflight request (CORS) from an origin that is allowed.
Response preflight_answer(const Request& request);

/// A temporary file that takes a body and is removed when destroyed.
class SpoolFile {
public:
    /// In `folder`, or the system's temporary folder when empty. False from ok() when it cannot be made.
    explicit SpoolFile(const std::filesystem::path& folder);
    ~SpoolFile();
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;
    bool ok() const noexcept { return fd_ >= 0; }
    bool write(std::string_view bytes) noexcept;
    /// Ends writing; false when the system reports a late error.
    bool close() noexcept;
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    int fd_ = -1;
};

/// Requests of the current minute by address. Safe from any thread.
class RateLimit {
public:
    RateLimit(std::size_t per_minute, std::vector<std::string> exempt);
    /// 0 when the request is within the limit, else the seconds until the next minute.
    unsigned refuse_for_s(const std::string& address);

private:
    std::size_t per_minute_;
    std::vector<std::string> exempt_;
    std::mutex mutex_;
    std::uint64_t minute_ = 0;
    std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace bourse::net
