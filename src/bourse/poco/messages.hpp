// Hashes and texts that workers, schedulers, enclaves and the store sign (poco.md §5.4, §8; middleware.md §9.10–11).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/codec/eip712.hpp>
#include <bourse/poco/ids.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace bourse::poco {

/// keccak(worker ‖ task ‖ enclave challenge). Signed by the pool's owner (or the TEE broker) as a personal message.
Hash authorization_message(const Address& worker, const TaskId& task, const Address& enclave_challenge = {}) noexcept;
/// keccak(task ‖ digest)
Hash result_hash(const TaskId& task, const Hash& result_digest) noexcept;
/// keccak(worker ‖ task ‖ digest)
Hash result_seal(const Address& worker, const TaskId& task, const Hash& result_digest) noexcept;
/// keccak(result hash ‖ result seal). Signed by the enclave as a personal message.
Hash enclave_message(const Hash& result_hash, const Hash& result_seal) noexcept;
/// keccak("bourse/upload/1" ‖ task ‖ digest ‖ uint64 big-endian size). Signed by the uploading worker.
Hash upload_message(const TaskId& task, const Hash& result_digest, std::uint64_t size) noexcept;

/// What a signer of one of the above signs: the EIP-191 hash of its 32 bytes.
inline Hash signed_hash(const Hash& message) noexcept { return eip712::personal_message_hash(message); }

/// Login of a worker at a scheduler. text() is what both sides sign by EIP-191.
struct WorkerLogin {
    Address pool;
    std::uint64_t chain_id = 0;
    Address hub;
    Address worker;
    Address owner;             ///< default: the worker
    std::string session_key;   ///< address of the key that signs later messages, 0x hex
    std::string nonce;         ///< chosen by the scheduler
    std::uint64_t expiry = 0;  ///< seconds since 1970

    bool operator==(const WorkerLogin&) const = default;
    /// "Bourse worker login/1" and one `name: value` a line.
    std::string text() const;
    /// Errors: LOGIN_INVALID (a field is missing or broken), LOGIN_VERSION (another major version).
    static Result<WorkerLogin> parse(std::string_view text);
};

}  // namespace bourse::poco
