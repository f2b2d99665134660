// What an operator does; alerts, audit and webhooks as lists.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>

#include <algorithm>

namespace bourse::market {

namespace {

std::string body_text(const Json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ListPage whole_list(std::vector<Json> items, std::int64_t height) {
    ListPage page;
    page.items = std::move(items);
    page.total = static_cast<std::int64_t>(page.items.size());
    page.as_of = height;
    return page;
}

}  // namespace

Result<ListPage> Api::ops_alerts(Call& call) {
    BOURSE_TRY(const auto pool, operated_pool(call));
    return whole_list(alerts_of(pool), parts_.index.height());
}

Result<ListPage> Api::ops_audit(Call& call) {
    BOURSE_CHECK(operated_pool(call));
    return whole_list(ops_.audit(call.paging.limit), parts_.index.height());
}

/// The pool that a body names, else the one of the call; for its operator.
Result<OperatorCall> Api::operator_call(Call& call) {
    OperatorCall out;
    BOURSE_TRY(const auto session, sessions_.of(call.request()));
    out.who = session.address;
    BOURSE_TRY(out.body, body_object(call.request()));
    BOURSE_TRY(out.pool, pool_of(call));
    if (const auto text = body_text(out.body, "workerpool"); !text.empty()) {
        const auto given = parse_address(text);
        if (!given) return fail("BODY_INVALID", "workerpool: " + given.error().message);
        out.pool = *given;
    }
    return out;
}

/// The pool, or with a target one of its workers.
Result<Json> Api::ops_drain(const Address& who, bool draining, const std::string& target, const std::string& reason) {
    std::optional<Address> worker;
    bool before = false;
    if (target.empty()) {
        const auto pool = ops_.pool();
        before = pool && pool->value("draining", false);
    } else {
        const auto address = parse_address(target);
        if (!address) return fail("BODY_INVALID", "target: " + address.error().message);
        worker = *address;
        const auto workers = ops_.workers().value_or(Json::array());
        const auto found = std::ranges::find(workers, to_checksum(*worker),
                                             [](const Json& row) { return row.value("worker", std::string()); });
        before = found != workers.end() && found->value("draining", false);
    }
    const std::string action = draining ? "drain" : "resume";
    BOURSE_CHECK(ops_.order(action, worker));
    const auto word = [](bool drains) { return drains ? "draining" : "taking tasks"; };
    ops_.note(who, action, target, word(before), word(draining), reason);
    const std::string subject = worker ? "The worker" : "The pool";
    return Json{{"done", true}, {"message", subject + (draining ? " takes no new tasks." : " takes tasks again.")}};
}

Result<Json> Api::ops_act(Call& call) {
    BOURSE_TRY(const auto given, operator_call(call));
    const auto action = body_text(given.body, "action"), target = body_text(given.body, "target");
    const auto reason = body_text(given.body, "reason");
    if (action == "pause" || action == "unpause") return ops_pause(given.who, action == "pause", target, reason);
    if (action == "terms") return ops_terms(given.who, given.body, target, reason);
    BOURSE_CHECK(check_operator(given.who, given.pool));
    if (action == "ban" || action == "unban") return ops_ban(given.who, action == "ban", target, reason);
    if (action == "drain" || action == "resume") return ops_drain(given.who, action == "drain", target, reason);
    if (action == "acknowledge" || action == "silence") {
        const auto until = given.body.find("until");
        const auto ms = action == "silence" && until != given.body.end() && until->is_number_unsigned()
                            ? until->get<std::uint64_t>()
                            : 0;
        if (action == "silence" && ms == 0) return fail("BODY_INVALID", "until must be the time in milliseconds");
        BOURSE_CHECK(ops_.acknowledge(target, ms));
        ops_.note(given.who, action, target, "", "", reason);
        return Json{{"done", true}, {"message", "Alert " + target + (ms == 0 ? " is acknowledged." : " is silenced.")}};
    }
    return fail("ACTION_UNKNOWN",
                "action must be drain, resume, ban, unban, pause, unpause, terms, acknowledge or silence");
}

Result<Json> Api::ops_add_hook(Call& call) {
    BOURSE_TRY(const auto given, operator_call(call));
    BOURSE_CHECK(check_operator(given.who, given.pool));
    const auto url = body_text(given.body, "url");
    const auto secret = given.body.find("secret");
    const bool with_secret = secret != given.body.end() && !secret->is_null();
    if (with_secret && !secret->is_string()) return fail("BODY_INVALID", "secret must be text");
    BOURSE_TRY(auto hook,
               hooks_.add(given.pool, url, with_secret ? std::optional(secret->get<std::string>()) : std::nullopt));
    ops_.note(given.who, "add webhook", url, "", hook["id"].get<std::string>(), "");
    return hook;
}

Result<Json> Api::ops_remove_hook(Call& call) {
    BOURSE_TRY(const auto session, sessions_.of(call.request()));
    BOURSE_TRY(const auto pool, operated_pool(call));
    const auto& id = call.segment("id");
    BOURSE_CHECK(hooks_.remove(pool, id));
    ops_.note(session.address, "remove webhook", id, "", "", "");
    return Json{{"done", true}, {"message", "The webhook is removed, and what waited for it."}};
}

void Api::bind_ops() {
    bind_item("ops_overview", [this](Call& c) { return ops_overview(c); });
    bind_list("ops_workers", [this](Call& c) { return ops_workers(c); });
    bind_list("ops_tasks", [this](Call& c) { return ops_tasks(c); });
    bind_list("ops_earnings", [this](Call& c) { return ops_earnings(c); });
    bind_list("ops_alerts", [this](Call& c) { return ops_alerts(c); });
    bind_list("ops_audit", [this](Call& c) { return ops_audit(c); });
    bind_item("ops_act", [this](Call& c) { return ops_act(c); });
    bind_list("ops_hooks", [this](Call& c) -> Result<ListPage> {
        BOURSE_TRY(const auto pool, operated_pool(c));
        return whole_list(hooks_.list(pool), parts_.index.height());
    });
    bind_item("ops_add_hook", [this](Call& c) { return ops_add_hook(c); });
    bind_item("ops_remove_hook", [this](Call& c) { return ops_remove_hook(c); });
    bind_item("timeline", [this](Call& c) { return timeline(c); });
}

}  // namespace bourse::market
