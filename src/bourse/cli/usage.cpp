#include <bourse/cli/usage.hpp>
#include <bourse/sys/command.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>

namespace bourse::cli {

namespace {

std::optional<std::string> unknown_word(const CLI::App& root) {
    const auto unknown = root.remaining(true);
    if (unknown.empty()) return std::nullopt;
    const auto* app = &root;
    std::string path = root.get_name();
    for (auto chosen = app->get_subcommands(); !chosen.empty(); chosen = app->get_subcommands()) {
        app = chosen.back();
        path += " " + app->get_name();
    }
    std::vector<std::string> verbs;
    for (const auto* verb : app->get_subcommands([](const CLI::App*) { return true; }))
        verbs.push_back(verb->get_name());
    if (verbs.empty() || unknown.front().starts_with('-'))
        return fmt::format("{} does not know \"{}\".", path, unknown.front());
    return fmt::format("{} does not know \"{}\". It knows: {}.", path, unknown.front(), fmt::join(verbs, ", "));
}

}  // namespace

int report_usage(const CLI::App& root, const CLI::ParseError& error) {
    if (error.get_name() == "RequiredError")
        if (const auto text = unknown_word(root)) {
            std::cerr << *text << "\nRun with --help for more information.\n";
            return sys::kExitUsage;
        }
    return root.exit(error) == 0 ? sys::kExitOk : sys::kExitUsage;
}

}  // namespace bourse::cli
