// The worker's transactions as intents of the outbox, and whether they are still needed.
#pragma once

#include <bourse/client/hub.hpp>
#include <bourse/client/outbox.hpp>
#include <bourse/worker/journal.hpp>

#include <optional>
#include <string>

namespace bourse::worker {

enum class ChainStep : std::uint8_t { kContribute, kReveal, kContributeAndFinalize };

std::string intent_key(ChainStep step, const poco::TaskId& task);
struct ParsedKey {
    ChainStep step;
    poco::TaskId task;
};
std::optional<ParsedKey> parse_intent_key(std::string_view key);

/// From a record whose digest is known. Reveals go first: a missed one costs the stake.
client::Intent make_intent(ChainStep step, const TaskRecord& record, const Address& hub, const Address& worker);

/// The predicate for the outbox, by one look at the chain for all intents.
Result<std::vector<bool>> still_needed(std::span<const client::Intent> intents, client::Hub& hub,
                                       const Address& worker);

}  // namespace bourse::worker
