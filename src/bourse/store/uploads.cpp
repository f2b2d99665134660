#include <bourse/store/uploads.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/codec/eip712.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/poco/signatures.hpp>
#include <bourse/store/part_file.hpp>
#include <bourse/sys/log.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace bourse::store {

// expires_ms: 0 once a dataset refers to the content.
const char* const Uploads::kSchema =
    "CREATE TABLE uploads(id TEXT PRIMARY KEY, owner TEXT NOT NULL, sha256 TEXT NOT NULL, size BIGINT NOT NULL,"
    " received BIGINT NOT NULL, multihash TEXT REFERENCES blobs(multihash), expires_ms BIGINT NOT NULL,"
    " UNIQUE(owner, sha256, size));"
    "CREATE INDEX uploads_multihash ON uploads(multihash);"
    "CREATE INDEX uploads_expiry ON uploads(expires_ms)";

namespace {

constexpr const char* kSelectUpload =
    "SELECT u.id, u.owner, u.sha256, u.size, u.received, b.cid, u.expires_ms FROM uploads u LEFT JOIN blobs b ON "
    "b.multihash=u.multihash ";

UploadState upload_state(const db::SqlRow& row) {
    UploadState out;
    out.id = *hash_from_hex(db::sql_text(row[0]));
    out.owner = *address_from_hex(db::sql_text(row[1]));
    out.sha256 = *hash_from_hex(db::sql_text(row[2]));
    out.size_bytes = static_cast<std::uint64_t>(db::sql_int(row[3]));
    out.received_bytes = static_cast<std::uint64_t>(db::sql_int(row[4]));
    if (!db::sql_null(row[5])) out.cid = db::sql_text(row[5]);
    if (const auto expires = db::sql_int(row[6]); expires > 0) out.expires_ms = static_cast<std::uint64_t>(expires);
    return out;
}

std::int64_t sql_number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

class Uploads::Hold {
public:
    Hold(Uploads& uploads, const Hash& id) : uploads_(&uploads), id_(id) {
        const std::lock_guard lock(uploads_->busy_mutex_);
        good_ = uploads_->busy_.insert(id_).second;
    }
    ~Hold() {
        if (!good_) return;
        const std::lock_guard lock(uploads_->busy_mutex_);
        uploads_->busy_.erase(id_);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    Status<> check() const {
        if (good_) return {};
        return fail("UPLOAD_BUSY", "Another request works on this upload. Ask where it stands and go on from there.");
    }

private:
    Uploads* uploads_;
    Hash id_;
    bool good_;
};

Uploads::Uploads(std::filesystem::path folder, UploadRules rules, BlobStore& blobs, db::Database& database,
                 StoreChain& chain, std::function<std::uint64_t()> now_ms)
    : folder_(std::move(folder)),
      rules_(std::move(rules)),
      blobs_(&blobs),
      db_(&database),
      chain_(&chain),
      dataset_files_(database, chain),
      now_ms_(std::move(now_ms)) {}

Result<std::unique_ptr<Uploads>> Uploads::open(const std::filesystem::path& folder, UploadRules rules, BlobStore& blobs,
                                               db::Database& database, StoreChain& chain,
                                               std::function<std::uint64_t()> now_ms) {
    std::unique_ptr<Uploads> out(new Uploads(folder, std::move(rules), blobs, database, chain, std::move(now_ms)));
    BOURSE_CHECK(out->prepare());
    return out;
}

std::filesystem::path Uploads::part_of(const Hash& id) const { return folder_ / to_hex_plain(id); }

Status<> Uploads::prepare() {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) return fail("DATA_UNWRITABLE", "Cannot make " + folder_.string() + ": " + error.message() + ".");
    std::set<std::string> known;
    for (const auto& row : db_->query("SELECT id, received FROM uploads WHERE multihash IS NULL")) {
        const auto part = part_of(*hash_from_hex(db::sql_text(row[0])));
        known.insert(part.filename().string());
        const auto size = std::filesystem::file_size(part, error);
        // Moved in by a completion that was never committed, and cleared with the other contents without a row.
        const auto received = error ? 0 : std::min(sql_number(size), db::sql_int(row[1]));
        db_->execute("UPDATE uploads SET received=?1 WHERE id=?2", {received, row[0]});
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
        if (!known.contains(entry.path().filename().string())) std::filesystem::remove(entry.path(), error);
    return {};
}

Status<> Uploads::check_signature(const client::UploadRequest& request, ByteView signature) {
    const auto now_s = now_ms_() / 1000;
    constexpr std::uint64_t kClockSkewS = 60;
    if (request.expiry_s <= now_s || request.expiry_s > now_s + client::kMaxUploadExpiryS + kClockSkewS)
        return fail("SIGNATURE_EXPIRED",
                    fmt::format("The signature must end in the next 24 hours; the store's clock shows {}.", now_s));
    const auto hash = eip712::personal_message_hash(as_bytes(client::upload_text(request)));
    if (poco::recover_signer(hash, signature) == request.owner) return {};
    const auto refused = fail("SIGNATURE_INVALID", "The signature is not the owner's over this file and expiry.");
    if (!poco::has_signature_length(signature)) return refused;
    // The owner may be a contract: then only the chain can tell.
    const auto valid = chain_->verify_signature(request.owner, hash, signature);
    if (!valid) return fail("CHAIN_UNREACHABLE", "The store cannot ask the chain now. Try again later.");
    if (*valid) return {};
    return refused;
}

Status<> Uploads::check_owner(const Address& owner) {
    if (rules_.from == "anyone") return {};
    if (rules_.from != "staked") return fail("UPLOADS_CLOSED", "This store takes no files but results of tasks.");
    const auto account = chain_->account(owner);
    if (!account) return fail("CHAIN_UNREACHABLE", "The store cannot ask the chain now. Try again later.");
    if (!account->stake.is_zero() || !account->locked.is_zero()) return {};
    return fail("STAKE_NEEDED", "This store takes files of wallets with a deposit: deposit any amount first.");
}

Status<> Uploads::check_quotas(const client::UploadRequest& request) {
    const auto charge = std::max(request.size_bytes, kLeastCharge);
    const auto used = [&](const std::string& where, const db::SqlRow& args) {
        const auto sum = fmt::format(
            "SELECT COALESCE(SUM(CASE WHEN size<{0} THEN {0} ELSE size END),0) FROM uploads{1}", kLeastCharge, where);
        return static_cast<std::uint64_t>(db::sql_int(db_->query(sum, args)[0][0]));
    };
    const auto of_owner = used(" WHERE owner=?1", {to_hex(request.owner)});
    if (of_owner + charge > rules_.owner_bytes)
        return fail("QUOTA_EXCEEDED",
                    fmt::format("Your files here take {} of {} bytes, too much for {} more. A file that no dataset "
                                "refers to goes after a while.",
                                of_owner, rules_.owner_bytes, request.size_bytes));
    if (used("", {}) + charge > rules_.total_bytes)
        return fail("STORE_FULL", "The store has no room for more files of data providers. Try again later.");
    const auto open = db_->query("SELECT COALESCE(SUM(size),0) FROM uploads WHERE multihash IS NULL");
    return blobs_->check_room(request.size_bytes + static_cast<std::uint64_t>(db::sql_int(open[0][0])));
}

std::optional<UploadState> Uploads::find_same(const client::UploadRequest& request) const {
    const auto rows = db_->query(std::string(kSelectUpload) + "WHERE u.owner=?1 AND u.sha256=?2 AND u.size=?3",
                                 {to_hex(request.owner), to_hex(request.sha256), sql_number(request.size_bytes)});
    if (rows.empty()) return std::nullopt;
    return upload_state(rows[0]);
}

/// It has its full time again.
UploadState Uploads::touch(UploadState state) {
    if (!state.expires_ms) return state;
    state.expires_ms = now_ms_() + rules_.keep_ms;
    db_->execute("UPDATE uploads SET expires_ms=?1 WHERE id=?2 AND expires_ms>0",
                 {sql_number(*state.expires_ms), to_hex(state.id)});
    return state;
}

Result<UploadState> Uploads::create(const client::UploadRequest& request) {
    UploadState state{Hash(crypto::random_bytes32()), request.owner, request.sha256, request.size_bytes, 0, {}, {}};
    state.expires_ms = now_ms_() + rules_.keep_ms;
    BOURSE_CHECK(create_part(part_of(state.id)));
    db_->execute("INSERT INTO uploads(id, owner, sha256, size, received, expires_ms) VALUES(?1,?2,?3,?4,0,?5)",
                 {to_hex(state.id), to_hex(state.owner), to_hex(state.sha256), sql_number(state.size_bytes),
                  sql_number(*state.expires_ms)});
    return state;
}

Result<UploadState> Uploads::begin(const client::UploadRequest& request, ByteView signature) {
    if (request.size_bytes > rules_.max_bytes)
        return fail("FILE_TOO_LARGE", fmt::format("The store takes files of up to {} bytes.", rules_.max_bytes));
    BOURSE_CHECK(check_signature(request, signature));
    {
        const std::lock_guard lock(mutex_);
        if (auto same = find_same(request)) return touch(*std::move(same));
    }
    BOURSE_CHECK(check_owner(request.owner));
    const std::lock_guard lock(mutex_);
    if (auto same = find_same(request)) return touch(*std::move(same));
    BOURSE_CHECK(check_quotas(request));
    return create(request);
}

Result<UploadState> Uploads::find(const Hash& id) const {
    const auto rows = db_->query(std::string(kSelectUpload) + "WHERE u.id=?1", {to_hex(id)});
    if (!rows.empty()) return upload_state(rows[0]);
    return fail("UPLOAD_NOT_FOUND", "There is no such upload: it was given up, or has expired. Begin it again.");
}

Result<UploadState> Uploads::append(const Hash& id, std::uint64_t offset, const std::filesystem::path& chunk) {
    const Hold hold(*this, id);
    BOURSE_CHECK(hold.check());
    BOURSE_TRY(auto state, find(id));
    if (!state.cid.empty()) return fail("UPLOAD_COMPLETE", "The file is whole and verified; nothing can be added.");
    if (offset != state.received_bytes)
        return fail("OFFSET_WRONG", fmt::format("The store has {} bytes: go on from there.", state.received_bytes));
    std::error_code error;
    const auto size = std::filesystem::file_size(chunk, error);
    if (error) return fail("DATA_UNWRITABLE", "The chunk was lost on the store's disk. Send it again.");
    if (size == 0 || size > client::kUploadChunkBytes || size > state.size_bytes - state.received_bytes)
        return fail("CHUNK_INVALID", fmt::format("A chunk has 1 to {} bytes and ends with the file at the latest.",
                                                 client::kUploadChunkBytes));
    BOURSE_CHECK(blobs_->check_room(size));
    BOURSE_CHECK(append_to_part(part_of(id), offset, chunk));
    state.received_bytes += size;
    db_->execute("UPDATE uploads SET received=?1 WHERE id=?2", {sql_number(state.received_bytes), to_hex(id)});
    return touch(std::move(state));
}

Result<UploadState> Uploads::complete(const Hash& id) {
    const Hold hold(*this, id);
    BOURSE_CHECK(hold.check());
    BOURSE_TRY(auto state, find(id));
    if (!state.cid.empty()) return state;
    if (state.received_bytes < state.size_bytes)
        return fail("UPLOAD_INCOMPLETE", fmt::format("{} of {} bytes have come. Send the rest first.",
                                                     state.received_bytes, state.size_bytes));
    const auto digests = client::digests_of_file(part_of(id));
    if (!digests) return fail("DATA_UNWRITABLE", digests.error().message);
    if (digests->sha256 != state.sha256 || digests->size_bytes != state.size_bytes) {
        remove_part(id);
        return fail("CHECKSUM_MISMATCH",
                    fmt::format("What came has the SHA-256 {}, not {} as announced. It was deleted: send it again.",
                                to_hex(digests->sha256), to_hex(state.sha256)));
    }
    const auto blob = blobs_->blob_of(digests->cid, digests->size_bytes);
    state.expires_ms = now_ms_() + rules_.keep_ms;
    BOURSE_CHECK(blobs_->add(part_of(id), blob, [&] {
        db_->execute("UPDATE uploads SET multihash=?1, expires_ms=?2 WHERE id=?3",
                     {to_hex(blob.multihash), sql_number(*state.expires_ms), to_hex(id)});
    }));
    state.cid = blob.cid;
    return state;
}

void Uploads::remove_part(const Hash& id) {
    db_->execute("DELETE FROM uploads WHERE id=?1 AND multihash IS NULL", {to_hex(id)});
    std::error_code ignored;
    std::filesystem::remove(part_of(id), ignored);
}

Status<> Uploads::remove(const Hash& id) {
    const Hold hold(*this, id);
    BOURSE_CHECK(hold.check());
    BOURSE_TRY(const auto state, find(id));
    if (state.cid.empty()) {
        remove_part(id);
        return {};
    }
    if (!state.expires_ms) return fail("UPLOAD_IN_USE", "A dataset on chain refers to this file: it is kept.");
    // The sweep asks the chain first: a dataset may have been registered a moment ago.
    db_->execute("UPDATE uploads SET expires_ms=1 WHERE id=?1 AND expires_ms>0", {to_hex(id)});
    return {};
}

std::size_t Uploads::remove_expired(bool completed) {
    const auto now_ms = sql_number(now_ms_());
    const auto rows =
        db_->query(fmt::format("SELECT id, multihash FROM uploads WHERE expires_ms>0 AND expires_ms<=?1 AND multihash "
                               "IS {} NULL",
                               completed ? "NOT" : ""),
                   {now_ms});
    std::size_t removed = 0;
    for (const auto& row : rows) {
        const auto id = *hash_from_hex(db::sql_text(row[0]));
        const Hold hold(*this, id);
        if (!hold.check()) continue;
        const std::lock_guard lock(mutex_);
        // Begun again since the query, perhaps.
        if (db_->execute("DELETE FROM uploads WHERE id=?1 AND expires_ms>0 AND expires_ms<=?2", {row[0], now_ms}) == 0)
            continue;
        if (completed)
            blobs_->drop_if_unused(*hash_from_hex(db::sql_text(row[1])));
        else
            remove_part(id);
        ++removed;
        sys::log_info("upload expired", {{"completed", completed ? "true" : "false"}});
    }
    return removed;
}

Result<std::size_t> Uploads::sweep() {
    auto removed = remove_expired(false);
    BOURSE_CHECK(dataset_files_.follow());
    db_->execute(
        "UPDATE uploads SET expires_ms=0 WHERE expires_ms>0 AND multihash IN (SELECT multihash FROM dataset_files)");
    return removed + remove_expired(true);
}

std::uint64_t Uploads::count(bool completed) const {
    const auto rows =
        db_->query(fmt::format("SELECT COUNT(*) FROM uploads WHERE multihash IS {} NULL", completed ? "NOT" : ""));
    return static_cast<std::uint64_t>(db::sql_int(rows[0][0]));
}

}  // namespace bourse::store
