// poco.md §5–§7: signatures, order management, matching.
#include "model.hpp"

namespace bourse::model {

namespace events = poco::events;

namespace {

bool bit(const Bytes32& tag, unsigned index) { return (tag.data[31 - index / 8] >> (index % 8) & 1) != 0; }

/// §7.1: framework bits 1 to 3 of a dataset's tag do not count.
Bytes32 without_frameworks(Bytes32 tag) {
    tag.data[31] = static_cast<std::uint8_t>(tag.data[31] & ~0x0eU);
    return tag;
}
Bytes32 joined(Bytes32 a, const Bytes32& b) {
    for (std::size_t i = 0; i < 32; ++i) a.data[i] = static_cast<std::uint8_t>(a.data[i] | b.data[i]);
    return a;
}
/// Every bit of `part` is in `whole`.
bool contains(const Bytes32& whole, const Bytes32& part) {
    for (std::size_t i = 0; i < 32; ++i)
        if ((part.data[i] & ~whole.data[i]) != 0) return false;
    return true;
}
tl::unexpected<Bytes> code(std::string_view hex) { return refuse("iExecV5-matchOrders-0x" + std::string(hex)); }

struct Check {
    const char* code;
    bool holds;
};
Answer<void> in_order(std::initializer_list<Check> checks) {
    for (const auto& check : checks)
        if (!check.holds) return code(check.code);
    return {};
}

}  // namespace

Hash Model::hash_of(const Hash& struct_hash) const {
    const Bytes prefix{0x19, 0x01};
    return keccak({prefix, separator, struct_hash});
}
OrderFact Model::order(const Hash& hash) const {
    const auto found = orders.find(hash);
    return found == orders.end() ? OrderFact{} : found->second;
}

// §5.3

Answer<bool> Model::verify(const Address& account, const Hash& hash, const Bytes& signature) const {
    if (has_code(account)) return false;  // isValidSignature reverts there
    if (signature.size() != 64 && signature.size() != 65) return refuse("invalid-signature-format");
    const auto found = signatures.find({hash, signature});
    if (found != signatures.end()) return found->second == account;
    return account.is_zero() && unrecoverable.contains(signature);
}
Answer<bool> Model::check_order(const Address& account, const Hash& hash, const Bytes& signature) const {
    if (!account.is_zero() && order(hash).presigner == account) return true;
    return verify(account, hash, signature);
}
/// §5.5: no account with code answers keyHasPurpose here.
bool Model::allowed(const Address& restriction, const Address& account) const {
    return restriction.is_zero() || restriction == account;
}
Answer<Address> Model::owner_of(const Address& resource) const {
    if (resource == hub_) return admin;
    const auto found = resources.find(resource);
    if (found == resources.end()) return refuse();
    return found->second.owner;
}
bool Model::is_registered(const Address& resource, Kind kind) const {
    const auto found = resources.find(resource);
    return found != resources.end() && found->second.kind == kind;
}

// §6

namespace {
void note(const poco::AppOrder&, poco::OrderHash h, bool close, const auto& emit) {
    close ? emit(events::ClosedAppOrder{h}) : emit(events::SignedAppOrder{h});
}
void note(const poco::DatasetOrder&, poco::OrderHash h, bool close, const auto& emit) {
    close ? emit(events::ClosedDatasetOrder{h}) : emit(events::SignedDatasetOrder{h});
}
void note(const poco::WorkerpoolOrder&, poco::OrderHash h, bool close, const auto& emit) {
    close ? emit(events::ClosedWorkerpoolOrder{h}) : emit(events::SignedWorkerpoolOrder{h});
}
void note(const poco::RequestOrder&, poco::OrderHash h, bool close, const auto& emit) {
    close ? emit(events::ClosedRequestOrder{h}) : emit(events::SignedRequestOrder{h});
}
}  // namespace

template <class Order>
Answer<void> Model::manage_order(const poco::OrderOperation<Order>& operation, const Answer<Address>& authority) {
    if (!authority) return fail(authority.error());
    if (sender_ != *authority) {
        BOURSE_TRY(const bool good, verify(*authority, hash_of(poco::struct_hash(operation)), operation.sign));
        if (!good) return refuse("invalid-sender-or-signature");
    }
    const Hash hash = hash_of(poco::struct_hash(operation.order));
    const bool close = operation.operation == poco::OrderOperationKind::kClose;
    if (close)
        put(orders[hash].consumed, operation.order.volume);
    else
        put(orders[hash].presigner, *authority);
    note(operation.order, poco::OrderHash(hash), close, [this](const auto& event) { emit(event); });
    return {};
}
Answer<void> Model::manage(const poco::AppOrderOperation& operation) {
    return manage_order(operation, owner_of(operation.order.app));
}
Answer<void> Model::manage(const poco::DatasetOrderOperation& operation) {
    return manage_order(operation, owner_of(operation.order.dataset));
}
Answer<void> Model::manage(const poco::WorkerpoolOrderOperation& operation) {
    return manage_order(operation, owner_of(operation.order.workerpool));
}
Answer<void> Model::manage(const poco::RequestOrderOperation& operation) {
    return manage_order(operation, Answer<Address>(operation.order.requester));
}

// §7.2

Bytes32 Model::deal_tag(const Orders& o) const {
    return joined(joined(o.app.tag, without_frameworks(o.dataset.tag)), o.request.tag);
}
Answer<void> Model::check_terms(const Orders& o) const {
    return in_order({{"00", o.request.category == o.workerpool.category},
                     {"01", o.request.category < Uint256(categories.size())},
                     {"02", o.request.trust <= o.workerpool.trust},
                     {"03", o.request.appmaxprice >= o.app.appprice},
                     {"04", o.request.datasetmaxprice >= o.dataset.datasetprice},
                     {"05", o.request.workerpoolmaxprice >= o.workerpool.workerpoolprice},
                     {"06", contains(o.workerpool.tag, deal_tag(o))},
                     {"07", bit(deal_tag(o), 0) == bit(o.app.tag, 0)},
                     {"10", o.request.app == o.app.app},
                     {"11", o.request.dataset == o.dataset.dataset}});
}
Answer<void> Model::check_restrictions(const Orders& o) const {
    const auto& app = o.app.app;
    const auto& dataset = o.dataset.dataset;
    const auto& pool = o.workerpool.workerpool;
    const auto& requester = o.request.requester;
    return in_order({{"12", allowed(o.request.workerpool, pool)},
                     {"13", allowed(o.app.datasetrestrict, dataset)},
                     {"14", allowed(o.app.workerpoolrestrict, pool)},
                     {"15", allowed(o.app.requesterrestrict, requester)},
                     {"16", allowed(o.dataset.apprestrict, app)},
                     {"17", allowed(o.dataset.workerpoolrestrict, pool)},
                     {"18", allowed(o.dataset.requesterrestrict, requester)},
                     {"19", allowed(o.workerpool.apprestrict, app)},
                     {"1a", allowed(o.workerpool.datasetrestrict, dataset)},
                     {"1b", allowed(o.workerpool.requesterrestrict, requester)}});
}
Answer<Model::Owners> Model::check_signatures(const Orders& o) const {
    Owners owners;
    BOURSE_TRY(owners.app, owner_of(o.app.app));
    if (!is_registered(o.app.app, Kind::kApp)) return code("20");
    BOURSE_TRY(const bool app_good, check_order(owners.app, hash_of(poco::struct_hash(o.app)), o.app.sign));
    if (!app_good) return code("21");
    if (!o.dataset.dataset.is_zero()) {
        BOURSE_TRY(owners.dataset, owner_of(o.dataset.dataset));
        if (!is_registered(o.dataset.dataset, Kind::kDataset)) return code("30");
        BOURSE_TRY(const bool dataset_good,
                   check_order(owners.dataset, hash_of(poco::struct_hash(o.dataset)), o.dataset.sign));
        if (!dataset_good) return code("31");
    }
    BOURSE_TRY(owners.workerpool, owner_of(o.workerpool.workerpool));
    if (!is_registered(o.workerpool.workerpool, Kind::kWorkerpool)) return code("40");
    BOURSE_TRY(const bool pool_good,
               check_order(owners.workerpool, hash_of(poco::struct_hash(o.workerpool)), o.workerpool.sign));
    if (!pool_good) return code("41");
    BOURSE_TRY(const bool request_good,
               check_order(o.request.requester, hash_of(poco::struct_hash(o.request)), o.request.sign));
    if (!request_good) return code("50");
    return owners;
}

// §7.3

Uint256 Model::deal_volume(const Orders& o) const {
    Uint256 volume = o.app.volume - order(hash_of(poco::struct_hash(o.app))).consumed;
    if (!o.dataset.dataset.is_zero())
        volume = std::min(volume, o.dataset.volume - order(hash_of(poco::struct_hash(o.dataset))).consumed);
    volume = std::min(volume, o.workerpool.volume - order(hash_of(poco::struct_hash(o.workerpool))).consumed);
    return std::min(volume, o.request.volume - order(hash_of(poco::struct_hash(o.request))).consumed);
}

// §7.4

Answer<poco::Deal> Model::make_deal(const Orders& o, const Owners& owners, const Address& payer) const {
    poco::Deal deal;
    deal.app = {o.app.app, owners.app, o.app.appprice};
    const bool has_dataset = !o.dataset.dataset.is_zero();
    deal.dataset = {o.dataset.dataset, owners.dataset, has_dataset ? o.dataset.datasetprice : Uint256()};
    deal.workerpool = {o.workerpool.workerpool, owners.workerpool, o.workerpool.workerpoolprice};
    deal.trust = std::max(o.request.trust, Uint256(1));
    deal.category = o.request.category;
    deal.tag = deal_tag(o);
    deal.requester = o.request.requester;
    deal.beneficiary = o.request.beneficiary;
    deal.callback = o.request.callback;
    deal.params = o.request.params;
    deal.start_time = now_;
    deal.bot_first = order(hash_of(poco::struct_hash(o.request))).consumed;
    deal.bot_size = deal_volume(o);
    const Resource& pool = resources.at(o.workerpool.workerpool);
    BOURSE_TRY(const Uint256 stake, mul(o.workerpool.workerpoolprice, pool.stake_ratio));
    deal.worker_stake = stake / 100;
    deal.scheduler_reward_ratio = pool.reward_ratio;
    deal.sponsor = payer;
    return deal;
}

Answer<Hash> Model::match(const Orders& o, const Address& payer) {
    BOURSE_CHECK(check_terms(o));
    BOURSE_CHECK(check_restrictions(o));
    BOURSE_TRY(const Owners owners, check_signatures(o));
    const Uint256 volume = deal_volume(o);
    if (volume.is_zero()) return code("60");
    BOURSE_TRY(const poco::Deal deal, make_deal(o, owners, payer));

    const bool has_dataset = !o.dataset.dataset.is_zero();
    const Hash app = hash_of(poco::struct_hash(o.app));
    const Hash dataset = has_dataset ? hash_of(poco::struct_hash(o.dataset)) : Hash{};
    const Hash pool = hash_of(poco::struct_hash(o.workerpool));
    const Hash request = hash_of(poco::struct_hash(o.request));
    const Hash id = keccak({request, to_be32(deal.bot_first)});
    put(deals[id], deal);
    put(orders[app].consumed, orders[app].consumed + volume);
    put(orders[pool].consumed, orders[pool].consumed + volume);
    put(orders[request].consumed, orders[request].consumed + volume);
    if (has_dataset) put(orders[dataset].consumed, orders[dataset].consumed + volume);

    // §7.6
    BOURSE_TRY(const Uint256 two, add(deal.app.price, deal.dataset.price));
    BOURSE_TRY(const Uint256 three, add(two, deal.workerpool.price));
    BOURSE_TRY(const Uint256 price, mul(three, volume));
    BOURSE_CHECK(lock(payer, price));
    BOURSE_TRY(const Uint256 thirty, mul(deal.workerpool.price, 30));
    BOURSE_TRY(const Uint256 pool_stake, mul(thirty / 100, volume));
    BOURSE_CHECK(lock(owners.workerpool, pool_stake));

    emit(events::SchedulerNotice{o.workerpool.workerpool, poco::DealId(id)});
    emit(events::OrdersMatched{poco::DealId(id), poco::OrderHash(app), poco::OrderHash(dataset), poco::OrderHash(pool),
                               poco::OrderHash(request), volume});
    return id;
}
Answer<Hash> Model::match_orders(const Orders& o) { return match(o, o.request.requester); }
Answer<Hash> Model::sponsor_match_orders(const Orders& o) {
    BOURSE_TRY(const Hash id, match(o, sender_));
    emit(events::DealSponsored{poco::DealId(id), sender_});
    return id;
}

// §13.1

Answer<void> Model::assert_compatible(const poco::DatasetOrder& dataset, const Hash& deal_id) const {
    const auto incompatible = [](std::string_view reason) {
        Bytes error{0x0a, 0xfd, 0x93, 0x82};
        append(error, abi::encode(std::string(reason)));
        return tl::unexpected<Bytes>(error);
    };
    const Hash hash = hash_of(poco::struct_hash(dataset));
    if (order(hash).consumed >= dataset.volume) return incompatible("Dataset order is revoked or fully consumed");
    BOURSE_TRY(const Address owner, owner_of(dataset.dataset));
    BOURSE_TRY(const bool good, check_order(owner, hash, dataset.sign));
    if (!good) return incompatible("Invalid dataset order signature");
    const auto found = deals.find(deal_id);
    const poco::Deal deal = found == deals.end() ? poco::Deal{} : found->second;
    if (deal.requester.is_zero()) return incompatible("Deal not found");
    if (!deal.dataset.pointer.is_zero()) return incompatible("Deal already has a dataset");
    if (!allowed(dataset.apprestrict, deal.app.pointer)) return incompatible("App restriction not satisfied");
    if (!allowed(dataset.workerpoolrestrict, deal.workerpool.pointer))
        return incompatible("Workerpool restriction not satisfied");
    if (!allowed(dataset.requesterrestrict, deal.requester)) return incompatible("Requester restriction not satisfied");
    if (!contains(deal.tag, without_frameworks(dataset.tag))) return incompatible("Tag compatibility not satisfied");
    return {};
}

}  // namespace bourse::model
