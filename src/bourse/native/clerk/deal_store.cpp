#include <bourse/native/clerk/deal_store.hpp>
#include <bourse/native/core/record.hpp>

namespace bourse::native {
namespace {

// Flags of a deal record: fields that are absent because they are null or repeat another.
constexpr std::uint8_t kHasDataset = 1;
constexpr std::uint8_t kHasBeneficiary = 2;
constexpr std::uint8_t kHasCallback = 4;
constexpr std::uint8_t kOtherSponsor = 8;
constexpr std::uint8_t kHasTag = 16;
constexpr std::uint8_t kLongParams = 32;
constexpr std::size_t kMaxInlineParams = 256;

void write_resource(RecordWriter& out, const poco::Resource& resource) {
    out.raw(resource.pointer).raw(resource.owner).integer(resource.price);
}
poco::Resource read_resource(RecordReader& in) {
    poco::Resource resource;
    resource.pointer = in.fixed<Address>();
    resource.owner = in.fixed<Address>();
    resource.price = in.integer();
    return resource;
}

std::uint8_t flags_of(const poco::Deal& deal) noexcept {
    unsigned flags = 0;
    if (deal.dataset != poco::Resource{}) flags |= kHasDataset;
    if (!deal.beneficiary.is_zero()) flags |= kHasBeneficiary;
    if (!deal.callback.is_zero()) flags |= kHasCallback;
    if (deal.sponsor != deal.requester) flags |= kOtherSponsor;
    if (!deal.tag.is_zero()) flags |= kHasTag;
    if (deal.params.size() > kMaxInlineParams) flags |= kLongParams;
    return static_cast<std::uint8_t>(flags);
}

/// Reads all but the params; `in` then stands before them.
DealTerms read_terms(RecordReader& in, std::uint8_t& flags) {
    DealTerms deal;
    flags = in.u8();
    deal.app = read_resource(in);
    deal.workerpool = read_resource(in);
    deal.requester = in.fixed<Address>();
    deal.trust = in.integer();
    deal.category = in.integer();
    deal.start_time = in.integer();
    deal.bot_first = in.integer();
    deal.bot_size = in.integer();
    deal.worker_stake = in.integer();
    deal.scheduler_reward_ratio = in.integer();
    if ((flags & kHasDataset) != 0) deal.dataset = read_resource(in);
    if ((flags & kHasBeneficiary) != 0) deal.beneficiary = in.fixed<Address>();
    if ((flags & kHasCallback) != 0) deal.callback = in.fixed<Address>();
    deal.sponsor = (flags & kOtherSponsor) != 0 ? in.fixed<Address>() : deal.requester;
    if ((flags & kHasTag) != 0) deal.tag = in.fixed<Bytes32>();
    return deal;
}

/// The record's body after its first byte, which repeats the first byte of the id; empty without deal.
ByteView deal_record(const state::State& state, const Address& hub, const poco::DealId& id) {
    const ByteView record = state.record(hub, key_of(Space::kDeal, id.hash));
    if (record.empty() || record[0] != id.hash.data[0]) return {};
    return record.subspan(1);
}

}  // namespace

std::optional<DealTerms> load_deal(const state::State& state, const Address& hub, const poco::DealId& id) {
    const ByteView record = deal_record(state, hub, id);
    if (record.empty()) return std::nullopt;
    RecordReader in(record);
    std::uint8_t flags = 0;
    return read_terms(in, flags);
}

poco::Deal view_deal(const state::State& state, const Address& hub, const poco::DealId& id) {
    const ByteView record = deal_record(state, hub, id);
    if (record.empty()) return {};
    RecordReader in(record);
    std::uint8_t flags = 0;
    const DealTerms terms = read_terms(in, flags);
    const ByteView params =
        (flags & kLongParams) != 0 ? state.record(hub, key_of(Space::kDealParams, id.hash)) : in.text();
    return {terms.app,        terms.dataset,   terms.workerpool,  terms.trust,        terms.category,
            terms.tag,        terms.requester, terms.beneficiary, terms.callback,     std::string(as_text(params)),
            terms.start_time, terms.bot_first, terms.bot_size,    terms.worker_stake, terms.scheduler_reward_ratio,
            terms.sponsor};
}

void store_deal(state::State& state, const Address& hub, const poco::DealId& id, const poco::Deal& deal) {
    const std::uint8_t flags = flags_of(deal);
    RecordWriter out;
    out.u8(id.hash.data[0]).u8(flags);
    write_resource(out, deal.app);
    write_resource(out, deal.workerpool);
    out.raw(deal.requester)
        .integer(deal.trust)
        .integer(deal.category)
        .integer(deal.start_time)
        .integer(deal.bot_first)
        .integer(deal.bot_size)
        .integer(deal.worker_stake)
        .integer(deal.scheduler_reward_ratio);
    if ((flags & kHasDataset) != 0) write_resource(out, deal.dataset);
    if ((flags & kHasBeneficiary) != 0) out.raw(deal.beneficiary);
    if ((flags & kHasCallback) != 0) out.raw(deal.callback);
    if ((flags & kOtherSponsor) != 0) out.raw(deal.sponsor);
    if ((flags & kHasTag) != 0) out.raw(deal.tag);
    if ((flags & kLongParams) != 0)
        state.set_record(hub, key_of(Space::kDealParams, id.hash), to_bytes(deal.params));
    else
        out.text(as_bytes(deal.params));
    state.set_record(hub, key_of(Space::kDeal, id.hash), out.take());
}

}  // namespace bourse::native
