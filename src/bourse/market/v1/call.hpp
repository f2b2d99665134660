// One request of /v1: its parameters, typed, and the errors of those that cannot be read.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/explorer/columns.hpp>
#include <bourse/market/v1/fields.hpp>
#include <bourse/net/http.hpp>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::market {

using Json = nlohmann::json;

/// Rows of one page.
struct ListPage {
    std::vector<Json> items;
    std::string lines;       ///< of an export instead of the items, where the handler writes rows (Call::add)
    std::int64_t count = 0;  ///< rows in `lines`
    std::int64_t total = 0;
    std::optional<std::string> next;
    std::int64_t as_of = 0;
};

class Call {
public:
    Call(const net::Request& request, std::int64_t now_s) : request_(&request), now_s_(now_s) {}

    const net::Request& request() const noexcept { return *request_; }
    /// The chain's clock, seconds.
    std::int64_t now_s() const noexcept { return now_s_; }
    /// A page may be given by the caller, for exports in steps.
    explorer::Paging paging;

    /// Of an export: its rows are written as they come. Null: an answer of objects.
    LineWriter* lines = nullptr;
    /// Adds a row to the page in the form that this request wants.
    void add(ListPage& page, const RowFields& row) const;

    /// limit, cursor and asOf. Errors: QUERY_INVALID.
    Status<> read_paging();
    std::optional<std::string> text(std::string_view name) const { return request_->query_value(name); }
    /// A segment of the path.
    const std::string& segment(const std::string& name) const { return request_->params.at(name); }

    // Each: absent stays absent. Errors: QUERY_INVALID.
    Result<std::optional<std::int64_t>> count(std::string_view name) const;
    Result<std::optional<std::int64_t>> seconds(std::string_view name) const;  ///< given in milliseconds
    Result<std::optional<Address>> address(std::string_view name) const;
    Result<std::optional<Hash>> hash(std::string_view name) const;
    Result<explorer::TagClass> tag(explorer::TagClass absent) const;
    /// Of the path. Errors: QUERY_INVALID.
    Result<Hash> segment_hash(const std::string& name) const;
    Result<Address> segment_address(const std::string& name) const;

private:
    const net::Request* request_;
    std::int64_t now_s_;
};

/// {code: QUERY_INVALID, message, field}; the field goes to the answer's `field`.
tl::unexpected<Error> bad_parameter(std::string_view name, std::string_view what);

/// The body as an object. Errors: BODY_INVALID.
Result<Json> body_object(const net::Request& request);

}  // namespace bourse::market
