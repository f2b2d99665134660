#include <bourse/market/assets.hpp>

#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace bourse::market {

namespace {

namespace fs = std::filesystem;

struct MediaType {
    std::string_view extension, type;
};
constexpr MediaType kMediaTypes[] = {{".html", "text/html; charset=utf-8"},
                                     {".js", "text/javascript; charset=utf-8"},
                                     {".css", "text/css; charset=utf-8"},
                                     {".json", "application/json"},
                                     {".map", "application/json"},
                                     {".svg", "image/svg+xml"},
                                     {".png", "image/png"},
                                     {".ico", "image/x-icon"},
                                     {".woff2", "font/woff2"},
                                     {".txt", "text/plain; charset=utf-8"},
                                     {".webmanifest", "application/manifest+json"}};

std::string_view media_type(const fs::path& path) {
    const auto extension = path.extension().string();
    const auto* found = std::ranges::find(kMediaTypes, std::string_view(extension), &MediaType::extension);
    return found == std::end(kMediaTypes) ? "application/octet-stream" : found->type;
}

bool accepts(const net::Request& request, std::string_view coding) {
    return request.header("accept-encoding").find(coding) != std::string::npos;
}

/// Only plain names: no way out of the folder.
bool is_safe(std::string_view path) {
    if (path.find("..") != std::string_view::npos || path.find('\\') != std::string_view::npos) return false;
    return std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

net::Response not_found() { return net::Response::json(404, R"({"ok":false,"error":"no such path"})"); }

net::Response with_file(const net::Request& request, const fs::path& path) {
    net::Response out;
    out.file = path;
    out.headers["content-type"] = media_type(path);
    out.headers["vary"] = "accept-encoding";
    std::error_code ignored;
    for (const auto& [coding, suffix] : {std::pair("br", ".br"), std::pair("gzip", ".gz")}) {
        const auto twin = fs::path(path.string() + suffix);
        if (!accepts(request, coding) || !fs::exists(twin, ignored)) continue;
        out.file = twin;
        out.headers["content-encoding"] = coding;
        break;
    }
    add_security_headers(out);
    return out;
}

void add_rows(const nlohmann::json& value, const std::string& name, std::string& rows) {
    if (value.is_object()) {
        for (const auto& [key, member] : value.items()) add_rows(member, name.empty() ? key : name + "." + key, rows);
        return;
    }
    if (value.is_null() || (value.is_array() && value.empty())) return;
    const auto text = value.is_string() ? value.get<std::string>()
                                        : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html_escaped(name),
                        html_escaped(text.substr(0, 2'000)));
}

}  // namespace

bool Assets::available() const {
    std::error_code ignored;
    return !folder_.empty() && fs::exists(folder_ / "index.html", ignored);
}

bool Assets::wants_page(const net::Request& request) {
    return request.method == "GET" && request.header("accept").find("text/html") != std::string::npos;
}

std::string Assets::build() const {
    const auto page = sys::read_file(folder_ / "index.html");
    return page ? fmt::format("{:08x}", std::hash<std::string>{}(*page) & 0xFFFFFFFFU) : std::string();
}

net::Response Assets::file(const net::Request& request) const {
    const auto relative = request.path.substr(std::min<std::size_t>(1, request.path.size()));
    std::error_code ignored;
    if (!available() || relative.empty() || !is_safe(relative)) return not_found();
    const auto path = folder_ / relative;
    if (!fs::is_regular_file(path, ignored)) return not_found();
    auto out = with_file(request, path);
    const bool hashed = relative.starts_with("assets/");
    out.headers["cache-control"] = hashed ? "public, max-age=31536000, immutable" : "no-cache";
    return out;
}

net::Response Assets::page(const net::Request& request, const std::string& no_script) const {
    if (!available()) {
        auto none = net::Response::text(
            404, "The web app is not built. Build it with scripts/build_ui.sh, or give --ui-dir.\n");
        add_security_headers(none);
        return none;
    }
    if (no_script.empty()) {
        auto out = with_file(request, folder_ / "index.html");
        out.headers["cache-control"] = "no-cache";
        out.headers["vary"] = "accept, accept-encoding";
        return out;
    }
    auto text = sys::read_file(folder_ / "index.html");
    if (!text) return not_found();
    const auto at = text->find("</body>");
    text->insert(at == std::string::npos ? text->size() : at, "<noscript>" + no_script + "</noscript>");
    auto out = net::Response::text(200, *std::move(text));
    out.headers["content-type"] = "text/html; charset=utf-8";
    out.headers["cache-control"] = "no-cache";
    out.headers["vary"] = "accept, accept-encoding";
    add_security_headers(out);
    return out;
}

void add_security_headers(net::Response& response) {
    // Styles of components come as attributes (positions of floating parts), which need their own permission.
    response.headers["content-security-policy"] =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self'; "
        "img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self'";
    response.headers["x-content-type-options"] = "nosniff";
    response.headers["referrer-policy"] = "no-referrer";
    response.headers["cross-origin-opener-policy"] = "same-origin";
    response.headers["cross-origin-resource-policy"] = "same-origin";
    response.headers["cross-origin-embedder-policy"] = "require-corp";
}

std::string html_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string plain_table(const std::string& title, const std::string& json_text) {
    const auto json = nlohmann::json::parse(json_text, nullptr, false);
    std::string rows;
    if (json.is_object()) add_rows(json, {}, rows);
    return "<h1>" + html_escaped(title) + "</h1>\n<table>\n" + rows + "</table>";
}

fs::path find_ui_folder() {
    std::error_code ignored;
    const auto program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    std::vector<fs::path> places{program / "../share/bourse/ui"};
    // build/<preset>/bin/bourse of a source tree: the app is built into build/ui.
    for (auto folder = program; folder.has_relative_path(); folder = folder.parent_path())
        if (folder.filename() == "build") places.push_back(folder / "ui");
    places.push_back(fs::current_path(ignored) / "build" / "ui");
    for (const auto& place : places)
        if (fs::exists(place / "index.html", ignored)) return fs::weakly_canonical(place, ignored);
    return {};
}

}  // namespace bourse::market
