// Who may see and do what at the operator's calls.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>

#include <algorithm>

namespace bourse::market {

std::vector<Address> Api::pools_of(const Address& owner) const {
    std::vector<Address> out;
    explorer::ResourceFilter f;
    f.kind = explorer::ResourceKind::kWorkerpool;
    f.owner = owner;
    explorer::Paging all;
    all.limit = 1'000;
    for (const auto& pool : parts_.index.resources(f, all).rows) out.push_back(pool.address);
    return out;
}

Status<> Api::check_operator(const Address& who, const Address& pool) const {
    const auto owned = pools_of(who);
    if (std::ranges::find(owned, pool) != owned.end()) {
        // The scheduler behind this market runs one pool; owners of others have nothing to see or to do there.
        const auto served = ops_.pool();
        if (!served || address_from_hex(served->value("pool", "")) == pool) return {};
        return fail("FORBIDDEN", "The scheduler of this market runs the pool " + served->value("pool", std::string()) +
                                     "; ask the market beside your own scheduler.");
    }
    const auto row = parts_.index.resource(pool);
    return fail("FORBIDDEN", "Only the owner of this pool" +
                                 (row ? ", " + to_checksum(row->owner) + "," : std::string()) +
                                 " may do that; this session is of " + to_checksum(who) + ".");
}

/// The pool of a call: its parameter, else the scheduler's, else the newest one.
Result<Address> Api::pool_of(const Call& call) const {
    BOURSE_TRY(const auto given, call.address("workerpool"));
    if (given) return *given;
    if (const auto pool = ops_.pool())
        if (const auto address = address_from_hex(pool->value("pool", ""))) return *address;
    explorer::ResourceFilter f;
    f.kind = explorer::ResourceKind::kWorkerpool;
    const auto pools = parts_.index.resources(f, {});
    if (pools.rows.empty()) return fail("NOT_FOUND", "There is no workerpool on this chain.");
    return pools.rows.front().address;
}

Result<Address> Api::operated_pool(const Call& call) {
    BOURSE_TRY(const auto session, sessions_.of(call.request()));
    BOURSE_TRY(const auto pool, pool_of(call));
    BOURSE_CHECK(check_operator(session.address, pool));
    return pool;
}

Result<Address> Api::served_pool() const {
    BOURSE_TRY(const auto pool, ops_.pool());
    const auto address = address_from_hex(pool.value("pool", ""));
    if (!address) return fail("SCHEDULER_UNREACHABLE", "The scheduler does not say which pool it runs.");
    return *address;
}

bool Api::answers_for(const Address& who, const Json& worker) {
    return address_from_hex(worker.value("worker", "")) == who || address_from_hex(worker.value("owner", "")) == who;
}

/// Workers that a session may see: all of its pool, or those it answers for itself.
Result<std::vector<Json>> Api::workers_shown_to(const Address& who, const Address& pool) const {
    const auto allowed = check_operator(who, pool);
    const auto all = ops_.workers();
    if (!all) return fail(allowed ? all.error() : allowed.error());
    std::vector<Json> out;
    for (const auto& worker : *all)
        if (allowed || answers_for(who, worker)) out.push_back(worker);
    if (!allowed && out.empty()) return fail(allowed.error());
    return out;
}

Result<std::vector<Json>> Api::workers_shown_to(Call& call) {
    BOURSE_TRY(const auto session, sessions_.of(call.request()));
    BOURSE_TRY(const auto pool, pool_of(call));
    return workers_shown_to(session.address, pool);
}

}  // namespace bourse::market
