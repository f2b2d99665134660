// Exported chains: what is read whole is written back to the same bytes; records of any content with right checks are
// read without a crash.
#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/chain_file.hpp>
#include <bourse/engine/packing.hpp>

#include <sstream>

namespace {

using namespace bourse;

/// Reads to the end; where the file is whole, writes it again.
void read_file(const std::string& file) {
    std::istringstream in(file);
    auto reader = engine::ChainFileReader::begin(in);
    if (!reader) return;
    std::ostringstream out;
    auto writer = engine::ChainFileWriter::begin(out, reader->genesis_json()).value();
    for (;;) {
        const auto block = reader->next();
        if (!block) {
            BOURSE_ASSERT(block.error().code.starts_with("EXPORT_") && !block.error().message.empty());
            return;
        }
        if (!*block) break;
        BOURSE_ASSERT(writer.block(**block).has_value());
    }
    BOURSE_ASSERT(writer.end().has_value());
    BOURSE_ASSERT(out.str() == file);
}

/// A file whose only block has this content; lengths in it that are not the shortest are no file of ours.
std::string framed(ByteView content) {
    Bytes out = to_bytes("BOURSECH");
    engine::append_u32(out, engine::kChainFileVersion);
    Hash chained = crypto::keccak256(ByteView(out));
    const auto record = [&](std::uint8_t kind, ByteView bytes) {
        chained = crypto::keccak256({chained, ByteView(&kind, 1), bytes});
        out.push_back(kind);
        engine::append_u32(out, static_cast<std::uint32_t>(bytes.size()));
        append(out, bytes);
        append(out, ByteView(chained).first(8));
    };
    record(0, as_bytes("{}"));
    record(1, content);
    Bytes blocks;
    engine::append_u64(blocks, 1);
    record(2, blocks);
    return std::string(as_text(out));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView input(data, size);
    if (input[0] == 'B') {
        read_file(std::string(as_text(input)));
        return 0;
    }
    const std::string file = framed(input.subspan(1));
    std::istringstream in(file);
    auto reader = engine::ChainFileReader::begin(in).value();
    if (const auto block = reader.next(); block && *block) BOURSE_ASSERT(reader.next().has_value());
    return 0;
}
