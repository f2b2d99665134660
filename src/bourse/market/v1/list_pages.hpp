// What the handlers of the index's lists share.
#pragma once

#include <bourse/market/v1/call.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace bourse::market {

/// `write(to, row)` describes a row.
template <class Row, class Write>
ListPage page_of_rows(const Call& call, const explorer::Page<Row>& page, const Write& write) {
    ListPage out;
    for (const auto& row : page.rows) call.add(out, [&](FieldWriter& to) { write(to, row); });
    out.total = page.total;
    if (page.next) out.next = std::to_string(*page.next);
    out.as_of = page.as_of;
    return out;
}

/// The order asked for; the first one where none is.
template <class Sort, std::size_t N>
Result<Sort> sort_of(const Call& call, const std::pair<std::string_view, Sort> (&orders)[N]) {
    const auto text = call.text("sort");
    if (!text || text->empty()) return orders[0].second;
    std::string names;
    for (const auto& [name, sort] : orders) {
        if (name == *text) return sort;
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return bad_parameter("sort", "must be one of " + names);
}

/// Absent: any. Errors: QUERY_INVALID.
Result<std::optional<explorer::Role>> role_of(const Call& call);

/// NOT_FOUND with what was looked for.
Error not_found(std::string_view what, const std::string& id);

}  // namespace bourse::market
