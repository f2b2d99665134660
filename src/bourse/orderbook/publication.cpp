#include <bourse/orderbook/publication.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/contracts.hpp>

#include <nlohmann/json.hpp>

namespace bourse::orderbook {

namespace {

struct OrderHead {
    Address subject;
    ByteView sign;
    Hash digest;
};

OrderHead head_of(const poco::AnyOrder& order, const Hash& separator) {
    return std::visit(
        [&](const auto& o) {
            return OrderHead{poco::subject(o), o.sign, poco::digest(separator, o)};
        },
        order);
}

std::string kind_name(poco::OrderKind kind) { return std::string(poco::to_text(kind)); }

/// Numbers that JSON keeps exactly, and a signature.
Status<> check_shape(const poco::AnyOrder& order) {
    const auto terms = terms_of(order);
    const Uint256 limit(kMaxSafeInteger);
    for (const auto& [name, value] : {std::pair{"price", terms.price}, std::pair{"volume", terms.volume},
                                      std::pair{"category", terms.category}, std::pair{"trust", terms.trust}})
        if (value > limit)
            return fail("ORDER_INVALID", std::string(name) + " must be a safe integer (at most 9007199254740991)");
    if (const auto* request = std::get_if<poco::RequestOrder>(&order);
        request != nullptr && (request->appmaxprice > limit || request->datasetmaxprice > limit))
        return fail("ORDER_INVALID",
                    "appmaxprice and datasetmaxprice must be safe integers (at most 9007199254740991)");
    if (std::visit([](const auto& o) { return o.sign.empty(); }, order))
        return fail("ORDER_INVALID", "sign is a required field: sign the order before publishing it");
    return {};
}

Address registry_of(poco::OrderKind kind, const client::HubFacts& facts) {
    switch (kind) {
        case poco::OrderKind::kApp:
            return facts.app_registry;
        case poco::OrderKind::kDataset:
            return facts.dataset_registry;
        case poco::OrderKind::kWorkerpool:
            return facts.workerpool_registry;
        case poco::OrderKind::kRequest:
            return {};
    }
    return {};
}

}  // namespace

std::optional<Uint256> required_stake(const poco::AnyOrder& order, std::uint64_t remaining) {
    if (const auto* pool = std::get_if<poco::WorkerpoolOrder>(&order)) {
        const auto stake = mul_div(pool->workerpoolprice, poco::kWorkerpoolStakeRatio, 100);
        return stake ? checked_mul(*stake, remaining) : std::nullopt;
    }
    const auto* request = std::get_if<poco::RequestOrder>(&order);
    if (request == nullptr) return Uint256();
    const auto resources = checked_add(request->appmaxprice, request->datasetmaxprice);
    const auto price = resources ? checked_add(*resources, request->workerpoolmaxprice) : std::nullopt;
    return price ? checked_mul(*price, remaining) : std::nullopt;
}

std::size_t kill_dependants(OrderBook& book, poco::OrderKind kind, const Address& resource) {
    if (kind != poco::OrderKind::kApp && kind != poco::OrderKind::kDataset) return 0;
    std::size_t killed = 0;
    for (const auto& request : book.open_requests_for(kind, resource)) {
        if (book.has_match(kind, std::get<poco::RequestOrder>(request.order))) continue;
        book.set_state(request.hash, request.remaining, OrderStatus::kDead);
        ++killed;
    }
    return killed;
}

Result<Address> Publication::owner_of(poco::OrderKind kind, const poco::AnyOrder& order) const {
    const auto subject = std::visit([](const auto& o) { return poco::subject(o); }, order);
    if (kind == poco::OrderKind::kRequest) return subject;
    BOURSE_TRY(const auto facts, chain_->facts());
    BOURSE_TRY(const bool registered, chain_->is_registered(registry_of(kind, facts), subject));
    if (!registered)
        return fail("RESOURCE_UNREGISTERED",
                    kind_name(kind) + " " + to_checksum(subject) + " is not deployed on this chain");
    return chain_->resource_owner(subject);
}

Status<> Publication::check_owner(poco::OrderKind kind, const poco::AnyOrder& order, const Address& authorised) const {
    BOURSE_TRY(const auto owner, owner_of(kind, order));
    if (owner == authorised) return {};
    const auto who = kind == poco::OrderKind::kRequest ? "the requester" : "the " + kind_name(kind) + "'s owner";
    return fail("NOT_OWNER",
                "only " + who + " " + to_checksum(owner) + " can publish this order, not " + to_checksum(authorised));
}

Result<std::uint64_t> Publication::remaining_volume(const OrderRecord& record) {
    const poco::OrderHash id(record.hash);
    BOURSE_TRY(const auto consumed, chain_->consumed(std::span(&id, 1)));
    const auto left = checked_sub(terms_of(record.order).volume, consumed.at(0));
    if (!left || left->is_zero())
        return fail("ORDER_CONSUMED", "order is fully consumed: its whole volume is filled or canceled on chain");
    return left->low_u64();
}

Status<> Publication::check_funds(const OrderRecord& record) {
    const auto required = required_stake(record.order, record.remaining);
    if (required && required->is_zero()) return {};
    BOURSE_TRY(const auto accounts, chain_->accounts(std::span(&record.signer, 1)));
    const auto& stake = accounts.at(0).stake;
    if (required && stake >= *required) return {};
    const bool pool = record.kind == poco::OrderKind::kWorkerpool;
    return fail("STAKE_TOO_LOW",
                std::string(pool ? "workerpool owner's" : "requester's") +
                    " stake is too low: " + (required ? to_decimal(*required) : std::string("more than exists")) +
                    " nRLC are needed for a remaining volume of " + std::to_string(record.remaining) + ", " +
                    to_decimal(stake) + " nRLC are free. Deposit first: bourse account deposit");
}

Status<> Publication::check_matchable(const poco::AnyOrder& order) {
    const auto* request = std::get_if<poco::RequestOrder>(&order);
    if (request == nullptr) return {};
    if (!book_->has_match(poco::OrderKind::kApp, *request))
        return fail("NO_MATCHABLE_ORDER", "no open app order of " + to_checksum(request->app) +
                                              " fits: price at most " + to_decimal(request->appmaxprice) +
                                              " nRLC, tag and restrictions");
    if (!request->dataset.is_zero() && !book_->has_match(poco::OrderKind::kDataset, *request))
        return fail("NO_MATCHABLE_ORDER", "no open dataset order of " + to_checksum(request->dataset) +
                                              " fits: price at most " + to_decimal(request->datasetmaxprice) +
                                              " nRLC and restrictions");
    return {};
}

Result<OrderRecord> Publication::publish(poco::OrderKind kind, const nlohmann::json& json, const Address& authorised) {
    BOURSE_TRY(auto order, poco::order_from_json(kind, json));
    BOURSE_CHECK(check_shape(order));
    BOURSE_TRY(const auto facts, chain_->facts());
    const auto head = head_of(order, facts.domain_separator);
    const std::lock_guard lock(*mutex_);
    const auto known = book_->find(kind, head.digest);
    if (known && known->status != OrderStatus::kDead)
        return fail("ORDER_KNOWN", "order " + to_hex(head.digest) + " is already published, its status is " +
                                       std::string(to_text(known->status)));
    BOURSE_CHECK(check_owner(kind, order, authorised));
    BOURSE_TRY(const bool valid, chain_->verify_signature(authorised, head.digest, head.sign));
    if (!valid) return fail("SIGNATURE_INVALID", "invalid sign: it is not the signature of " + to_checksum(authorised));
    if (book_->count_open(kind, authorised) >= rules_.max_open_orders)
        return fail("TOO_MANY_ORDERS", "a wallet can have " + std::to_string(rules_.max_open_orders) + " open " +
                                           kind_name(kind) + "orders: unpublish one first");
    OrderRecord record{kind,
                       head.digest,
                       std::move(order),
                       authorised,
                       0,
                       OrderStatus::kOpen,
                       known ? known->published_ms : now_ms_()};
    BOURSE_TRY(record.remaining, remaining_volume(record));
    BOURSE_CHECK(check_funds(record));
    BOURSE_CHECK(check_matchable(record.order));
    if (note_counts_) {
        BOURSE_TRY(const auto latest, chain_->head());
        book_->note_count(record.hash, latest.number);
    }
    book_->put(record);
    if (on_change) on_change(book_->take_touched());
    return record;
}

Result<std::vector<Hash>> Publication::withdraw(poco::OrderKind kind, const Withdrawal& what,
                                                const Address& authorised) {
    const std::lock_guard lock(*mutex_);
    std::vector<OrderRecord> records;
    if (what.target == Withdrawal::Target::kOne) {
        const auto found = book_->find(kind, what.hash);
        if (found && found->signer == authorised && found->status == OrderStatus::kOpen) records.push_back(*found);
    } else {
        records = book_->open_of(kind, authorised, what.resource);
        if (what.target == Withdrawal::Target::kLast && records.size() > 1)
            records.erase(records.begin(), records.end() - 1);
    }
    if (records.empty())
        return fail("ORDER_NOT_FOUND",
                    "no open " + kind_name(kind) + "order of " + to_checksum(authorised) + " matches");
    const auto now_ms = now_ms_();
    for (const auto& record : records)
        if (record.published_ms + rules_.min_rest_ms > now_ms)
            return fail("ORDER_RESTING", "an order rests at least " + std::to_string(rules_.min_rest_ms) +
                                             " ms at the market: withdraw it again in " +
                                             std::to_string(record.published_ms + rules_.min_rest_ms - now_ms) +
                                             " ms, or close it on chain");
    std::vector<Hash> out;
    db_->transaction([&] {
        for (const auto& record : records) {
            book_->remove(record.hash);
            out.push_back(record.hash);
        }
        for (const auto& record : records)
            kill_dependants(*book_, kind, std::visit([](const auto& o) { return poco::subject(o); }, record.order));
    });
    if (on_change) on_change(book_->take_touched());
    return out;
}

}  // namespace bourse::orderbook
