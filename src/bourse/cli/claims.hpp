// Claims of tasks that are past their final deadline: the money goes back.
#pragma once

#include <bourse/cli/context.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/ids.hpp>

#include <vector>

namespace bourse::cli {

struct Claims {
    std::vector<poco::TaskId> initialised;  ///< claimArray
    std::vector<Uint256> uninitialised;     ///< indices, initializeAndClaimArray
    std::vector<poco::TaskId> uninitialised_ids;
    std::size_t over = 0;  ///< completed or failed already
    std::vector<Hash> transactions;

    std::size_t count() const { return initialised.size() + uninitialised.size(); }
};

/// What can be claimed of a deal at the chain's present time. Errors: DEADLINE_NOT_REACHED with both times.
Result<Claims> find_claims(client::Hub& hub, const poco::DealId& id, const poco::Deal& deal);
/// Sends the claims in slices that fit a block.
Status<> send_claims(Context& context, const poco::DealId& id, Claims& claims);

/// Start of a deal + 10 × its category's time, seconds.
Result<std::uint64_t> final_deadline_s(client::Hub& hub, const poco::Deal& deal);

}  // namespace bourse::cli
