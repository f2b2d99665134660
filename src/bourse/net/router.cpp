#include <bourse/net/router.hpp>

#include <arpa/inet.h>

#include <algorithm>

namespace bourse::net {

namespace {

std::vector<std::string> split_pattern(std::string_view pattern) {
    std::vector<std::string> out;
    pattern.remove_prefix(pattern.starts_with('/') ? 1 : 0);
    while (true) {
        const auto slash = pattern.find('/');
        out.emplace_back(pattern.substr(0, slash));
        if (slash == std::string_view::npos) return out;
        pattern.remove_prefix(slash + 1);
    }
}

bool route_fits(const Route& route, std::string_view path, std::map<std::string, std::string>& params) {
    params.clear();
    path.remove_prefix(1);
    bool more = true;
    for (const auto& segment : route.segments) {
        if (!more) return false;
        if (segment == "*") {
            params.emplace("*", path);
            return true;
        }
        const auto slash = path.find('/');
        const auto part = path.substr(0, slash);
        more = slash != std::string_view::npos;
        path.remove_prefix(more ? slash + 1 : path.size());
        if (segment.starts_with(':')) {
            if (part.empty()) return false;
            params.emplace(segment.substr(1), part);
        } else if (part != segment) {
            return false;
        }
    }
    return !more;
}

void parse_query(std::string_view text, std::multimap<std::string, std::string>& into) {
    // + is a space in query values, as browsers' forms write it.
    const auto decode = [](std::string_view part) {
        std::string plain(part);
        std::ranges::replace(plain, '+', ' ');
        return percent_decode(plain);
    };
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        into.emplace(decode(pair.substr(0, equals)),
                     equals == std::string_view::npos ? std::string() : decode(pair.substr(equals + 1)));
    }
}

bool is_literal_address(std::string_view host) noexcept {
    unsigned char buffer[16];
    const std::string text(host);
    return inet_pton(AF_INET, text.c_str(), buffer) == 1 || inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    const HeaderLess less;
    return !less(a, b) && !less(b, a);
}

bool is_listed(std::string_view host, const std::vector<std::string>& allowed) {
    return std::ranges::any_of(allowed, [&](const std::string& name) { return name == "*" || same_name(name, host); });
}

}  // namespace

void Router::add(Route route) {
    route.segments = split_pattern(route.pattern);
    routes_.push_back(std::move(route));
}

void Router::add(WsRoute route) { ws_routes_.push_back(std::move(route)); }

RouteMatch Router::find(std::string_view method, std::string_view path) const {
    RouteMatch out;
    std::map<std::string, std::string> params;
    const Route* get = nullptr;
    for (const auto& route : routes_) {
        if (!route_fits(route, path, params)) continue;
        if (route.method == method) {
            out.route = &route;
            out.params = std::move(params);
            return out;
        }
        if (method == "HEAD" && route.method == "GET" && !get) {
            get = &route;
            out.params = params;
        }
        if (out.allow.find(route.method) == std::string::npos)
            out.allow += (out.allow.empty() ? "" : ", ") + route.method;
    }
    out.route = get;
    return out;
}

const WsRoute* Router::find_ws(std::string_view path) const {
    const auto it = std::ranges::find_if(ws_routes_, [&](const WsRoute& route) { return route.path == path; });
    return it == ws_routes_.end() ? nullptr : &*it;
}

bool parse_target(std::string_view target, Request& into) {
    if (!target.starts_with('/')) return false;
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    into.path = percent_decode(target.substr(0, question));
    if (question != std::string_view::npos) parse_query(target.substr(question + 1), into.query);
    return into.path.find('\0') == std::string::npos;
}

std::string_view host_of_authority(std::string_view authority) noexcept {
    if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
    // A bare IPv6 address has several colons and no port.
    if (std::ranges::count(authority, ':') > 1) return authority;
    return authority.substr(0, authority.find(':'));
}

bool is_loopback_name(std::string_view host) noexcept {
    if (same_name(host, "localhost") || host == "::1") return true;
    return host.starts_with("127.") && is_literal_address(host);
}

bool host_is_allowed(std::string_view host_header, const std::vector<std::string>& allowed) {
    const auto host = host_of_authority(host_header);
    return is_loopback_name(host) || is_literal_address(host) || is_listed(host, allowed);
}

bool origin_is_allowed(std::string_view origin, std::string_view host_header, const std::vector<std::string>& allowed) {
    if (origin.empty()) return true;
    const auto colon = origin.find("://");
    if (colon == std::string_view::npos) return false;  // "null": sandboxed pages and files
    const auto scheme = origin.substr(0, colon);
    if (scheme.ends_with("-extension")) return true;
    const auto authority = origin.substr(colon + 3);
    const auto host = host_of_authority(authority);
    return is_loopback_name(host) || same_name(authority, host_header) || is_listed(host, allowed);
}

}  // namespace bourse::net
