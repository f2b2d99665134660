// A file's way to the market's store, with progress.
#pragma once

#include <bourse/cli/context.hpp>

namespace bourse::cli {

/// Owned by the wallet. Errors: those of Context::store, Context::key and StoreClient::upload.
Result<client::StoredFile> upload_file(Context& context, const std::string& file);

}  // namespace bourse::cli
