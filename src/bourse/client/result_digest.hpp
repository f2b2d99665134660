// Digest v1 of a result (middleware §3.9–§3.10), over the app's output folder or over a result archive. Worker, store
// and buyer compute it with the same code.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/archive.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace bourse::client {

struct ResultFacts {
    Hash digest;
    Bytes callback_data;             ///< of computed.json; empty when it has none
    std::string deterministic_path;  ///< relative to /iexec_out, "" for the folder itself; unused with a callback
    std::optional<std::string> error_cause;  ///< set for an error result (§9.7): the verdict is ERROR(cause)
};

/// `has_callback`: the deal has a callback address, so the digest is keccak(callback-data).
/// A result without computed.json but with a regular file consensus.iexec has that file's SHA-256 as digest.
/// Errors: APP_OUTPUT_INVALID (the path is outside /iexec_out, does not exist, or is no file or folder; a link or
/// special file anywhere in the folder), DETERMINISM_HASH_NOT_FOUND (computed.json missing, no JSON, or without the
/// needed key).
Result<ResultFacts> result_of_folder(const std::filesystem::path& iexec_out, bool has_callback);

/// The same over an archive in one streaming pass; entries that the worker added are not counted.
/// Errors: those of result_of_folder and of visit_zip.
Result<ResultFacts> result_of_zip(const std::filesystem::path& zip, bool has_callback,
                                  const ArchiveLimits& limits = {});

/// APP_OUTPUT_INVALID if the folder holds anything but folders and regular files.
Status<> check_output_folder(const std::filesystem::path& iexec_out);

/// Makes `folder` (emptied first) an error result: error.txt with the cause's name without a newline, computed.json
/// that points to it and carries the cause as callback-data. Errors: FILE_UNWRITABLE.
Status<> write_error_result(const std::filesystem::path& folder, const std::string& cause);

/// True for the causes of middleware §9.7 that an error result may carry.
bool is_error_cause(std::string_view text) noexcept;

}  // namespace bourse::client
