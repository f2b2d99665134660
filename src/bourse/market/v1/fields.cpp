#include <bourse/market/v1/fields.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/market/api_schemas.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace bourse::market {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kParties = 256;
constexpr std::int64_t kMostExact = (1LL << 53) - 1;

void append_number(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    out.append(digits.begin(), end);
}

// ---- an object

class ObjectWriter final : public FieldWriter {
public:
    void text(std::string_view name, std::string_view value) override { put(name, value); }
    void word(std::string_view name, std::string_view value) override { put(name, value); }
    void number(std::string_view name, std::int64_t value) override { put(name, value); }
    void boolean(std::string_view name, bool value) override { put(name, value); }
    void null(std::string_view name) override { put(name, nullptr); }
    void json(std::string_view name, const Json& value) override { put(name, value); }
    void begin(std::string_view name) override { open_.push_back(&put(name, Json::object())); }
    void end() override { open_.pop_back(); }

    Json take() { return std::move(row_); }

private:
    Json& put(std::string_view name, Json value) { return (*open_.back())[std::string(name)] = std::move(value); }

    Json row_ = Json::object();
    std::vector<Json*> open_{&row_};
};

// ---- a line of JSON

void append_json_text(std::string& out, std::string_view text) {
    const bool plain = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
    if (plain)
        out.append(1, '"').append(text).append(1, '"');
    else
        out += dump(Json(text));
}

class JsonTextWriter final : public FieldWriter {
public:
    explicit JsonTextWriter(std::string& out, std::size_t remembered = 0) : FieldWriter(remembered), out_(out) {}
    void text(std::string_view name, std::string_view value) override {
        key(name);
        append_json_text(out_, value);
    }
    void word(std::string_view name, std::string_view value) override {
        key(name);
        out_.append(1, '"').append(value).append(1, '"');
    }
    void number(std::string_view name, std::int64_t value) override {
        key(name);
        append_number(out_, value);
    }
    void boolean(std::string_view name, bool value) override {
        key(name);
        out_ += value ? "true" : "false";
    }
    void null(std::string_view name) override {
        key(name);
        out_ += "null";
    }
    void json(std::string_view name, const Json& value) override {
        key(name);
        out_ += dump(value);
    }
    void begin(std::string_view name) override {
        key(name);
        out_ += '{';
        first_ = true;
    }
    void end() override {
        out_ += '}';
        first_ = false;
    }
    /// Begins the next row.
    void open() {
        out_ += '{';
        first_ = true;
    }

private:
    void key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        out_.append(1, '"').append(name).append("\":");
    }

    std::string& out_;
    bool first_ = true;
};

class JsonLines final : public LineWriter {
public:
    void head(std::string&) const override {}
    void row(std::string& out, const RowFields& row) override {
        text_.clear();
        writer_.open();
        row(writer_);
        writer_.end();
        out.append(text_).append(1, '\n');
    }
    void row(std::string& out, const Json& row) const override { out.append(dump(row)).append(1, '\n'); }

private:
    std::string text_;
    JsonTextWriter writer_{text_, kParties};
};

// ---- a line of CSV

/// Texts that a spreadsheet would take for a formula are guarded, what would break the row is quoted.
void append_cell(std::string& out, std::string_view text) {
    const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
    if (text.find_first_of("\",\r\n") == std::string_view::npos) {
        if (formula) out += '\'';
        out += text;
        return;
    }
    out += formula ? "\"'" : "\"";
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    out += '"';
}

/// Goes through the columns as the members come: a member that is not the next column's is an error of the program.
class CsvWriter final : public FieldWriter {
public:
    explicit CsvWriter(const std::vector<Column>& columns) : FieldWriter(kParties), columns_(columns) {}

    void open(std::string& out) {
        out_ = &out;
        next_ = depth_ = 0;
    }
    void close() { BOURSE_ASSERT(next_ == columns_.size() && depth_ == 0); }

    void text(std::string_view name, std::string_view value) override {
        if (cell_) return cell_->text(name, value);
        cell(name);
        append_cell(*out_, value);
    }
    void word(std::string_view name, std::string_view value) override {
        if (cell_) return cell_->word(name, value);
        cell(name);
        *out_ += value;
    }
    void number(std::string_view name, std::int64_t value) override {
        if (cell_) return cell_->number(name, value);
        cell(name);
        append_number(*out_, value);
    }
    void boolean(std::string_view name, bool value) override {
        if (cell_) return cell_->boolean(name, value);
        cell(name);
        *out_ += value ? "true" : "false";
    }
    void json(std::string_view name, const Json& value) override {
        if (cell_) return cell_->json(name, value);
        cell(name);
        if (!value.is_null()) append_cell(*out_, value.is_string() ? value.get_ref<const std::string&>() : dump(value));
    }
    void null(std::string_view name) override {
        if (cell_) return cell_->null(name);
        // Of a member object all cells stay empty.
        do {
            BOURSE_ASSERT(is_next(name));
            separate();
        } while (is_next(name));
    }
    void begin(std::string_view name) override {
        if (cell_) {
            ++inner_;
            return cell_->begin(name);
        }
        BOURSE_ASSERT(is_next(name));
        ++depth_;
        if (columns_[next_].path.size() > depth_) return;
        scratch_.clear();
        cell_.emplace(scratch_);
        cell_->open();
    }
    void end() override {
        if (inner_ > 0) {
            --inner_;
            return cell_->end();
        }
        --depth_;
        if (!cell_) return;
        cell_->end();
        cell_.reset();
        separate();
        append_cell(*out_, scratch_);
    }

private:
    bool is_next(std::string_view name) const {
        return next_ < columns_.size() && columns_[next_].path.size() > depth_ && columns_[next_].path[depth_] == name;
    }
    void cell(std::string_view name) {
        BOURSE_ASSERT(is_next(name) && columns_[next_].path.size() == depth_ + 1);
        separate();
    }
    void separate() {
        if (next_++ != 0) *out_ += ',';
    }

    const std::vector<Column>& columns_;
    std::string* out_ = nullptr;
    std::size_t next_ = 0, depth_ = 0, inner_ = 0;  ///< inner_: objects open within the cell
    std::string scratch_;
    std::optional<JsonTextWriter> cell_;  ///< within an object of no shape
};

class CsvLines final : public LineWriter {
public:
    explicit CsvLines(std::string_view shape) : columns_(columns_of(shape)) {}

    void head(std::string& out) const override {
        for (const auto& column : columns_) out.append(&column == columns_.data() ? "" : ",").append(column.name);
        out += "\r\n";
    }
    void row(std::string& out, const RowFields& row) override {
        writer_.open(out);
        row(writer_);
        writer_.close();
        out += "\r\n";
    }
    void row(std::string& out, const Json& row) const override {
        for (const auto& column : columns_) {
            if (&column != columns_.data()) out += ',';
            append_cell_of(out, row, column);
        }
        out += "\r\n";
    }

private:
    static void append_cell_of(std::string& out, const Json& row, const Column& column) {
        const Json* at = &row;
        for (const auto& part : column.path) {
            if (!at->is_object()) return;
            const auto found = at->find(part);
            if (found == at->end()) return;
            at = &*found;
        }
        if (at->is_null()) return;
        append_cell(out, at->is_string() ? at->get_ref<const std::string&>() : dump(*at));
    }

    std::vector<Column> columns_;
    CsvWriter writer_{columns_};
};

void add_columns(std::string_view shape, const Column& above, std::vector<Column>& out) {
    const auto shapes = api_shapes();
    const auto found = std::ranges::find(shapes, shape, &ApiShape::name);
    if (found == shapes.end()) return;
    for (const auto& field : found->fields) {
        auto column = above;
        column.path.emplace_back(field.name);
        column.name += (above.path.empty() ? "" : ".") + std::string(field.name);
        auto type = field.type;
        if (type.ends_with('?')) type.remove_suffix(1);
        if (type.starts_with('@') && !type.ends_with("[]"))
            add_columns(type.substr(1), column, out);
        else
            out.push_back(std::move(column));
    }
}

}  // namespace

// ---- writers

void FieldWriter::hex(std::string_view name, ByteView bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    scratch_ = "0x";
    for (const auto byte : bytes) scratch_.append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    word(name, scratch_);
}

void FieldWriter::address(std::string_view name, const Address& value) {
    if (known_.empty()) return word(name, to_checksum(value));
    auto& known = known_[value.data[19] % known_.size()];
    if (known.text.empty() || known.address != value) known = {value, to_checksum(value)};
    word(name, known.text);
}

void FieldWriter::amount(std::string_view name, std::int64_t nrlc) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), nrlc).ptr;
    word(name, std::string_view(digits.begin(), end));
}

void FieldWriter::count(std::string_view name, std::int64_t value) { number(name, std::min(value, kMostExact)); }

nlohmann::json as_json(const RowFields& row) {
    ObjectWriter writer;
    row(writer);
    return writer.take();
}

std::vector<Column> columns_of(std::string_view shape) {
    std::vector<Column> out;
    add_columns(shape, {}, out);
    return out;
}

std::unique_ptr<LineWriter> make_json_lines() { return std::make_unique<JsonLines>(); }
std::unique_ptr<LineWriter> make_csv_lines(std::string_view shape) { return std::make_unique<CsvLines>(shape); }

std::string csv_cell(const std::string& text) {
    std::string out;
    append_cell(out, text);
    return out;
}

std::string dump(const nlohmann::json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace bourse::market
