#include <bourse/net/http.hpp>

#include <algorithm>
#include <charconv>

namespace bourse::net {

namespace {

char lower_ascii(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_digit_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower_ascii(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_unreserved(char c) noexcept {
    const char l = lower_ascii(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_host_char(char c) noexcept { return is_unreserved(c) || c == ':' || c == '[' || c == ']'; }

std::uint16_t default_port(std::string_view scheme) noexcept { return scheme == "https" || scheme == "wss" ? 443 : 80; }

}  // namespace

bool HeaderLess::operator()(std::string_view a, std::string_view b) const noexcept {
    return std::ranges::lexicographical_compare(a, b, [](char x, char y) { return lower_ascii(x) < lower_ascii(y); });
}

std::optional<std::string> Request::query_value(std::string_view name) const {
    const auto it = query.find(std::string(name));
    if (it == query.end()) return std::nullopt;
    return it->second;
}

std::string Request::header(std::string_view name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string() : it->second;
}

Response Response::json(int status, std::string body) {
    Response out;
    out.status = status;
    out.headers.emplace("content-type", "application/json");
    out.body = std::move(body);
    return out;
}

Response Response::text(int status, std::string body) {
    Response out;
    out.status = status;
    out.headers.emplace("content-type", "text/plain; charset=utf-8");
    out.body = std::move(body);
    return out;
}

std::string Url::origin() const {
    const bool v6 = host.find(':') != std::string::npos;
    return scheme + "://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
    const auto invalid = [&](std::string_view why) {
        return fail("URL_INVALID", "\"" + std::string(text.substr(0, 200)) +
                                       "\" is not a URL that can be used: " + std::string(why) + ".");
    };
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return invalid("it must start with http://, https://, ws:// or wss://");
    Url url;
    for (const char c : text.substr(0, colon)) url.scheme.push_back(lower_ascii(c));
    if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws" && url.scheme != "wss")
        return invalid("the scheme must be http, https, ws or wss");
    std::string_view rest = text.substr(colon + 3);
    const auto path_at = rest.find_first_of("/?#");
    std::string_view authority = rest.substr(0, path_at);
    rest = path_at == std::string_view::npos ? std::string_view() : rest.substr(path_at);
    rest = rest.substr(0, rest.find('#'));
    url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
    if (!std::ranges::all_of(url.target, [](char c) { return c > ' ' && c != '\x7f'; }))
        return invalid("the path holds a space or a control character");
    if (!std::ranges::all_of(authority, is_host_char)) return invalid("the host holds an illegal character");

    std::string_view port_text;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return invalid("the address lacks its ]");
        url.host = std::string(authority.substr(1, close - 1));
        port_text = authority.substr(close + 1);
        if (!port_text.empty() && !port_text.starts_with(':')) return invalid("the port is not a number");
    } else {
        const auto at = authority.find(':');
        url.host = std::string(authority.substr(0, at));
        if (at != std::string_view::npos) port_text = authority.substr(at);
    }
    if (url.host.empty()) return invalid("the host is missing");
    url.port = default_port(url.scheme);
    if (port_text.size() > 1) {
        port_text.remove_prefix(1);
        const auto [end, ec] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), url.port);
        if (ec != std::errc() || end != port_text.data() + port_text.size() || url.port == 0)
            return invalid("the port must be 1 to 65535");
    }
    return url;
}

std::string percent_encode(std::string_view text) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 15]);
    }
    return out;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit_value(text[i + 1]) >= 0 &&
            hex_digit_value(text[i + 2]) >= 0) {
            out.push_back(static_cast<char>(hex_digit_value(text[i + 1]) * 16 + hex_digit_value(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

}  // namespace bourse::net
