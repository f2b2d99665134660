// What a person is told who typed a command line that the program does not understand.
#pragma once

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace bourse::cli {

/// Prints help or version to standard output where they were asked for, else what is wrong to standard error: the word
/// that is not known rather than, as CLI11 has it, what is missing because of it. Returns the exit status, 0 or 2.
int report_usage(const CLI::App& root, const CLI::ParseError& error);

}  // namespace bourse::cli
