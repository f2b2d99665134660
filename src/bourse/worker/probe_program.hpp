// A program of 132 bytes for trying out a sandbox before the first image is there: it ends with exit code 7.
#pragma once

#include <bourse/worker/sandbox.hpp>

#include <string>

namespace bourse::worker {

/// A static ELF executable for x86-64: mov edi, 7; mov eax, 60 (exit); syscall.
std::string exit7_program();

/// Runs it with every limit that a task gets: what the machine refuses here it would refuse later. Errors:
/// SANDBOX_FAILED.
Status<> try_out_sandbox(Sandbox& sandbox, const std::filesystem::path& data_dir);

}  // namespace bourse::worker
