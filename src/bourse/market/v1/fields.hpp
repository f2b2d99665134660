// A row of a list, member by member. What a kind of row has is described once (rows.hpp); a writer makes of it an
// object of a JSON page, a line of JSON or a line of CSV. The two kinds of lines are written without an object between:
// exports of a million rows pass here.
#pragma once

#include <bourse/base/bytes.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::market {

/// Takes the members of a row in the order of its shape (api_schemas.hpp).
class FieldWriter {
public:
    /// `remembered`: of how many parties the texts are kept; for writers of many rows.
    explicit FieldWriter(std::size_t remembered = 0) : known_(remembered) {}
    FieldWriter(const FieldWriter&) = delete;
    FieldWriter& operator=(const FieldWriter&) = delete;
    virtual ~FieldWriter() = default;
    /// Untrusted text.
    virtual void text(std::string_view name, std::string_view value) = 0;
    /// Text of letters, digits and signs that no rendering needs to guard or to escape.
    virtual void word(std::string_view name, std::string_view value) = 0;
    virtual void number(std::string_view name, std::int64_t value) = 0;
    virtual void boolean(std::string_view name, bool value) = 0;
    virtual void null(std::string_view name) = 0;
    /// A value without a fixed shape: one cell.
    virtual void json(std::string_view name, const nlohmann::json& value) = 0;
    /// Until end() the members are those of a member object. One cell if the shape calls it an object of no shape.
    virtual void begin(std::string_view name) = 0;
    virtual void end() = 0;

    // What these are in all renderings.
    void hex(std::string_view name, ByteView bytes);
    void hash(std::string_view name, const Hash& value) { hex(name, value); }
    void hash(std::string_view name, const std::optional<Hash>& value) { value ? hash(name, *value) : null(name); }
    void address(std::string_view name, const Address& value);  ///< checksum case
    void address_or_null(std::string_view name, const Address& value) {
        value.is_zero() ? null(name) : address(name, value);
    }
    void amount(std::string_view name, std::int64_t nrlc);  ///< decimal text
    void count(std::string_view name, std::int64_t value);  ///< cut at 2^53 − 1
    void count(std::string_view name, const std::optional<std::int64_t>& value) {
        value ? count(name, *value) : null(name);
    }
    void ms(std::string_view name, std::int64_t seconds) { number(name, seconds * 1'000); }
    void ms_or_null(std::string_view name, std::int64_t seconds) { seconds == 0 ? null(name) : ms(name, seconds); }

private:
    /// Checksums cost a hash; the rows of a list name the same few parties again and again.
    struct Known {
        Address address;
        std::string text;
    };
    std::vector<Known> known_;
    std::string scratch_;
};

/// Calls a writer for each member of one row.
using RowFields = std::function<void(FieldWriter&)>;

/// As an object.
nlohmann::json as_json(const RowFields& row);

/// A leaf of a shape: its members from the row down, and its name with dots between them.
struct Column {
    std::string name;
    std::vector<std::string> path;
};
/// Leaves of a shape of api_shapes(); what is an array or an object of no shape is one.
std::vector<Column> columns_of(std::string_view shape);

/// Appends rows to a text, for exports.
class LineWriter {
public:
    virtual ~LineWriter() = default;
    virtual void head(std::string& out) const = 0;
    virtual void row(std::string& out, const RowFields& row) = 0;
    /// The same of an object.
    virtual void row(std::string& out, const nlohmann::json& row) const = 0;
};
/// JSON, a line a row.
std::unique_ptr<LineWriter> make_json_lines();
/// CSV (RFC 4180) with the columns of a shape. Cells that a spreadsheet would take for a formula are guarded.
std::unique_ptr<LineWriter> make_csv_lines(std::string_view shape);

/// One CSV cell: quoted where needed; a beginning that a spreadsheet takes for a formula gets an apostrophe.
std::string csv_cell(const std::string& text);
/// As text; what is not UTF-8 is replaced.
std::string dump(const nlohmann::json& json);

}  // namespace bourse::market
