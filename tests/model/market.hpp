// A market in the making: the model and the chain side by side, and what the generators of steps know of it.
#pragma once

#include "chain.hpp"
#include "model.hpp"
#include "random.hpp"

#include <bourse/crypto/secp256k1.hpp>

#include <optional>

namespace bourse::model {

/// One transaction and what the model says of it.
struct Step {
    Address from;
    Address to;
    Bytes input;
    std::uint64_t time_s = 0;
    std::function<Answer<Bytes>(Model&)> expect;
    /// What gas may depend on beside the kind: numbers of elements and words of text, the callback's gas.
    std::string shape;
    // What to compare after the step beside the accounts.
    std::vector<Hash> orders;
    std::vector<Hash> deals;
    std::vector<Hash> tasks;
};

class Market {
public:
    explicit Market(std::uint64_t seed);

    Random random;
    Model model;
    std::unique_ptr<Chain> chain;

    std::vector<Address> actors;    ///< with keys; the first is the administrator
    std::vector<Address> accounts;  ///< all whose books are compared: actors, hub, kitty, null, one without key
    std::vector<Address> apps;
    std::vector<Address> datasets;
    std::vector<Address> pools;
    Uint256 endless_category;  ///< one whose deadlines do not fit in 256 bits
    Uint256 unit;              ///< order of magnitude of this market's amounts

    // Everything made so far, newest last.
    std::vector<poco::AppOrder> app_orders;
    std::vector<poco::DatasetOrder> dataset_orders;
    std::vector<poco::WorkerpoolOrder> workerpool_orders;
    std::vector<Orders> order_sets;  ///< four that were made for each other
    std::vector<Hash> deals;
    std::vector<Hash> tasks;
    std::map<Bytes32, Bytes32> digest_of;  ///< of result hashes
    std::map<Bytes32, Bytes> payload_of;   ///< of digests

    std::uint64_t now() const noexcept { return now_; }
    void pass_to(std::uint64_t time_s) { now_ = time_s; }
    /// A second or so later; now and then the edge of a deadline.
    std::uint64_t next_time();
    /// At the edge, one before or one after where that is still to come; else next_time().
    std::uint64_t time_near(const Uint256& edge, unsigned percent_before);

    /// About what somebody has: some of it, all of it, one more, or an extreme.
    Uint256 amount(const Uint256& have);
    /// A price in this market, mostly payable.
    Uint256 price();
    Address somebody();
    Address anybody();  ///< also null, hub, kitty, one without key

    /// A good signature most of the time, else one of the ways to be wrong.
    Bytes sign(const Address& signer, const Hash& hash, unsigned percent_good = 92);
    Hash digest(const Hash& struct_hash) const;
    Bytes32 fresh_salt();

private:
    void make_actors();
    void make_genesis(chain::GenesisConfig& genesis);
    Bytes good_signature(const Address& signer, const Hash& hash);
    Bytes bad_signature(const Address& signer, const Hash& hash);

    std::map<Address, crypto::PrivateKey> keys_;
    std::uint64_t now_ = 0;
    std::uint64_t salt_ = 0;
};

/// A kind of step: how often it is drawn, and whether it can be accepted at all.
struct StepKind {
    const char* name;
    unsigned weight;
    Step (*make)(Market&);
    bool can_succeed = true;
};
const std::vector<StepKind>& money_steps();
const std::vector<StepKind>& order_steps();
const std::vector<StepKind>& task_steps();

/// The model's answer as return data.
template <class T>
Answer<Bytes> encoded(const Answer<T>& answer) {
    if (!answer) return fail(answer.error());
    if constexpr (std::is_void_v<T>)
        return Bytes{};
    else
        return abi::encode(*answer);
}

/// A step whose call has these arguments, and which the model answers by `member` with the same ones.
template <class T, class... Params, class... Args>
Step make_step(Market& market, const Address& from, const Address& to, const Bytes4& selector,
               Answer<T> (Model::*member)(Params...), const Args&... args) {
    Step step;
    step.from = from;
    step.to = to;
    step.input = abi::encode_call(selector, args...);
    step.time_s = market.next_time();
    step.expect = [member, args...](Model& model) { return encoded((model.*member)(args...)); };
    return step;
}

}  // namespace bourse::model
