// Refusals in the store's words, and who asks.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/net/http.hpp>

#include <cstdint>

namespace bourse::store {

/// {"ok":false,"code":…,"error":…}, counted and logged. 503 and 507, which mean "later", say when.
net::Response refusal(const Error& error, std::uint64_t retry_after_s);

/// A web page of another origin must not fill the disk through its visitor's browser.
bool is_from_foreign_page(const net::Request& request);

}  // namespace bourse::store
