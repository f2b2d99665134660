// Which handler a path has. Pure; used by the server only.
#pragma once

#include <bourse/net/http_server.hpp>

#include <deque>

namespace bourse::net {

struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;  ///< ":name" or "*" are wild
    Handler handler;
    RouteOptions options;
};

struct WsRoute {
    std::string path;
    WsHandlers handlers;
    WsOptions options;
};

struct RouteMatch {
    const Route* route = nullptr;  ///< null: unknown path, or known path with another method
    std::map<std::string, std::string> params;
    std::string allow;  ///< methods the path has, for 405 and OPTIONS; empty: unknown path
};

class Router {
public:
    void add(Route route);
    void add(WsRoute route);
    /// HEAD falls back to GET. The first registered route that fits wins.
    RouteMatch find(std::string_view method, std::string_view path) const;
    const WsRoute* find_ws(std::string_view path) const;

private:
    std::deque<Route> routes_;
    std::deque<WsRoute> ws_routes_;
};

/// Splits a request target into decoded path and query. False when it is not an absolute path or holds a NUL.
bool parse_target(std::string_view target, Request& into);
/// Name or address of a Host header or an authority, without port and brackets.
std::string_view host_of_authority(std::string_view authority) noexcept;
/// 127.0.0.0/8, ::1, localhost.
bool is_loopback_name(std::string_view host) noexcept;
/// Host rule against DNS rebinding: any literal address, localhost, or a listed name.
bool host_is_allowed(std::string_view host_header, const std::vector<std::string>& allowed);
/// Origin rule: absent, loopback, a browser extension, the request's own host, or a listed name.
bool origin_is_allowed(std::string_view origin, std::string_view host_header, const std::vector<std::string>& allowed);

}  // namespace bourse::net
