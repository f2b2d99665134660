#include <bourse/client/scheduler_stream.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/client/stream_json.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/signatures.hpp>

#include <array>
#include <nlohmann/json.hpp>

namespace bourse::client::stream {
namespace {

constexpr std::uint64_t kMaxLoginLifetimeS = 3600;

Hash seal_hash(const Bytes32& nonce, std::uint64_t number, std::string_view payload) {
    std::array<std::uint8_t, 8> count{};
    for (std::size_t i = 0; i < 8; ++i) count[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    return crypto::keccak256({as_bytes("bourse/stream/1"), nonce, ByteView(count), as_bytes(payload)});
}

}  // namespace

std::string login_text(const Login& login) {
    poco::WorkerLogin text;
    text.pool = login.pool;
    text.chain_id = login.chain_id;
    text.hub = login.hub;
    text.worker = login.worker;
    text.owner = login.owner;
    text.session_key = to_checksum(login.session_key);
    text.nonce = to_hex(login.nonce);
    text.expiry = login.expiry_s;
    return text.text();
}

void sign_login(Login& login, const crypto::PrivateKey& wallet) {
    login.signature = sign_text(wallet, login_text(login));
}

Status<> check_login(const Login& login, const Hello& hello, std::uint64_t now_s) {
    if (login.version != hello.version) {
        return fail("STREAM_VERSION", "This scheduler speaks version " + std::to_string(hello.version) +
                                          " of the worker stream; the worker speaks version " +
                                          std::to_string(login.version) + ". Update the older of the two.");
    }
    if (login.pool != hello.pool) {
        return fail("LOGIN_POOL", "This scheduler runs the pool " + to_checksum(hello.pool) + ", not " +
                                      to_checksum(login.pool) + ".");
    }
    if (login.chain_id != hello.chain_id) {
        return fail("LOGIN_CHAIN", "This scheduler works on chain " + std::to_string(hello.chain_id) + ", not on " +
                                       std::to_string(login.chain_id) + ".");
    }
    if (login.hub != hello.hub) {
        return fail("LOGIN_HUB", "This scheduler uses the hub " + to_checksum(hello.hub) + ".");
    }
    if (login.nonce != hello.nonce) return fail("LOGIN_NONCE", "Sign the nonce of this connection's hello.");
    if (login.expiry_s <= now_s || login.expiry_s > now_s + kMaxLoginLifetimeS) {
        return fail("LOGIN_EXPIRED",
                    "The login's expiry must lie within the next hour: compare the clocks of worker and "
                    "scheduler.");
    }
    const auto signer = message_signer(as_bytes(login_text(login)), login.signature);
    if (signer != login.worker) {
        return fail("LOGIN_SIGNATURE",
                    "The login is not signed by the worker's wallet " + to_checksum(login.worker) + ".");
    }
    return {};
}

std::string welcome_text(const Login& login) {
    std::string out = "Bourse scheduler login/" + std::to_string(login.version);
    out += "\npool: " + to_checksum(login.pool);
    out += "\nchain id: " + std::to_string(login.chain_id);
    out += "\nhub: " + to_checksum(login.hub);
    out += "\nworker: " + to_checksum(login.worker);
    out += "\nsession key: " + to_checksum(login.session_key);
    out += "\nnonce: " + to_hex(login.nonce);
    return out;
}

Welcome make_welcome(const Login& login, const crypto::PrivateKey& scheduler) {
    return {scheduler.address(), sign_text(scheduler, welcome_text(login))};
}

Status<> check_welcome(const Welcome& welcome, const Login& login, const Address& pool_owner) {
    const auto signer = message_signer(as_bytes(welcome_text(login)), welcome.signature);
    if (!signer || *signer != welcome.scheduler || *signer != pool_owner) {
        return fail("WELCOME_SIGNER", "Whoever answers at the scheduler's address does not own the pool " +
                                          to_checksum(login.pool) + ": do not work for it.");
    }
    return {};
}

std::string to_text(const Login& m) {
    const nlohmann::json out{{"type", "login"},
                             {"version", m.version},
                             {"pool", to_checksum(m.pool)},
                             {"chain_id", m.chain_id},
                             {"hub", to_checksum(m.hub)},
                             {"worker", to_checksum(m.worker)},
                             {"owner", to_checksum(m.owner)},
                             {"session_key", to_checksum(m.session_key)},
                             {"nonce", to_hex(m.nonce)},
                             {"expiry_s", m.expiry_s},
                             {"signature", to_hex(m.signature)},
                             {"name", m.name},
                             {"software", m.software},
                             {"slots", m.slots},
                             {"tags", to_hex(m.tags)},
                             {"cores", m.cores},
                             {"memory_mib", m.memory_mib},
                             {"os", m.os},
                             {"platform", m.platform},
                             {"cpu", m.cpu},
                             {"pauses", m.pauses},
                             {"last_stream_id", m.last_stream_id},
                             {"last_seq", m.last_seq}};
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Login> login_from(std::string_view text) {
    BOURSE_TRY(const auto document, parse_stream_object(text));
    StreamFields fields(document);
    if (fields.text("type") != "login") fields.refuse("type");
    Login m;
    m.version = fields.u64("version");
    m.pool = fields.address("pool");
    m.chain_id = fields.u64("chain_id");
    m.hub = fields.address("hub");
    m.worker = fields.address("worker");
    m.owner = fields.address("owner");
    m.session_key = fields.address("session_key");
    m.nonce = fields.hash("nonce");
    m.expiry_s = fields.u64("expiry_s");
    m.signature = fields.bytes("signature");
    m.name = fields.text("name", 64);
    m.software = fields.text("software", 64);
    m.slots = fields.u64("slots");
    m.tags = fields.hash("tags");
    m.cores = fields.u64("cores");
    m.memory_mib = fields.u64("memory_mib");
    m.os = fields.text_or_empty("os", 128);
    m.platform = fields.text_or_empty("platform", 64);
    m.cpu = fields.text_or_empty("cpu", 128);
    m.pauses = fields.has("pauses") && fields.boolean("pauses");
    m.last_stream_id = fields.text("last_stream_id", 64);
    m.last_seq = fields.u64("last_seq");
    if (fields.wrong()) {
        return fail("STREAM_BAD_MESSAGE", "The login's field \"" + *fields.wrong() + "\" is missing or malformed.");
    }
    return m;
}

Sealer::Sealer(const Bytes32& nonce, crypto::PrivateKey session_key) : nonce_(nonce), key_(std::move(session_key)) {}

std::string Sealer::seal(const WorkerMessage& message) {
    auto payload = to_text(message);
    const auto signature = sign_digest(key_, seal_hash(nonce_, ++number_, payload));
    const nlohmann::json out{{"n", number_}, {"payload", std::move(payload)}, {"sig", to_hex(signature)}};
    return out.dump();
}

Result<WorkerMessage> Opener::open(std::string_view text) {
    BOURSE_TRY(const auto document, parse_stream_object(text));
    StreamFields fields(document);
    const auto number = fields.u64("n");
    const auto payload = fields.text("payload", std::size_t{4} << 20);
    const auto signature = fields.bytes("sig");
    if (fields.wrong()) {
        return fail("STREAM_BAD_MESSAGE",
                    "The sealed message's field \"" + *fields.wrong() + "\" is missing or malformed.");
    }
    if (number != number_ + 1) {
        return fail("STREAM_OUT_OF_ORDER",
                    "Message " + std::to_string(number_ + 1) + " was expected, " + std::to_string(number) + " came.");
    }
    if (poco::recover_signer(seal_hash(nonce_, number, payload), signature) != session_) {
        return fail("STREAM_SIGNATURE", "The message is not signed by the session's key.");
    }
    number_ = number;
    return worker_message_from(payload);
}

}  // namespace bourse::client::stream
