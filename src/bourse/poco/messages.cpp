#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/messages.hpp>

#include <charconv>
#include <map>

namespace bourse::poco {
namespace {

constexpr std::string_view kLoginHeader = "Bourse worker login/";

std::string_view next_line(std::string_view& text) noexcept {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

using LoginFields = std::map<std::string_view, std::string_view>;

Result<Address> login_address(const LoginFields& fields, std::string_view name) {
    const auto found = fields.find(name);
    if (found == fields.end()) return fail("LOGIN_INVALID", "The login lacks the line \"" + std::string(name) + "\".");
    auto address = parse_address(found->second);
    if (!address) return fail("LOGIN_INVALID", "The login's " + std::string(name) + " is no address.");
    return address;
}

Result<std::uint64_t> login_number(const LoginFields& fields, std::string_view name) {
    const auto found = fields.find(name);
    if (found == fields.end()) return fail("LOGIN_INVALID", "The login lacks the line \"" + std::string(name) + "\".");
    std::uint64_t value = 0;
    const char* end = found->second.data() + found->second.size();
    const auto [stop, problem] = std::from_chars(found->second.data(), end, value);
    if (problem != std::errc{} || stop != end)
        return fail("LOGIN_INVALID", "The login's " + std::string(name) + " is no number.");
    return value;
}

Result<std::string> login_text(const LoginFields& fields, std::string_view name) {
    const auto found = fields.find(name);
    if (found == fields.end() || found->second.empty())
        return fail("LOGIN_INVALID", "The login lacks the line \"" + std::string(name) + "\".");
    return std::string(found->second);
}

}  // namespace

Hash authorization_message(const Address& worker, const TaskId& task, const Address& enclave_challenge) noexcept {
    return crypto::keccak256({worker, task, enclave_challenge});
}

Hash result_hash(const TaskId& task, const Hash& result_digest) noexcept {
    return crypto::keccak256({task, result_digest});
}

Hash result_seal(const Address& worker, const TaskId& task, const Hash& result_digest) noexcept {
    return crypto::keccak256({worker, task, result_digest});
}

Hash enclave_message(const Hash& result_hash, const Hash& result_seal) noexcept {
    return crypto::keccak256({result_hash, result_seal});
}

Hash upload_message(const TaskId& task, const Hash& result_digest, std::uint64_t size) noexcept {
    const Bytes32 word = to_be32(size);
    return crypto::keccak256({as_bytes("bourse/upload/1"), task, result_digest, ByteView(word).subspan(24)});
}

std::string WorkerLogin::text() const {
    std::string out(kLoginHeader);
    const auto line = [&out](std::string_view name, std::string_view value) {
        out += '\n';
        out += name;
        out += ": ";
        out += value;
    };
    out += '1';
    line("pool", to_checksum(pool));
    line("chain id", std::to_string(chain_id));
    line("hub", to_checksum(hub));
    line("worker", to_checksum(worker));
    line("owner", to_checksum(owner.is_zero() ? worker : owner));
    line("session key", session_key);
    line("nonce", nonce);
    line("expiry", std::to_string(expiry));
    return out;
}

Result<WorkerLogin> WorkerLogin::parse(std::string_view text) {
    auto header = next_line(text);
    if (!header.starts_with(kLoginHeader)) return fail("LOGIN_INVALID", "This is no worker login.");
    header.remove_prefix(kLoginHeader.size());
    if (header != "1" && !header.starts_with("1."))
        return fail("LOGIN_VERSION", "Login version " + std::string(header) + " is unknown here; use version 1.");
    LoginFields fields;
    while (!text.empty()) {
        const auto line = next_line(text);
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) return fail("LOGIN_INVALID", "A line of the login has no \": \".");
        if (!fields.emplace(line.substr(0, colon), line.substr(colon + 2)).second)
            return fail("LOGIN_INVALID", "A line of the login stands twice.");
    }
    WorkerLogin login;
    BOURSE_TRY(login.pool, login_address(fields, "pool"));
    BOURSE_TRY(login.chain_id, login_number(fields, "chain id"));
    BOURSE_TRY(login.hub, login_address(fields, "hub"));
    BOURSE_TRY(login.worker, login_address(fields, "worker"));
    login.owner = login.worker;
    if (fields.contains("owner")) {
        BOURSE_TRY(login.owner, login_address(fields, "owner"));
    }
    BOURSE_TRY(login.session_key, login_text(fields, "session key"));
    BOURSE_TRY(login.nonce, login_text(fields, "nonce"));
    BOURSE_TRY(login.expiry, login_number(fields, "expiry"));
    return login;
}

}  // namespace bourse::poco
