// bourse-edit-chain FOLDER format N | remove-logs BLOCK
// Damages or re-labels a node's data folder as no sane program does, for the tests of what a start and a read refuse.
#include <bourse/db/kv.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace bourse;

void set_format(db::KvStore& kv, std::uint32_t version) {
    const Bytes key = engine::make_key(engine::kMetaKey, as_bytes("format"));
    Bytes value = engine::without_checksum(kv.get(key).value()).value();
    Bytes changed = to_bytes(ByteView(value).first(6));  // "bourse"
    engine::append_u32(changed, version);
    append(changed, ByteView(value).subspan(10));
    db::Batch batch;
    batch.put(key, engine::with_checksum(std::move(changed)));
    kv.write(batch, true);
}

void remove_logs(db::KvStore& kv, std::uint64_t block) {
    db::Batch batch;
    kv.scan(engine::make_key(engine::kPieceKey, block), {}, [&](ByteView key, ByteView) {
        batch.remove(key);
        return true;
    });
    kv.write(batch, true);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view verb = argc == 4 ? argv[2] : "";
    if (verb != "format" && verb != "remove-logs") {
        std::fprintf(stderr, "usage: bourse-edit-chain FOLDER format N | remove-logs BLOCK\n");
        return 2;
    }
    const auto kv = db::open_rocksdb(std::filesystem::path(argv[1]) / "chain");
    if (!kv) {
        std::fprintf(stderr, "bourse-edit-chain: %s\n", kv.error().message.c_str());
        return 1;
    }
    const auto number = std::stoull(argv[3]);
    if (verb == "format")
        set_format(**kv, static_cast<std::uint32_t>(number));
    else
        remove_logs(**kv, number);
    return 0;
}
