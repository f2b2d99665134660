#include <bourse/store/dataset_files.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/client/fetch.hpp>

#include <algorithm>

namespace bourse::store {

namespace {

constexpr std::uint64_t kBlocksAStep = 5'000;
constexpr std::string_view kIpfsPath = "/ipfs/";

}  // namespace

const char* const DatasetFiles::kSchema =
    "CREATE TABLE dataset_files(multihash TEXT PRIMARY KEY);"
    "CREATE TABLE datasets_read(next_block BIGINT NOT NULL);"
    "INSERT INTO datasets_read(next_block) VALUES(0)";

std::optional<Hash> content_of_multiaddr(ByteView multiaddr) {
    const auto reference = client::reference_of_multiaddr(multiaddr);
    if (!reference) return std::nullopt;
    std::string_view text = *reference;
    if (text.starts_with("ipfs://")) {
        text.remove_prefix(7);
    } else {
        const auto at = text.find(kIpfsPath);
        if (at == text.npos) return std::nullopt;
        text.remove_prefix(at + kIpfsPath.size());
    }
    return client::cid_digest(text.substr(0, text.find_first_of("/?#")));
}

std::uint64_t DatasetFiles::next_block() const {
    return static_cast<std::uint64_t>(db::sql_int(db_->query("SELECT next_block FROM datasets_read")[0][0]));
}

Status<> DatasetFiles::take_in(std::uint64_t first, std::uint64_t last) {
    BOURSE_TRY(const auto places, chain_->dataset_places(first, last));
    db_->transaction([&] {
        for (const auto& place : places)
            if (const auto content = content_of_multiaddr(place))
                db_->execute("INSERT INTO dataset_files(multihash) VALUES(?1) ON CONFLICT DO NOTHING",
                             {to_hex(*content)});
        db_->execute("UPDATE datasets_read SET next_block=?1", {static_cast<std::int64_t>(last + 1)});
    });
    return {};
}

Status<> DatasetFiles::follow() {
    const auto head = chain_->head();
    if (!head) return fail("CHAIN_UNREACHABLE", head.error().message);
    auto next = next_block();
    if (next > *head + 1) next = 0;
    while (next <= *head) {
        const auto last = std::min(*head, next + kBlocksAStep - 1);
        if (const auto taken = take_in(next, last); !taken) return fail("CHAIN_UNREACHABLE", taken.error().message);
        next = last + 1;
    }
    return {};
}

}  // namespace bourse::store
