// What an app's owner says of the app: a readme, and the parameters it asks for. Signed by the owner, kept by markets.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <cstdint>
#include <string>

namespace bourse::client {

inline constexpr std::size_t kMaxReadmeBytes = 32 << 10;

/// Of the pages of an app, the one with the latest `updated_ms` counts.
struct AppPage {
    Address app;
    std::string readme;            ///< Markdown, UTF-8, at most 32 KiB; always shown as text
    std::string parameters;        ///< JSON text as parse_parameter_schema() reads it; "": the app asks for none
    std::uint64_t updated_ms = 0;  ///< unix time

    /// The page is withdrawn, or there has never been one.
    bool is_empty() const noexcept { return readme.empty() && parameters.empty(); }
};

/// Errors: PAGE_INVALID; the message begins with the member and the place in it.
Status<> check_app_page(const AppPage& page);

/// The text that the owner signs (EIP-191): "Bourse app page/1" and a line for each member, the long ones as SHA-256.
std::string app_page_text(const AppPage& page, std::uint64_t chain_id);

}  // namespace bourse::client
