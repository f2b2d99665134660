#include <bourse/crypto/signature_cache.hpp>
#include <bourse/native/clerk/external.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/poco/error_text.hpp>
#include <bourse/poco/signatures.hpp>

namespace bourse::native::external {
namespace {

namespace ext = poco::selectors::external;
namespace res = poco::selectors::resource;

/// A static call whose answer must decode; a callee that reverts hands its revert on, as a high-level call does.
template <class T>
Outcome<T> ask(Context& context, const Address& callee, Bytes input) {
    if (!context.state().has_code(callee)) return revert_empty();
    auto answer = context.call(callee, std::move(input), true);
    if (!answer.ok()) return revert_data(std::move(answer.output));
    auto decoded = abi::decode<T>(answer.output);
    if (!decoded) return revert_empty();
    return std::get<0>(*std::move(decoded));
}

/// As above, but a callee that fails counts as "no".
template <class T>
Outcome<T> ask_or(Context& context, const Address& callee, Bytes input, const T& otherwise) {
    const auto answer = context.call(callee, std::move(input), true);
    if (!answer.ok()) return otherwise;
    auto decoded = abi::decode<T>(answer.output);
    if (!decoded) return revert_empty();
    return std::get<0>(*std::move(decoded));
}

}  // namespace

Outcome<Address> owner_of(Context& context, const Address& resource) {
    if (const auto kind = resource_kind(context.state(), resource))
        return *token_owner(context.state(), registry_of(*kind), resource);
    return ask<Address>(context, resource, abi::encode_call(res::kOwner));
}

Outcome<bool> is_registered(Context& context, const Address& registry, const Address& resource) {
    // A hit in a native registry needs no call; a miss may continue in the registry's predecessor.
    if (registry_kind(registry) && token_owner(context.state(), registry, resource)) return true;
    return ask<bool>(context, registry, abi::encode_call(poco::selectors::registry::kIsRegistered, resource));
}

Outcome<PoolPolicy> policy_of(Context& context, const Address& pool) {
    if (resource_kind(context.state(), pool) == ResourceKind::kWorkerpool) return load_policy(context.state(), pool);
    PoolPolicy policy;
    BOURSE_TRY(policy.worker_stake_ratio, ask<Uint256>(context, pool, abi::encode_call(res::kMWorkerStakeRatioPolicy)));
    BOURSE_TRY(policy.scheduler_reward_ratio,
               ask<Uint256>(context, pool, abi::encode_call(res::kMSchedulerRewardRatioPolicy)));
    return policy;
}

Outcome<bool> verify(Context& context, const Address& account, const Hash& hash, ByteView signature) {
    if (context.state().has_code(account)) {
        if (has_native_code(context.state(), account)) return false;  // none of ours answers isValidSignature
        BOURSE_TRY(const Bytes4 magic,
                   ask_or<Bytes4>(context, account, abi::encode_call(ext::kIsValidSignature, hash, signature), {}));
        return magic == ext::kIsValidSignature;
    }
    if (!poco::has_signature_length(signature)) return revert_text(poco::texts::kSignatureFormat);
    const auto parsed = poco::parse_signature(signature);
    const auto signer = parsed ? crypto::recover_cached(hash, *parsed) : std::nullopt;
    return signer.value_or(Address{}) == account;
}

bool is_presigned(Context& context, const Address& account, const poco::OrderHash& order) {
    return !account.is_zero() && load_order(context.state(), context.self(), order).presigner == account;
}

Outcome<bool> check_order(Context& context, const Address& account, const poco::OrderHash& order, ByteView signature) {
    if (is_presigned(context, account, order)) return true;
    return verify(context, account, order.hash, signature);
}

Outcome<bool> is_allowed(Context& context, const Address& restriction, const Address& account) {
    if (restriction.is_zero() || restriction == account) return true;
    if (!context.state().has_code(restriction) || has_native_code(context.state(), restriction)) return false;
    const Uint256 purpose = poco::kGroupMemberPurpose;
    return ask_or<bool>(context, restriction, abi::encode_call(ext::kKeyHasPurpose, word_of(account), purpose), false);
}

}  // namespace bourse::native::external
