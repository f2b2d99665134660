// Facts of the hub in storage: configuration, categories, accounts, running totals, consumption of orders.
// `hub` is the address whose storage is meant.
#pragma once

#include <bourse/native/core/layout.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/state/state.hpp>

#include <optional>
#include <string>

namespace bourse::native {

struct HubConfig {
    Address owner;
    Address token;
    std::string name;
    std::string symbol;
    std::uint8_t decimals = 0;
    Address app_registry;
    Address dataset_registry;
    Address workerpool_registry;
    Address v3_hub;
    Hash domain_separator;  ///< zero until configured
    Address tee_broker;
    Uint256 callback_gas;
    std::uint64_t category_count = 0;

    bool operator==(const HubConfig&) const = default;
};
HubConfig load_hub_config(const state::State& state, const Address& hub);
void store_hub_config(state::State& state, const Address& hub, const HubConfig& config);

std::optional<poco::Category> load_category(const state::State& state, const Address& hub, const Uint256& index);
void append_category(state::State& state, const Address& hub, const poco::Category& category);

/// One slot: score, locked, stake of 64 bits each; a larger one has its flag and a slot of its own.
struct HubAccount {
    Uint256 stake;   ///< spendable, nRLC
    Uint256 locked;  ///< nRLC, held as stake of the hub
    Uint256 score;
    bool score_imported = false;

    bool operator==(const HubAccount&) const = default;
};
HubAccount load_account(const state::State& state, const Address& hub, const Address& account);
void store_account(state::State& state, const Address& hub, const Address& account, const HubAccount& value);

/// Running totals, from which the invariants are checked after each transaction.
struct Books {
    Uint256 supply;     ///< of SRLC
    Uint256 locked;     ///< sum of all locked
    Uint256 stray;      ///< stake of the hub that nobody's lock accounts for (sent to it by users)
    Uint256 committed;  ///< what open deals and contributions account for: locked without the kitty's
    Uint256 in_flight;  ///< seized and not yet handed on: zero between transactions

    bool operator==(const Books&) const = default;
};
Books load_books(const state::State& state, const Address& hub);
void store_books(state::State& state, const Address& hub, const Books& books);
Books books_of(ByteView record);
HubAccount account_of(const Bytes32& slot);  ///< without wide values
bool has_wide_values(const Bytes32& account_slot) noexcept;

struct OrderState {
    Uint256 consumed;
    Address presigner;

    bool operator==(const OrderState&) const = default;
};
OrderState load_order(const state::State& state, const Address& hub, const poco::OrderHash& order);
void store_order(state::State& state, const Address& hub, const poco::OrderHash& order, const OrderState& value);

}  // namespace bourse::native
