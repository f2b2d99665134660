#include <bourse/market/faucet.hpp>

#include <bourse/poco/selectors.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

namespace bourse::market {

const char* const kFaucetSchema =
    "CREATE TABLE faucet(address TEXT PRIMARY KEY, granted_ms BIGINT NOT NULL, intent TEXT NOT NULL,"
    " paid BIGINT NOT NULL)";

Faucet::Faucet(db::Database& database, orderbook::MarketChain& chain, client::OutboxChain& outbox_chain,
               const crypto::PrivateKey& key, FaucetConfig config, std::function<std::uint64_t()> now_ms)
    : db_(&database), chain_(&chain), config_(config), now_ms_(std::move(now_ms)) {
    client::OutboxConfig outbox;
    outbox.on_outcome = [this](const client::Outcome& outcome) { settle(outcome); };
    const auto always = [](std::span<const client::Intent> intents) -> Result<std::vector<bool>> {
        return std::vector<bool>(intents.size(), true);
    };
    outbox_ = std::make_unique<client::Outbox>(database, outbox_chain, key, always, std::move(outbox));
}

void Faucet::start() {
    // Outcomes that a killed predecessor did not get to see.
    for (const auto& row : db_->query("SELECT intent FROM faucet WHERE paid=0"))
        if (const auto outcome = outbox_->outcome(db::sql_text(row[0])); outcome && client::is_final(outcome->state))
            settle(*outcome);
    outbox_->start();
}

void Faucet::settle(const client::Outcome& outcome) {
    if (outcome.state == client::IntentState::kDone) {
        sys::Metrics::global().count("bourse_market_faucet_paid_total", "Faucet requests paid.");
        db_->execute("UPDATE faucet SET paid=1 WHERE intent=?1", {outcome.key});
        return;
    }
    sys::log_error("faucet cannot pay", {{"intent", outcome.key}, {"reason", outcome.reason}});
    db_->execute("DELETE FROM faucet WHERE intent=?1", {outcome.key});  // the address may ask again
}

std::uint64_t Faucet::next_ms(const Address& address) const {
    const auto rows = db_->query("SELECT granted_ms FROM faucet WHERE address=?1", {to_hex(address)});
    if (rows.empty()) return 0;
    const auto next = static_cast<std::uint64_t>(db::sql_int(rows[0][0])) + config_.period_ms;
    return next > now_ms_() ? next : 0;
}

Result<Faucet::Grant> Faucet::request(const Address& address) {
    BOURSE_TRY(const auto facts, chain_->facts());
    const std::lock_guard lock(mutex_);
    if (const auto next = next_ms(address); next != 0)
        return fail("FAUCET_WAIT", "This address has received RLC today. The next request is possible at " +
                                       sys::iso8601_ms(next) + ".");
    const auto waiting =
        static_cast<std::uint64_t>(db::sql_int(db_->query("SELECT COUNT(*) FROM faucet WHERE paid=0")[0][0]));
    if (waiting >= config_.queue_length)
        return fail("FAUCET_BUSY", "The waiting list of " + std::to_string(config_.queue_length) +
                                       " is full. Try again in a few "
                                       "seconds.");
    const auto now_ms = now_ms_();
    client::Intent intent;
    intent.key = "faucet:" + to_hex(address) + ":" + std::to_string(now_ms);
    intent.to = facts.token;
    intent.data = abi::encode_call(poco::selectors::rlc::kTransfer, address, Uint256(config_.amount_nrlc));
    db_->transaction([&] {
        db_->execute(
            "INSERT INTO faucet(address, granted_ms, intent, paid) VALUES(?1,?2,?3,0) ON CONFLICT(address) DO"
            " UPDATE SET granted_ms=excluded.granted_ms, intent=excluded.intent, paid=0",
            {to_hex(address), static_cast<std::int64_t>(now_ms), intent.key});
        outbox_->insert(std::span(&intent, 1));
    });
    outbox_->wake();
    Grant grant{config_.amount_nrlc, waiting + 1, config_.queue_length, {}};
    grant.message = "Successfully requested " + std::to_string(grant.amount_nrlc) +
                    " nRLC. Your position in the waiting list is " + std::to_string(grant.position) + "/" +
                    std::to_string(grant.length);
    return grant;
}

}  // namespace bourse::market
