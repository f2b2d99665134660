// The HTTP side of uploads: /v1/uploads.
#pragma once

#include <bourse/net/http_server.hpp>
#include <bourse/store/uploads.hpp>

namespace bourse::store {

/// `uploads` must outlive the server.
void add_upload_routes(net::HttpServer& server, Uploads& uploads, std::uint64_t retry_after_s);

}  // namespace bourse::store
