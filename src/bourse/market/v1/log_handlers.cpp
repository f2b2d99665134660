// Logs: lines that the scheduler keeps of a task or a worker, for whom they are meant.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/sys/clock.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace bourse::market {

namespace {

constexpr std::size_t kLogPage = 5'000;
/// A filter looks through so many lines at most; the answer says where it stopped.
constexpr std::size_t kMostLookedThrough = 200'000;

struct LineFilter {
    std::string text, source, level;
    std::optional<std::string> worker;

    bool none() const { return text.empty() && source.empty() && level.empty() && !worker; }
    bool fits(const Json& line) const {
        return (!worker || line["worker"] == *worker) && (source.empty() || line["source"] == source) &&
               (level.empty() || line["level"] == level) &&
               (text.empty() || line["text"].get_ref<const std::string&>().find(text) != std::string::npos);
    }
};

/// One line of a downloaded file.
std::string file_line(const Json& line, bool as_json) {
    if (as_json) return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    const auto time = line["time"].is_number() ? sys::iso8601_ms(line["time"].get<std::uint64_t>()) : std::string();
    const auto worker = line["worker"].is_string() ? " " + line["worker"].get<std::string>().substr(0, 10) : "";
    return time + " " + line["source"].get<std::string>() + worker + " " + line["text"].get<std::string>() + "\n";
}

}  // namespace

Result<LogSource> Api::log_source(const std::optional<Hash>& id, const std::optional<Address>& worker,
                                  const Address& who) const {
    if (!id) {
        if (!worker) return bad_parameter("task", "or worker is needed: whose lines are asked for");
        BOURSE_TRY(const auto pool, ops_.pool());
        const auto path = "/v1/workers/" + to_checksum(*worker) + "/lines";
        const auto allowed = check_operator(who, address_from_hex(pool.value("pool", "")).value_or(Address{}));
        if (allowed) return LogSource{path, address_from_hex(pool.value("scheduler", "")).value_or(who)};
        // The scheduler knows whom a worker's lines are for besides.
        const auto workers = ops_.workers().value_or(Json::array());
        const bool own = std::ranges::any_of(workers, [&](const Json& row) {
            return address_from_hex(row.value("worker", "")) == *worker && answers_for(who, row);
        });
        if (!own) return fail(allowed.error());
        return LogSource{path, who};
    }
    const auto task = parts_.index.task(*id);
    if (!task) return fail("NOT_FOUND", "There is no task " + to_hex(*id) + " on this chain yet.");
    if (task->requester != who && !check_operator(who, task->pool))
        return fail("FORBIDDEN",
                    "Logs are for the task's requester, " + to_checksum(task->requester) + ", and the pool's owner.");
    return LogSource{"/v1/tasks/" + to_hex(*id) + "/lines", task->requester};
}

Result<LogPage> Api::log_lines(const LogSource& source, std::optional<std::int64_t> after,
                               std::optional<std::int64_t> before, std::size_t limit) const {
    auto path = source.path + "?limit=" + std::to_string(limit);
    if (after) path += "&after=" + std::to_string(*after);
    if (before) path += "&before=" + std::to_string(*before);
    BOURSE_TRY(auto body, ops_.ask(path, source.reader));
    LogPage out{{}, body.value("kept_ms", std::int64_t{0})};
    for (auto& line : body["lines"]) {
        line["time"] = line["ms"];
        line.erase("ms");
        out.lines.push_back(std::move(line));
    }
    return out;
}

Result<Json> Api::logs_page(Call& call, const LogSource& source) const {
    BOURSE_TRY(const auto wanted, call.count("lines"));
    BOURSE_TRY(const auto before, call.count("before"));
    BOURSE_TRY(const auto after, call.count("after"));
    BOURSE_TRY(const auto worker, call.address("worker"));
    LineFilter filter{call.text("q").value_or(""), call.text("source").value_or(""), call.text("level").value_or(""),
                      std::nullopt};
    if (worker) filter.worker = to_checksum(*worker);
    const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(wanted.value_or(200), 1, 5'000));
    const auto step = filter.none() ? std::min(most + 1, kLogPage) : kLogPage;
    std::vector<Json> found;  // in the order of looking: the newest first, with `after` the oldest
    auto edge_after = after, edge_before = before;
    std::int64_t kept_ms = 0;
    for (std::size_t looked = 0; looked < kMostLookedThrough && found.size() <= most;) {
        BOURSE_TRY(auto page, log_lines(source, edge_after, edge_before, step));
        auto& lines = page.lines;
        if (lines.empty()) break;
        kept_ms = page.kept_ms;
        looked += lines.size();
        (after ? edge_after : edge_before) = (after ? lines.back() : lines.front())["position"].get<std::int64_t>();
        const bool last = lines.size() < step;
        if (!after) std::ranges::reverse(lines);
        for (auto& line : lines)
            if (filter.fits(line)) found.push_back(std::move(line));
        if (last) break;
    }
    const bool more = found.size() > most;
    if (more) found.resize(most);
    if (!after) std::ranges::reverse(found);
    Json out = {{"lines", std::move(found)}, {"more", more}, {"keptUntil", nullptr}};
    if (!out["lines"].empty()) out["keptUntil"] = out["lines"].back()["time"].get<std::int64_t>() + kept_ms;
    return out;
}

/// All lines as a file, streamed.
net::Response Api::logs_file(const LogSource& source, const std::string& name, bool as_json) const {
    net::Response out;
    out.headers["content-type"] = as_json ? "application/x-ndjson" : "text/plain; charset=utf-8";
    out.headers["content-disposition"] =
        fmt::format("attachment; filename=\"log_{}.{}\"", name, as_json ? "jsonl" : "txt");
    out.headers["x-content-type-options"] = "nosniff";
    out.headers["cache-control"] = "no-store";
    out.stream = [this, source, as_json, after = std::int64_t{0}](std::string& part) mutable {
        const auto page = log_lines(source, after, std::nullopt, kLogPage);
        if (!page) throw std::runtime_error(page.error().message);
        for (const auto& line : page->lines) part += file_line(line, as_json);
        if (!page->lines.empty()) after = page->lines.back()["position"].get<std::int64_t>();
        return page->lines.size() == kLogPage;
    };
    return out;
}

net::Response Api::logs(const net::Request& request) {
    Call call(request, now_s());
    const auto answer = [&]() -> Result<net::Response> {
        BOURSE_TRY(const auto session, sessions_.of(request));
        BOURSE_TRY(const auto task, call.hash("task"));
        BOURSE_TRY(const auto worker, call.address("worker"));
        BOURSE_TRY(const auto source, log_source(task, worker, session.address));
        const auto format = call.text("format").value_or("");
        if (format == "text" || format == "jsonl")
            return logs_file(source, task ? to_hex(*task) : to_checksum(*worker), format == "jsonl");
        if (!format.empty() && format != "json") return bad_parameter("format", "must be json, text or jsonl");
        BOURSE_TRY(auto page, logs_page(call, source));
        return content_answer(request, envelope(), std::move(page));
    }();
    return answer ? *answer : v1_refusal(answer.error());
}

void Api::bind_logs() {
    bind_raw("logs", [this](const net::Request& r) { return logs(r); });
}

}  // namespace bourse::market
