// HTTP messages, as server and client see them. No Beast or curl in any header of this folder.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::net {

struct HeaderLess {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept;  ///< case-insensitive
};
using Headers = std::map<std::string, std::string, HeaderLess>;

struct Request {
    std::string method;                             ///< "GET", "POST", …
    std::string path;                               ///< percent-decoded, without query
    std::multimap<std::string, std::string> query;  ///< decoded
    Headers headers;
    std::string body;
    std::filesystem::path body_file;  ///< for routes that spool their body: a temporary file, removed afterwards
    std::string remote_address;       ///< "127.0.0.1"
    std::uint64_t connection = 0;     ///< number of the connection it came by; none comes twice in a server's life
    std::map<std::string, std::string> params;  ///< :name segments of the route

    std::optional<std::string> query_value(std::string_view name) const;  ///< first value
    std::string header(std::string_view name) const;                      ///< empty if absent
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    std::filesystem::path file;  ///< when set, streamed instead of body; Range and HEAD are handled by the server
    /// When set, called again and again for the next part of the answer until it returns false; it may block. The parts
    /// go out in chunks as they come, so that a long answer needs no memory. An exception cuts the connection: the
    /// client sees that the answer is not whole.
    std::function<bool(std::string& part)> stream;
    /// When set, the answer is a stream of server-sent events that ends with the connection: on_open and on_close get a
    /// connection whose send() makes one event of a text without line ends. Nothing comes in.
    std::shared_ptr<const struct WsHandlers> events;

    static Response json(int status, std::string body);
    static Response text(int status, std::string body);
};

struct Url {
    std::string scheme, host;
    std::uint16_t port = 0;
    std::string target;          ///< path and query, at least "/"
    std::string origin() const;  ///< scheme://host:port
};
/// Errors: URL_INVALID.
Result<Url> parse_url(std::string_view text);
std::string percent_encode(std::string_view text);
std::string percent_decode(std::string_view text);

}  // namespace bourse::net
