// A chain as one file or stream: the genesis and every block's header and transactions, each record bound to all before
// it, so that a cut, swapped or changed file is noticed (docs/reference/chain-export.md).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace bourse::engine {

inline constexpr std::uint32_t kChainFileVersion = 1;

struct ExportedBlock {
    Bytes header;                     ///< RLP
    std::vector<Bytes> transactions;  ///< raw, in order

    bool operator==(const ExportedBlock&) const = default;
};

class ChainFileWriter {
public:
    /// Where a file stands behind a record: enough to go on from there, with another stream.
    struct Position {
        Hash chained;
        std::uint64_t blocks = 0;  ///< written; also the number of the next one
    };

    /// Writes the file's head. The stream must outlive the writer. Errors (of all): EXPORT_UNWRITABLE.
    static Result<ChainFileWriter> begin(std::ostream& out, const std::string& genesis_json);
    static ChainFileWriter resume(std::ostream& out, const Position& position);
    const Position& position() const noexcept { return at_; }
    Status<> block(const ExportedBlock& block);
    /// Nothing may follow. Without it the file does not count as whole.
    Status<> end();

private:
    explicit ChainFileWriter(std::ostream& out) : out_(&out) {}
    Status<> record(std::uint8_t kind, ByteView content);

    std::ostream* out_;
    Position at_;
};

class ChainFileReader {
public:
    /// Errors (of all): EXPORT_FOREIGN (another kind of file), EXPORT_NEWER, EXPORT_DAMAGED, EXPORT_CUT.
    static Result<ChainFileReader> begin(std::istream& in);
    const std::string& genesis_json() const noexcept { return genesis_json_; }
    /// The next block; nullopt after the last one of a whole file.
    Result<std::optional<ExportedBlock>> next();

private:
    struct Record {
        std::uint8_t kind = 0;
        Bytes content;
    };
    explicit ChainFileReader(std::istream& in) : in_(&in) {}
    Result<Record> record();
    Status<> check_end(const Record& record);

    std::istream* in_;
    Hash chained_;
    std::uint64_t blocks_ = 0;
    bool ended_ = false;
    std::string genesis_json_;
};

}  // namespace bourse::engine
