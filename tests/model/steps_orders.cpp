// Steps of orders and deals.
#include "market.hpp"

#include <bourse/poco/selectors.hpp>

namespace bourse::model {
namespace {

namespace hub = poco::selectors::hub;
using poco::kHub;

constexpr std::size_t kRecent = 12;

Bytes32 tag_of(std::uint8_t low) {
    Bytes32 tag;
    tag.data[31] = low;
    return tag;
}
Bytes32 some_tag(Market& m) {
    const std::vector<std::uint8_t> tags{0, 0, 0, 0, 1, 3, 9, 0x0e, 0x11, 0x80};
    return tag_of(m.random.pick(tags));
}
Uint256 some_volume(Market& m) {
    const std::vector<Uint256> rare{0, 1, 2, 3, Uint256(1) << 80, (Uint256(1) << 80) - 1, Uint256::max()};
    return m.random.chance(70) ? Uint256(1'000) : m.random.pick(rare);
}
Uint256 some_trust(Market& m) {
    const std::vector<Uint256> usual{0, 1, 1, 1, 2, 3, 4, 5, 10};
    const std::vector<Uint256> rare{100, 1'000'000, Uint256(1) << 250, Uint256(1) << 255, Uint256::max()};
    return m.random.chance(95) ? m.random.pick(usual) : m.random.pick(rare);
}
Uint256 some_category(Market& m) {
    const auto draw = m.random.below(100);
    if (draw < 2) return m.model.categories.size();  // none
    if (draw < 4) return m.endless_category;
    const Uint256 category = m.random.below(m.model.categories.size());
    return category == m.endless_category ? Uint256() : category;
}
/// Nobody, the account itself, or somebody who is not meant.
Address restriction(Market& m, const Address& meant) {
    if (m.random.chance(97)) return {};
    return m.random.chance(70) ? meant : m.random.pick(m.accounts);
}
Address owner(Market& m, const Address& resource) {
    const auto found = m.model.resources.find(resource);
    return found == m.model.resources.end() ? m.actors[1] : found->second.owner;
}
Address resource(Market& m, const std::vector<Address>& right) {
    if (m.random.chance(97)) return m.random.pick(right);
    const std::vector<Address> wrong{m.apps[0], m.datasets[0], m.pools[0], kHub, m.actors[3], Address{}};
    return m.random.pick(wrong);
}

const Address& signer_field(const poco::RequestOrder& order) { return order.requester; }
template <class Order>
Address signer_of(Market& m, const Order& order) {
    if constexpr (std::is_same_v<Order, poco::RequestOrder>)
        return signer_field(order);
    else
        return owner(m, poco::subject(order));
}
template <class Order>
void sign_order(Market& m, Order& order, unsigned percent_good = 95) {
    order.sign = m.sign(signer_of(m, order), m.digest(poco::struct_hash(order)), percent_good);
}

poco::AppOrder make_app_order(Market& m) {
    poco::AppOrder order;
    order.app = resource(m, m.apps);
    order.appprice = m.price();
    order.volume = some_volume(m);
    order.tag = some_tag(m);
    order.datasetrestrict = restriction(m, m.datasets[0]);
    order.workerpoolrestrict = restriction(m, m.pools[0]);
    order.requesterrestrict = restriction(m, m.actors[1]);
    order.salt = m.fresh_salt();
    sign_order(m, order);
    return order;
}
poco::DatasetOrder make_dataset_order(Market& m) {
    poco::DatasetOrder order;
    order.dataset = resource(m, m.datasets);
    order.datasetprice = m.price();
    order.volume = some_volume(m);
    order.tag = some_tag(m);
    order.apprestrict = restriction(m, m.apps[0]);
    order.workerpoolrestrict = restriction(m, m.pools[0]);
    order.requesterrestrict = restriction(m, m.actors[1]);
    order.salt = m.fresh_salt();
    sign_order(m, order);
    return order;
}
poco::WorkerpoolOrder make_workerpool_order(Market& m) {
    poco::WorkerpoolOrder order;
    order.workerpool = resource(m, m.pools);
    order.workerpoolprice = m.price();
    order.volume = some_volume(m);
    order.tag = m.random.chance(93) ? tag_of(0xff) : some_tag(m);
    order.category = some_category(m);
    order.trust = some_trust(m);
    order.apprestrict = restriction(m, m.apps[0]);
    order.datasetrestrict = restriction(m, m.datasets[0]);
    order.requesterrestrict = restriction(m, m.actors[1]);
    order.salt = m.fresh_salt();
    sign_order(m, order);
    return order;
}

/// A request that takes what the three others offer; payload texts of some lengths.
poco::RequestOrder make_request(Market& m, const Orders& o) {
    poco::RequestOrder order;
    order.app = o.app.app;
    order.appmaxprice = o.app.appprice;
    order.dataset = o.dataset.dataset;
    order.datasetmaxprice = o.dataset.datasetprice;
    order.workerpool = m.random.chance(60) ? o.workerpool.workerpool : Address{};
    order.workerpoolmaxprice = o.workerpool.workerpoolprice;
    order.requester = m.random.chance(97) ? m.somebody() : m.anybody();
    order.volume = m.random.chance(85) ? Uint256(1 + m.random.below(4)) : some_volume(m);
    order.tag = m.random.chance(70) ? Bytes32{} : o.app.tag;
    order.category = o.workerpool.category;
    order.trust = m.random.chance(70) ? o.workerpool.trust : o.workerpool.trust / 2;
    order.beneficiary = m.random.chance(50) ? order.requester : m.anybody();
    if (m.random.chance(25)) order.callback = m.random.pick(m.accounts);
    const std::vector<std::size_t> lengths{0, 10, 10, 32, 33, 256, 257, 400};
    order.params = std::string(m.random.pick(lengths), 'p');
    order.salt = m.fresh_salt();
    sign_order(m, order, 97);
    return order;
}

/// One field of one order is changed; most of the time it is signed again.
void spoil(Market& m, Orders& o) {
    const bool signs = m.random.chance(80);
    switch (m.random.below(14)) {
        case 0:
            o.request.category = some_category(m);
            break;
        case 1:
            o.request.trust = o.workerpool.trust + 1;
            break;
        case 2:
            o.request.appmaxprice = o.app.appprice - 1;
            break;
        case 3:
            o.request.datasetmaxprice = o.dataset.datasetprice - 1;
            break;
        case 4:
            o.request.workerpoolmaxprice = o.workerpool.workerpoolprice - 1;
            break;
        case 5:
            o.request.tag = some_tag(m);
            break;
        case 6:
            o.request.app = m.random.pick(m.apps);
            break;
        case 7:
            o.request.dataset = m.random.chance(50) ? m.random.pick(m.datasets) : Address{};
            break;
        case 8:
            o.request.workerpool = m.random.pick(m.pools);
            break;
        case 9:
            o.request.requester = m.anybody();
            break;
        case 10:
            o.request.volume = some_volume(m);
            break;
        case 11:
            o.app.requesterrestrict = m.somebody();
            if (signs) sign_order(m, o.app);
            return;
        case 12:
            o.workerpool.apprestrict = m.random.pick(m.apps);
            if (signs) sign_order(m, o.workerpool);
            return;
        default:
            o.dataset.tag = some_tag(m);  // of the null order too: it is not signed, but it counts
            return;
    }
    if (signs) sign_order(m, o.request);
}

template <class Order>
Order old_or_new(Market& m, std::vector<Order>& made, Order (*make)(Market&)) {
    if (made.empty() || m.random.chance(25)) made.push_back(make(m));
    return m.random.recent(made, kRecent);
}

Orders some_orders(Market& m) {
    if (!m.order_sets.empty() && m.random.chance(15)) return m.random.recent(m.order_sets, kRecent);
    Orders o;
    o.app = old_or_new(m, m.app_orders, &make_app_order);
    if (m.random.chance(45)) o.dataset = old_or_new(m, m.dataset_orders, &make_dataset_order);
    o.workerpool = old_or_new(m, m.workerpool_orders, &make_workerpool_order);
    // An app order without the enclave bit goes with no order that has it.
    if ((o.app.tag.data[31] & 1) == 0 && (o.dataset.tag.data[31] & 1) != 0 && m.random.chance(85)) o.dataset = {};
    o.request = make_request(m, o);
    m.order_sets.push_back(o);
    if (m.random.chance(18)) spoil(m, o);
    return o;
}

void note_orders(const Market& m, Step& step, const Orders& o) {
    for (const auto& hash : {poco::struct_hash(o.app), poco::struct_hash(o.dataset), poco::struct_hash(o.workerpool),
                             poco::struct_hash(o.request)})
        step.orders.push_back(m.digest(hash));
    const auto found = m.model.orders.find(step.orders.back());
    const Uint256 first = found == m.model.orders.end() ? Uint256() : found->second.consumed;
    step.deals.push_back(keccak({step.orders.back(), to_be32(first)}));
    step.shape = " " + std::to_string((o.request.params.size() + 31) / 32);
}

Step match_by(Market& m, const Address& from, const Bytes4& selector, Answer<Hash> (Model::*answer)(const Orders&)) {
    const Orders o = some_orders(m);
    Step step;
    step.from = from;
    step.to = kHub;
    step.input = abi::encode_call(selector, o.app, o.dataset, o.workerpool, o.request);
    step.time_s = m.next_time();
    step.expect = [o, answer](Model& model) { return encoded((model.*answer)(o)); };
    note_orders(m, step, o);
    return step;
}
Step match_orders(Market& m) { return match_by(m, m.somebody(), hub::kMatchOrders, &Model::match_orders); }
Step sponsor_match(Market& m) {
    return match_by(m, m.somebody(), hub::kSponsorMatchOrders, &Model::sponsor_match_orders);
}

/// Deposit and match (§3.7): the requester sends tokens with four orders.
Step deposit_and_match(Market& m) {
    const Orders o = some_orders(m);
    const bool by_requester = m.random.chance(90);
    Address from = by_requester ? o.request.requester : m.somebody();
    if (std::find(m.actors.begin(), m.actors.end(), from) == m.actors.end()) from = m.somebody();
    const Uint256 amount = m.random.chance(70) ? m.model.rlc[from] / Uint256(20) : m.amount(m.model.rlc[from]);
    const Bytes data = abi::encode_call(m.random.chance(97) ? hub::kMatchOrders : hub::kSponsorMatchOrders, o.app,
                                        o.dataset, o.workerpool, o.request);
    auto step = make_step(m, from, poco::kRlc, poco::selectors::rlc::kApproveAndCall, &Model::rlc_approve_and_call,
                          kHub, amount, data);
    note_orders(m, step, o);
    return step;
}

// Management of orders.

/// SIGN or CLOSE by the authority, or by anybody with its signature. A presigned order needs no signature from then on:
/// `signature` is what the order carries afterwards.
template <class Order>
Step manage(Market& m, const Order& order, const Bytes4& selector, bool closes) {
    poco::OrderOperation<Order> operation;
    operation.order = order;
    operation.operation = closes ? poco::OrderOperationKind::kClose : poco::OrderOperationKind::kSign;
    const Address authority = signer_of(m, order);
    const bool relayed = m.random.chance(40);
    const bool has_key = std::find(m.actors.begin(), m.actors.end(), authority) != m.actors.end();
    if (relayed) operation.sign = m.sign(authority, m.digest(poco::struct_hash(operation)), 85);

    Step step;
    step.from = relayed || !has_key ? m.somebody() : authority;
    step.to = kHub;
    step.input = abi::encode_call(selector, operation);
    step.time_s = m.next_time();
    step.expect = [operation](Model& model) { return encoded(model.manage(operation)); };
    step.orders.push_back(m.digest(poco::struct_hash(order)));
    if constexpr (std::is_same_v<Order, poco::RequestOrder>)
        step.shape = " " + std::to_string((order.params.size() + 31) / 32);
    return step;
}
Bytes no_signature(Market& m) {
    const Bytes junk(65, 0x22);
    m.model.unrecoverable.insert(junk);
    return m.random.chance(50) ? Bytes{} : junk;
}
template <class Order>
Step manage_made(Market& m, std::vector<Order>& made, Order (*make)(Market&), const Bytes4& selector) {
    Order order = made.empty() || m.random.chance(40) ? make(m) : m.random.recent(made, kRecent);
    const bool closes = m.random.chance(30);
    auto step = manage(m, order, selector, closes);
    order.sign = no_signature(m);
    if (!closes) made.push_back(order);
    return step;
}
Step manage_app(Market& m) { return manage_made(m, m.app_orders, &make_app_order, hub::kManageAppOrder); }
Step manage_dataset(Market& m) {
    return manage_made(m, m.dataset_orders, &make_dataset_order, hub::kManageDatasetOrder);
}
Step manage_workerpool(Market& m) {
    return manage_made(m, m.workerpool_orders, &make_workerpool_order, hub::kManageWorkerpoolOrder);
}
Step manage_request(Market& m) {
    Orders o = some_orders(m);
    const bool closes = m.random.chance(30);
    auto step = manage(m, o.request, hub::kManageRequestOrder, closes);
    o.request.sign = no_signature(m);
    if (!closes) m.order_sets.push_back(o);
    return step;
}

// Views that answer by rules.

Step compute_volume(Market& m) {
    const Orders o = some_orders(m);
    Step step;
    step.from = m.somebody();
    step.to = kHub;
    step.input = abi::encode_call(hub::kComputeDealVolume, o.app, o.dataset, o.workerpool, o.request);
    step.time_s = m.next_time();
    step.expect = [o](Model& model) { return encoded(Answer<Uint256>(model.deal_volume(o))); };
    return step;
}
Step assert_compatible(Market& m) {
    const auto order = old_or_new(m, m.dataset_orders, &make_dataset_order);
    const Hash deal = m.deals.empty() || m.random.chance(5) ? Hash(m.fresh_salt()) : m.random.recent(m.deals, 30);
    Step step;
    step.from = m.somebody();
    step.to = kHub;
    step.input = abi::encode_call(hub::kAssertDatasetDealCompatibility, order, deal);
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.assert_compatible(order, deal)); };
    return step;
}
Step verify_signature(Market& m) {
    const Address account = m.random.pick(m.accounts);
    const Hash hash = m.fresh_salt();
    const Bytes signature = m.sign(m.random.chance(80) ? account : m.somebody(), hash, 70);
    Step step;
    step.from = m.somebody();
    step.to = kHub;
    step.input = abi::encode_call(hub::kVerifySignature, account, hash, signature);
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.verify(account, hash, signature)); };
    return step;
}
Step verify_either(Market& m) {
    const auto order = old_or_new(m, m.app_orders, &make_app_order);
    const Address account = m.random.chance(90) ? owner(m, order.app) : m.anybody();
    const Hash hash = m.digest(poco::struct_hash(order));
    Step step;
    step.from = m.somebody();
    step.to = kHub;
    step.input = abi::encode_call(hub::kVerifyPresignatureOrSignature, account, hash, order.sign);
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.check_order(account, hash, order.sign)); };
    return step;
}

}  // namespace

const std::vector<StepKind>& order_steps() {
    static const std::vector<StepKind> kinds{
        {"matchOrders", 14, &match_orders},
        {"sponsorMatchOrders", 7, &sponsor_match},
        {"deposit and match", 5, &deposit_and_match},
        {"manageAppOrder", 2, &manage_app},
        {"manageDatasetOrder", 2, &manage_dataset},
        {"manageWorkerpoolOrder", 2, &manage_workerpool},
        {"manageRequestOrder", 2, &manage_request},
        {"computeDealVolume", 1, &compute_volume},
        {"assertDatasetDealCompatibility", 2, &assert_compatible},
        {"verifySignature", 1, &verify_signature},
        {"verifyPresignatureOrSignature", 1, &verify_either},
    };
    return kinds;
}

}  // namespace bourse::model
