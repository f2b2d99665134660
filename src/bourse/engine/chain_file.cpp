#include <bourse/engine/chain_file.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/engine/packing.hpp>

#include <fmt/format.h>

#include <istream>
#include <ostream>

namespace bourse::engine {
namespace {

constexpr std::string_view kChainFileMagic = "BOURSECH";
constexpr std::uint8_t kGenesisRecord = 0;
constexpr std::uint8_t kBlockRecord = 1;
constexpr std::uint8_t kEndRecord = 2;
/// A genesis file may be 256 MiB, a block far less.
constexpr std::size_t kMaxRecordBytes = 257UL << 20;
/// Memory follows what really comes, not what a length promises.
constexpr std::size_t kReadStep = 1UL << 20;
constexpr std::size_t kCheckBytes = 8;

/// What binds a record to all before it.
Hash chain_record(const Hash& before, std::uint8_t kind, ByteView content) {
    return crypto::keccak256({before, ByteView(&kind, 1), content});
}

tl::unexpected<Error> damaged_export(std::uint64_t blocks) {
    return fail("EXPORT_DAMAGED", fmt::format("The exported chain is damaged behind its first {} blocks. Copy the file "
                                              "again, or export the chain anew.",
                                              blocks));
}

bool read_exactly(std::istream& in, Bytes& out, std::size_t size) {
    out.clear();
    while (out.size() < size) {
        const std::size_t had = out.size();
        const std::size_t step = std::min(kReadStep, size - had);
        out.resize(had + step);
        in.read(reinterpret_cast<char*>(out.data() + had), static_cast<std::streamsize>(step));
        if (static_cast<std::size_t>(in.gcount()) != step) return false;
    }
    return true;
}

std::optional<ExportedBlock> decode_exported(ByteView content) {
    Unpacker in(content);
    ExportedBlock block;
    block.header = to_bytes(in.sized());
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) block.transactions.push_back(to_bytes(in.sized()));
    if (!in.ok() || !in.empty()) return std::nullopt;
    return block;
}

}  // namespace

Result<ChainFileWriter> ChainFileWriter::begin(std::ostream& out, const std::string& genesis_json) {
    ChainFileWriter writer(out);
    Bytes head = to_bytes(kChainFileMagic);
    append_u32(head, kChainFileVersion);
    out.write(as_text(head).data(), static_cast<std::streamsize>(head.size()));
    writer.at_.chained = crypto::keccak256(ByteView(head));
    BOURSE_CHECK(writer.record(kGenesisRecord, as_bytes(genesis_json)));
    return writer;
}

ChainFileWriter ChainFileWriter::resume(std::ostream& out, const Position& position) {
    ChainFileWriter writer(out);
    writer.at_ = position;
    return writer;
}

Status<> ChainFileWriter::record(std::uint8_t kind, ByteView content) {
    at_.chained = chain_record(at_.chained, kind, content);
    Bytes frame;
    frame.push_back(kind);
    append_u32(frame, static_cast<std::uint32_t>(content.size()));
    append(frame, content);
    append(frame, ByteView(at_.chained).first(kCheckBytes));
    out_->write(as_text(frame).data(), static_cast<std::streamsize>(frame.size()));
    if (!*out_)
        return fail("EXPORT_UNWRITABLE",
                    "The exported chain cannot be written. Free space on that disk, or write it "
                    "elsewhere.");
    return {};
}

Status<> ChainFileWriter::block(const ExportedBlock& block) {
    Bytes content;
    append_sized(content, block.header);
    append_varint(content, block.transactions.size());
    for (const Bytes& raw : block.transactions) append_sized(content, raw);
    BOURSE_CHECK(record(kBlockRecord, content));
    ++at_.blocks;
    return {};
}

Status<> ChainFileWriter::end() {
    Bytes content;
    append_u64(content, at_.blocks);
    BOURSE_CHECK(record(kEndRecord, content));
    out_->flush();
    if (!*out_) return fail("EXPORT_UNWRITABLE", "The end of the exported chain cannot be written. Free space there.");
    return {};
}

Result<ChainFileReader> ChainFileReader::begin(std::istream& in) {
    ChainFileReader reader(in);
    Bytes head;
    if (!read_exactly(in, head, kChainFileMagic.size() + 4) ||
        !equal(ByteView(head).first(kChainFileMagic.size()), as_bytes(kChainFileMagic)))
        return fail("EXPORT_FOREIGN", "This is no exported chain. Give a file that `bourse node export` wrote.");
    const std::uint32_t version = Unpacker(ByteView(head).subspan(kChainFileMagic.size())).u32();
    if (version != kChainFileVersion)
        return fail("EXPORT_NEWER",
                    fmt::format("The exported chain has format {}, this program knows {}. Use the newer "
                                "program.",
                                version, kChainFileVersion));
    reader.chained_ = crypto::keccak256(ByteView(head));
    BOURSE_TRY(const auto genesis, reader.record());
    if (genesis.kind != kGenesisRecord) return damaged_export(0);
    reader.genesis_json_ = std::string(as_text(genesis.content));
    return reader;
}

Result<ChainFileReader::Record> ChainFileReader::record() {
    const auto cut = [this] {
        return fail("EXPORT_CUT", fmt::format("The exported chain ends early, after {} blocks. Copy the file again, or "
                                              "export the chain anew.",
                                              blocks_));
    };
    Record out;
    Bytes frame;
    if (!read_exactly(*in_, frame, 5)) return cut();
    out.kind = frame[0];
    const std::uint32_t size = Unpacker(ByteView(frame).subspan(1)).u32();
    if (size > kMaxRecordBytes) return damaged_export(blocks_);
    if (!read_exactly(*in_, out.content, size)) return cut();
    if (!read_exactly(*in_, frame, kCheckBytes)) return cut();
    chained_ = chain_record(chained_, out.kind, out.content);
    if (!equal(frame, ByteView(chained_).first(kCheckBytes))) return damaged_export(blocks_);
    return out;
}

Status<> ChainFileReader::check_end(const Record& record) {
    Unpacker in(record.content);
    const std::uint64_t blocks = in.u64();
    if (record.kind != kEndRecord || !in.ok() || !in.empty() || blocks != blocks_) return damaged_export(blocks_);
    if (in_->peek() != std::istream::traits_type::eof()) return damaged_export(blocks_);
    ended_ = true;
    return {};
}

Result<std::optional<ExportedBlock>> ChainFileReader::next() {
    if (ended_) return std::optional<ExportedBlock>();
    BOURSE_TRY(auto found, record());
    if (found.kind != kBlockRecord) {
        BOURSE_CHECK(check_end(found));
        return std::optional<ExportedBlock>();
    }
    auto block = decode_exported(found.content);
    if (!block) return damaged_export(blocks_);
    ++blocks_;
    return block;
}

}  // namespace bourse::engine
