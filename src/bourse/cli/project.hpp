// The project folder (iexec.json, deployed.json, orders.json) as verbs use it, and resources named by users.
#pragma once

#include <bourse/cli/context.hpp>
#include <bourse/client/project_file.hpp>

#include <optional>
#include <string>

namespace bourse::cli {

using client::OrderKind;

/// iexec.json of the working folder, checked. Errors: FILE_NOT_FOUND, PROJECT_FILE_INVALID.
Result<client::ProjectFile> open_project();
/// The same, or an empty project where there is none.
Result<client::ProjectFile> open_project_or_empty();
Result<client::ProjectFile> open_deployed();
Result<client::ProjectFile> open_orders();

/// A resource as users write it: address, name in up.json ("hello"), or (when `text` is empty or "deployed") the last
/// deployment of deployed.json. Errors: RESOURCE_MISSING, ADDRESS_INVALID.
Result<Address> resource_address(Context& context, OrderKind kind, const std::string& text);

/// Template of a fresh iexec.json.
std::string project_template();

}  // namespace bourse::cli
