#include <bourse/client/app_page.hpp>

#include <bourse/client/parameter_schema.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>

#include <fmt/format.h>

namespace bourse::client {

Status<> check_app_page(const AppPage& page) {
    if (page.readme.size() > kMaxReadmeBytes) return fail("PAGE_INVALID", "readme must be at most 32 KiB.");
    if (!is_plain_text(page.readme, true))
        return fail("PAGE_INVALID", "readme must be UTF-8 without control characters.");
    if (!page.parameters.empty()) BOURSE_CHECK(parse_parameter_schema(page.parameters));
    return {};
}

std::string app_page_text(const AppPage& page, std::uint64_t chain_id) {
    return fmt::format("Bourse app page/1\nchain: {}\napp: {}\nreadme: {}\nparameters: {}\nupdated: {}", chain_id,
                       to_checksum(page.app), to_hex(crypto::sha256(as_bytes(page.readme))),
                       to_hex(crypto::sha256(as_bytes(page.parameters))), page.updated_ms);
}

}  // namespace bourse::client
