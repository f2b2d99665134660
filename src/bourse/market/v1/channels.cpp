// What the feed's channels hold.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/feed.hpp>
#include <bourse/market/v1/render.hpp>

#include <algorithm>
#include <set>

namespace bourse::market {

namespace {

using Trigger = ChannelSpec::Trigger;

constexpr std::int64_t kBookRows = 500;
constexpr std::int64_t kRows = 20;
constexpr std::size_t kLogLines = 200;        ///< of a snapshot
constexpr std::size_t kMostNewLines = 4'000;  ///< of one delta

std::vector<std::string> parts_of(const std::string& name) {
    std::vector<std::string> out;
    for (std::size_t begin = 0; begin <= name.size();) {
        const auto end = std::min(name.find(':', begin), name.size());
        out.push_back(name.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

Error unknown_channel(const std::string& name) {
    return {"UNKNOWN_CHANNEL",
            "There is no channel \"" + name.substr(0, 100) + "\"; docs/reference/feed.md lists them."};
}

/// "3-none-0"
std::optional<explorer::Commodity> commodity_of(const std::string& text) {
    const auto first = text.find('-');
    const auto last = text.rfind('-');
    if (first == std::string::npos || first == last) return std::nullopt;
    const auto category = uint256_from_decimal(text.substr(0, first));
    const auto tag = explorer::tag_class_from(text.substr(first + 1, last - first - 1));
    const auto trust = uint256_from_decimal(text.substr(last + 1));
    if (!category || *category > Uint256(65'535) || !tag || !trust || *trust > Uint256(1ULL << 53)) return std::nullopt;
    return explorer::Commodity{static_cast<std::int64_t>(category->low_u64()), *tag,
                               static_cast<std::int64_t>(trust->low_u64())};
}

/// The first page of a list call with the given query.
std::function<Result<Json>()> list_call(Api& api, std::string route, std::multimap<std::string, std::string> query,
                                        std::int64_t rows = kRows) {
    return [&api, route = std::move(route), query = std::move(query), rows]() -> Result<Json> {
        net::Request request;
        request.method = "GET";
        request.query = query;
        Call call(request, api.now_s());
        call.paging.limit = rows;
        BOURSE_TRY(auto page, api.list(route, call));
        return Json{{"items", std::move(page.items)}, {"total", page.total}};
    };
}

ChannelSpec items(std::function<Result<Json>()> compute, unsigned triggers, const char* key) {
    return {std::move(compute), triggers, {{"items", key}}, {}};
}

Result<ChannelSpec> prices(Api& api, const std::vector<std::string>& parts, const std::string& name) {
    const auto commodity = commodity_of(parts.at(1));
    if (!commodity) return fail(unknown_channel(name));
    const std::multimap<std::string, std::string> query{{"category", std::to_string(commodity->category)},
                                                        {"tag", std::string(explorer::to_text(commodity->tag))},
                                                        {"trust", std::to_string(commodity->trust)}};
    if (parts[0] == "ticker" && parts.size() == 2)
        return ChannelSpec{[&api, c = *commodity]() -> Result<Json> { return api.ticker_content(c); },
                           Trigger::kChain | Trigger::kOrders,
                           {},
                           {}};
    if (parts[0] == "trades" && parts.size() == 2)
        return items(list_call(api, "trades", query), Trigger::kChain, "deal");
    if (parts[0] == "book" && parts.size() == 3 && (parts[2] == "orders" || parts[2] == "levels")) {
        const bool levels = parts[2] == "levels";
        const char* key = levels ? "price" : "hash";
        return ChannelSpec{[&api, c = *commodity, levels] { return api.book_content(c, levels, 1, kBookRows); },
                           Trigger::kChain | Trigger::kOrders,
                           {{"asks", key}, {"bids", key}},
                           "remaining"};
    }
    if (parts[0] == "candles" && parts.size() == 3) {
        auto with_width = query;
        with_width.emplace("res", parts[2]);
        net::Request probe;
        probe.query = with_width;
        Call trial(probe, api.now_s());
        if (!api.item("candles", trial)) return fail(unknown_channel(name));
        return ChannelSpec{[&api, with_width]() -> Result<Json> {
                               net::Request request;
                               request.query = with_width;
                               Call call(request, api.now_s());
                               BOURSE_TRY(auto content, api.item("candles", call));
                               return Json{{"candles", std::move(content["candles"])}};
                           },
                           Trigger::kChain,
                           {{"candles", "time"}},
                           {},
                           false,
                           candle_width_s(parts[2]).value_or(0)};
    }
    return fail(unknown_channel(name));
}

Result<ChannelSpec> deals(Api& api, const std::vector<std::string>& parts, const std::optional<Address>& who,
                          const std::string& name) {
    std::multimap<std::string, std::string> query;
    if (parts.size() == 2 && parts[1] == "mine") {
        if (!who) return fail("AUTH_NEEDED", "deals:mine needs auth with the token of a session.");
        query.emplace("mine", to_checksum(*who));
    } else if (parts.size() >= 2) {
        const auto address = parse_address(parts.back());
        if (!address || parts.size() > 3) return fail(unknown_channel(name));
        query.emplace("mine", parts.back());
        if (parts.size() == 3) query.emplace("role", parts[1]);
    }
    auto compute = list_call(api, "deals", query);
    if (!compute()) return fail(unknown_channel(name));
    return items(std::move(compute), Trigger::kChain, "id");
}

Result<ChannelSpec> one_of(Api& api, const std::vector<std::string>& parts, const std::string& name) {
    if (parts[0] == "address") {
        const auto address = parse_address(parts[1]);
        if (!address) return fail(unknown_channel(name));
        return ChannelSpec{[&api, address = *address]() -> Result<Json> {
                               explorer::Paging few;
                               auto row = api.parts().index.account(address);
                               if (!row) row = explorer::AccountRow{.address = address};
                               Json out = {{"account", render(*row)}, {"entries", Json::array()}};
                               for (const auto& entry : api.parts().index.entries(address, {}, few).rows)
                                   out["entries"].push_back(render(entry));
                               return out;
                           },
                           Trigger::kChain,
                           {{"entries", "index"}},
                           {}};
    }
    const auto id = hash_from_hex(parts[1]);
    if (!id) return fail(unknown_channel(name));
    if (parts[0] == "deal")
        return ChannelSpec{[&api, id = *id]() -> Result<Json> {
                               const auto deal = api.parts().index.deal(id);
                               if (!deal) return Json{{"deal", nullptr}, {"tasks", Json::array()}};
                               Json out = {{"deal", render(*deal, api.now_s())}, {"tasks", Json::array()}};
                               for (const auto& task : api.parts().index.tasks_of(*deal, deal->first_index, 50))
                                   out["tasks"].push_back(render(task, api.now_s()));
                               return out;
                           },
                           Trigger::kChain,
                           {{"tasks", "id"}},
                           {}};
    return ChannelSpec{[&api, id = *id]() -> Result<Json> {
                           const auto task = api.parts().index.task(id);
                           return task ? api.task_detail(*task) : Json(Json::object());
                       },
                       Trigger::kChain,
                       {},
                       {}};
}

/// Lines of a task or a worker as they come.
Result<ChannelSpec> logs(Api& api, const std::vector<std::string>& parts, const Address& who, const std::string& name) {
    const auto task = hash_from_hex(parts[1]);
    const auto worker = task ? std::nullopt : address_from_hex(parts[1]);
    if (parts.size() != 2 || (!task && !worker)) return fail(unknown_channel(name));
    BOURSE_TRY(const auto source, api.log_source(task, worker, who));
    const auto first = [&api, source]() -> Result<Json> {
        BOURSE_TRY(auto page, api.log_lines(source, std::nullopt, std::nullopt, kLogLines));
        return Json{{"lines", std::move(page.lines)}};
    };
    const auto follow = [&api, source](Json& content) -> Result<Json> {
        auto& known = content["lines"];
        auto fresh = Json::array();
        auto after = known.empty() ? std::int64_t{0} : known.back()["position"].get<std::int64_t>();
        while (fresh.size() < kMostNewLines) {
            BOURSE_TRY(auto page, api.log_lines(source, after, std::nullopt, kMostNewLines));
            if (page.lines.empty()) break;
            after = page.lines.back()["position"].get<std::int64_t>();
            const bool last = page.lines.size() < kMostNewLines;
            for (auto& line : page.lines) fresh.push_back(std::move(line));
            if (last) break;
        }
        if (fresh.empty()) return Json(nullptr);
        for (const auto& line : fresh) known.push_back(line);
        if (known.size() > kLogLines) known.erase(known.begin(), known.end() - static_cast<std::ptrdiff_t>(kLogLines));
        return Json{{"lines", std::move(fresh)}};
    };
    BOURSE_CHECK(first());
    ChannelSpec spec{first, Trigger::kLog, {{"lines", "position"}}};
    spec.slow = true;
    spec.follow = follow;
    return spec;
}

/// Channels of the pool's operator: the scheduler is asked.
Result<ChannelSpec> operators(Api& api, const std::vector<std::string>& parts, const Address& who,
                              const std::string& name) {
    BOURSE_TRY(const auto pool, api.served_pool());
    ChannelSpec spec;
    spec.triggers = Trigger::kTimer;
    spec.slow = true;
    if (parts[1] == "workers") {  // of others than the operator their own
        spec.compute = [&api, who, pool]() -> Result<Json> { return api.worker_items(who, pool); };
        if (!api.check_operator(who, pool)) BOURSE_CHECK(spec.compute());
        return spec;
    }
    BOURSE_CHECK(api.check_operator(who, pool));
    if (parts[1] == "alerts") {
        spec.compute = [&api, pool]() -> Result<Json> { return Json{{"items", api.alerts_of(pool)}}; };
    } else if (parts[1] == "metrics") {
        spec.compute = [&api, pool]() -> Result<Json> {
            net::Request request;
            request.query.emplace("workerpool", to_checksum(pool));
            Call call(request, api.now_s());
            return api.item("ops_overview", call);
        };
    } else if (parts[1] == "tasks") {
        spec.compute = [&api, pool]() -> Result<Json> { return api.pool_task_items(pool, kRows); };
        spec.triggers |= Trigger::kChain;
    } else {
        return fail(unknown_channel(name));
    }
    return spec;
}

}  // namespace

Result<ChannelSpec> channel_spec(Api& api, const std::string& name, const std::optional<Address>& who,
                                 const std::function<Json()>& status, const std::function<Json()>& blocks) {
    const auto parts = parts_of(name);
    const auto& kind = parts[0];
    if (kind == "status" && parts.size() == 1)
        return ChannelSpec{[status]() -> Result<Json> { return status(); }, Trigger::kBlock | Trigger::kTimer, {}, {}};
    if (kind == "blocks" && parts.size() == 1)
        return items([blocks]() -> Result<Json> { return Json{{"items", blocks()}}; }, Trigger::kBlock, "number");
    if (kind == "deals" && parts.size() <= 3) return deals(api, parts, who, name);
    if (kind == "tasks" && parts.size() == 1) return items(list_call(api, "tasks", {}), Trigger::kChain, "id");
    if (parts.size() < 2) return fail(unknown_channel(name));
    if (kind == "ticker" || kind == "book" || kind == "trades" || kind == "candles") return prices(api, parts, name);
    if (kind == "registry" && parts.size() == 2 &&
        (parts[1] == "app" || parts[1] == "dataset" || parts[1] == "workerpool"))
        return items(list_call(api, parts[1] + "s", {}), Trigger::kChain, "address");
    if ((kind == "deal" || kind == "task" || kind == "address") && parts.size() == 2) return one_of(api, parts, name);
    if (kind != "orders" && kind != "ops" && kind != "logs") return fail(unknown_channel(name));
    if (!who) return fail("AUTH_NEEDED", "This channel needs auth with the token of a session.");
    if (kind == "ops") return operators(api, parts, *who, name);
    if (kind == "logs") return logs(api, parts, *who, name);
    const auto address = parts[1] == "mine" ? Result<Address>(*who) : parse_address(parts[1]);
    if (!address || parts.size() != 2) return fail(unknown_channel(name));
    if (*address != *who) return fail("FORBIDDEN", "Orders of another wallet are shown in the book only.");
    return ChannelSpec{[&api, who = *who]() -> Result<Json> {
                           return Json{{"items", api.open_orders_of(who)}};
                       },
                       Trigger::kOrders | Trigger::kChain,
                       {{"items", "hash"}},
                       "remaining"};
}

Json take_reverted(const ChannelSpec& spec, const std::string& name, Json& content,
                   const explorer::Reverted& reverted) {
    std::set<std::string> ids;
    for (const auto* hashes : {&reverted.deals, &reverted.tasks})
        for (const auto& id : *hashes) ids.insert(to_hex(id));
    for (const auto& address : reverted.resources) ids.insert(to_checksum(address));
    const auto is_void = [&](const Json& row, const std::string& key) {
        const auto& id = row[key];
        if (id.is_string()) return ids.contains(id.get<std::string>());
        if (key == "number") return id.get<std::int64_t>() > reverted.height;
        // A bucket with a reverted trade comes again with what is left of it.
        if (spec.bucket_s > 0)
            return reverted.first_s && id.get<std::int64_t>() / 1'000 + spec.bucket_s > *reverted.first_s;
        const auto block = row.find("block");
        return block != row.end() && block->is_number() && block->get<std::int64_t>() > reverted.height;
    };
    auto out = Json::array();
    const auto parts = parts_of(name);
    const bool one = (parts[0] == "deal" || parts[0] == "task") && parts.size() == 2 && ids.contains(parts[1]);
    if (one) {
        out.push_back(parts[1]);
        content = parts[0] == "deal" ? Json{{"deal", nullptr}, {"tasks", Json::array()}} : Json::object();
    }
    for (const auto& [array, key] : spec.keyed) {
        if (!content.contains(array)) continue;
        auto left = Json::array();
        for (auto& row : content[array]) {
            if (is_void(row, key))
                out.push_back(row[key]);
            else
                left.push_back(std::move(row));
        }
        content[array] = std::move(left);
    }
    return out;
}

Json channel_delta(const ChannelSpec& spec, const Json& before, const Json& now) {
    if (before == now) return nullptr;
    if (spec.keyed.empty() || !before.is_object() || !now.is_object()) return now;
    Json out = now;
    for (const auto& [array, key] : spec.keyed) {
        std::map<Json, const Json*> known;
        if (before.contains(array))
            for (const auto& row : before[array]) known.emplace(row[key], &row);
        auto rows = Json::array();
        for (const auto& row : now[array]) {
            const auto found = known.find(row[key]);
            if (found == known.end() || *found->second != row) rows.push_back(row);
            if (found != known.end()) known.erase(found);
        }
        if (!spec.removed_as_zero.empty())
            for (const auto& [name, row] : known) {
                auto gone = *row;
                gone[spec.removed_as_zero] = 0;
                rows.push_back(std::move(gone));
            }
        out[array] = std::move(rows);
    }
    return out;
}

}  // namespace bourse::market
