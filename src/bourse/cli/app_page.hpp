// An app's page at the market: what its owner says of it, and the parameters it asks for.
#pragma once

#include <bourse/cli/context.hpp>

namespace bourse::cli {

/// Adds `describe` to `bourse app`.
void add_app_describe(CLI::App& group, int& exit_code);

/// What `bourse app show` adds: a row of text, and {readme, parameters, updated} or null. Nothing where no market
/// answers.
struct PageShown {
    nlohmann::json data;
    std::string text;
};
std::optional<PageShown> page_of_app(Context& context, const Address& app);

}  // namespace bourse::cli
