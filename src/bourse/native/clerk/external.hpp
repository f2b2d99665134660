// What the hub asks of accounts that it does not know: owners, registries, signatures, groups (poco.md §5.3, §5.5).
// Native accounts are answered from storage; others by static calls, which an account without code cannot answer.
// verify() stands in clerk.hpp.
#pragma once

#include <bourse/native/clerk/clerk.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/registry/resources.hpp>

namespace bourse::native::external {

/// resource.owner(): an empty revert where nothing answers.
Outcome<Address> owner_of(Context& context, const Address& resource);
Outcome<bool> is_registered(Context& context, const Address& registry, const Address& resource);
Outcome<PoolPolicy> policy_of(Context& context, const Address& pool);

/// Presignature, or else signature.
Outcome<bool> check_order(Context& context, const Address& account, const poco::OrderHash& order, ByteView signature);
bool is_presigned(Context& context, const Address& account, const poco::OrderHash& order);

/// `allowed` of §5.5: null, equal, or a member of the group.
Outcome<bool> is_allowed(Context& context, const Address& restriction, const Address& account);

}  // namespace bourse::native::external
