// The web app's files: names with a content hash never change, the page itself is always asked for anew.
#pragma once

#include <bourse/net/http.hpp>

#include <filesystem>
#include <string>

namespace bourse::market {

class Assets {
public:
    /// `folder`: where the build lies (index.html in it); empty or without index.html: there is no app.
    explicit Assets(std::filesystem::path folder) : folder_(std::move(folder)) {}

    bool available() const;
    /// A file of the build for a path; the page (index.html) for a path of the app; nothing for others. A compressed
    /// twin (.br, .gz) is sent to clients that take it.
    net::Response file(const net::Request& request) const;
    net::Response page(const net::Request& request, const std::string& no_script) const;
    /// Hash of the build: of index.html, which names every file by its hash.
    std::string build() const;

    /// A browser that opens a page asks for text/html; programs for JSON.
    static bool wants_page(const net::Request& request);

private:
    std::filesystem::path folder_;
};

/// Headers of every answer that a browser may show (web-ui S-01).
void add_security_headers(net::Response& response);

/// Plain HTML of a JSON object, for crawlers and browsers without scripts: a title and a table of keys. All text is
/// escaped.
std::string plain_table(const std::string& title, const std::string& json_text);
std::string html_escaped(std::string_view text);

/// The folder of the built app: beside the program's share folder, or build/ui of a source tree; empty: none.
std::filesystem::path find_ui_folder();

}  // namespace bourse::market
