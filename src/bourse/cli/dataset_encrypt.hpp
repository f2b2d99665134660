// The verb that encrypts a dataset's file.
#pragma once

#include <bourse/cli/context.hpp>

namespace bourse::cli {

/// Adds `encrypt` to `bourse dataset`.
void add_dataset_encrypt(CLI::App& group, int& exit_code);

}  // namespace bourse::cli
