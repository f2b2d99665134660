// Answers of /v1: envelope, pages, refusals, entity tags, exports.
#pragma once

#include <bourse/market/v1/call.hpp>

#include <functional>

namespace bourse::market {

/// What every answer says beside its content.
struct Envelope {
    std::uint64_t chain = 0;
    std::int64_t height = 0;
};

/// 200 with the members of `content`; 304 when the request names its entity tag.
net::Response content_answer(const net::Request& request, const Envelope& envelope, Json content);
net::Response page_answer(const net::Request& request, const Envelope& envelope, ListPage page);
/// {code, message, field?, hint?, request} with the status that the code stands for.
net::Response v1_refusal(const Error& error);
int v1_status(const std::string& code);
net::Response json_answer(int status, const Json& body);

/// Requests that an export counts as: it goes through a whole list.
inline constexpr unsigned kExportCost = 10;

using ListHandler = std::function<Result<ListPage>(Call&)>;
/// All rows of a list as lines of CSV or JSON (fields.hpp), streamed page by page.
net::Response export_answer(const net::Request& request, const Envelope& envelope, std::int64_t now_s,
                            std::string_view shape, std::string_view list, const ListHandler& handler);

}  // namespace bourse::market
