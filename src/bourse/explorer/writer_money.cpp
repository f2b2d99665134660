// Money, resources, and the numbers of accounts and orders.
#include <bourse/explorer/writer.hpp>
#include <bourse/poco/events.hpp>

#include <algorithm>
#include <limits>

namespace bourse::explorer {

namespace {

namespace events = poco::events;

std::int64_t money(const Uint256& value) {
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(value.saturated_u64(), std::numeric_limits<std::int64_t>::max()));
}

/// Length of the well-formed UTF-8 sequence that `text` begins with, 0 if it begins with none.
std::size_t utf8_length(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return lead == 0 ? 0 : 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    std::uint32_t point = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80U) return 0;
        point = point << 6U | (byte & 0x3FU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    return point < kLeast[length] || surrogate || point > 0x10FFFF ? 0 : length;
}

}  // namespace

std::string clean_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = utf8_length(text);
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string name_key(std::string_view clean_name) {
    std::string out(clean_name.substr(0, 64));
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    while (!out.empty() && utf8_length(std::string_view(out).substr(out.size() - 1)) == 0 && out.size() > 60)
        out.pop_back();  // a sequence that the cut has torn
    return clean_text(out);
}

// ---- money

void Writer::move_stake(const events::Transfer& event, const Place& place) {
    const auto amount = money(event.value);
    for (const auto& [who, sign] : {std::pair(event.from, -1), std::pair(event.to, 1)}) {
        if (who.is_zero() || event.from == event.to) continue;
        const auto id = account(who, place);
        db_->execute("UPDATE accounts SET staked=staked+?1 WHERE seq=?2", {sign * amount, id});
        touched_->accounts.insert(id);
    }
    if (event.from == hub_ || event.to == hub_) return;  // Lock, Unlock and Reward say it
    if (event.from.is_zero()) {
        add_entry(EntryKind::kDeposit, event.to, {}, amount, 0, place);
    } else if (event.to.is_zero()) {
        add_entry(EntryKind::kWithdraw, event.from, {}, amount, 0, place);
    } else {
        add_entry(EntryKind::kSend, event.from, event.to, amount, 0, place);
        add_entry(EntryKind::kReceive, event.to, event.from, amount, 0, place);
    }
    add_transfer(true, event.from, event.to, amount, place);
}

void Writer::move_token(const client::LogEntry& log, const Place& place) {
    if (const auto event = poco::decode_event<events::Transfer>(log.topics, log.data))
        add_transfer(false, event->from, event->to, money(event->value), place);
}

void Writer::add_transfer(bool stake, const Address& from, const Address& to, std::int64_t amount, const Place& place) {
    const auto sender = account(from, place);
    const auto receiver = account(to, place);
    db_->execute(
        "INSERT INTO transfers(seq, stake, from_account, to_account, amount, block, time_s, tx)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
        {++last_.transfers, std::int64_t{stake ? 1 : 0}, sender, receiver, amount, place.block, place.time_s,
         place.tx});
    for (const auto id : {sender, receiver == sender ? 0 : receiver})
        if (id != 0) db_->execute("UPDATE accounts SET transfers=transfers+1 WHERE seq=?1", {id});
}

void Writer::add_entry(EntryKind kind, const Address& who, const Address& other, std::int64_t amount, std::int64_t task,
                       const Place& place) {
    const auto id = account(who, place);
    const auto seq = ++last_.entries;
    db_->execute(
        "INSERT INTO entries(seq, kind, account, other, amount, task, block, time_s, tx)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
        {seq, static_cast<std::int64_t>(kind), id, account(other, place), amount, task, place.block, place.time_s,
         place.tx});
    touched_->entries.push_back(seq);
    touched_->accounts.insert(id);
    const std::int64_t locked = kind == EntryKind::kLock                                  ? amount
                                : kind == EntryKind::kUnlock || kind == EntryKind::kSeize ? -amount
                                                                                          : 0;
    const bool reward = kind == EntryKind::kReward;
    db_->execute("UPDATE accounts SET entries=entries+1, locked=locked+?1, rewards=rewards+?2 WHERE seq=?3",
                 {locked, reward ? amount : 0, id});
    if (task == 0 || (!reward && kind != EntryKind::kSeize)) return;
    const auto changed =
        db_->execute("UPDATE contributions SET reward=reward+?1, loss=loss+?2 WHERE task=?3 AND worker=?4",
                     {reward ? amount : 0, reward ? 0 : amount, task, id});
    if (changed > 0 && !reward) db_->execute("UPDATE accounts SET slashed=slashed+?1 WHERE seq=?2", {amount, id});
}

// ---- resources

void Writer::apply_registry(const client::LogEntry& log, const Place& place, ResourceKind kind) {
    const auto moved = poco::decode_event<events::Erc721Transfer>(log.topics, log.data);
    if (!moved) return;
    const auto address = address_of_token(moved->token_id);
    const auto owner = account(moved->to, place);
    if (moved->from.is_zero()) add_resource(kind, address, moved->to, place);
    const auto rows = db_->query("SELECT seq FROM resources WHERE account=?1", {account(address, place)});
    if (rows.empty()) return;
    const auto resource = db::sql_int(rows[0][0]);
    db_->execute("UPDATE resources SET owner=?1 WHERE seq=?2", {owner, resource});
    db_->execute("INSERT INTO resource_owners(seq, resource, owner, block, time_s, tx) VALUES(?1,?2,?3,?4,?5,?6)",
                 {++last_.resource_owners, resource, owner, place.block, place.time_s, place.tx});
    touched_->resources.insert(resource);
    touch_roles(owner, kind == ResourceKind::kApp       ? kAppOwner
                       : kind == ResourceKind::kDataset ? kDatasetOwner
                                                        : kPoolOwner);
}

void Writer::add_resource(ResourceKind kind, const Address& address, const Address& owner, const Place& place) {
    std::string name, type, multiaddr, checksum, mrenclave;
    // Policies that changed since come as events of their own; these are what a pool begins with.
    std::int64_t stake_ratio = 0, share = 0;
    if (kind == ResourceKind::kApp) {
        const auto& app = facts_->apps.at(address);
        name = clean_text(app.name);
        type = clean_text(app.type);
        multiaddr = to_hex(app.multiaddr);
        checksum = to_hex(app.checksum);
        mrenclave = to_hex(app.mrenclave);
    } else if (kind == ResourceKind::kDataset) {
        const auto& dataset = facts_->datasets.at(address);
        name = clean_text(dataset.name);
        multiaddr = to_hex(dataset.multiaddr);
        checksum = to_hex(dataset.checksum);
    } else {
        const auto& pool = facts_->pools.at(address);
        name = clean_text(pool.description);
        stake_ratio = 30;
        share = 1;
    }
    const auto id = account(address, place);
    const auto seq = ++last_.resources;
    db_->execute(
        "INSERT INTO resources(seq, kind, account, owner, name, name_key, type, multiaddr, checksum, mrenclave,"
        " stake_ratio, share, block, time_s, tx) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)",
        {seq, static_cast<std::int64_t>(kind), id, account(owner, place), name, name_key(name), type, multiaddr,
         checksum, mrenclave, stake_ratio, share, place.block, place.time_s, place.tx});
    touched_->names.emplace_back(id, name);
    touched_->resources.insert(seq);
}

void Writer::apply_policy(const client::LogEntry& log, const Place& place) {
    const auto policy = poco::decode_event<events::PolicyUpdate>(log.topics, log.data);
    if (!policy) return;
    const auto id = known_account(log.address);
    if (id == 0) return;  // another contract's event of the same form
    const auto rows = db_->query("SELECT seq FROM resources WHERE account=?1 AND kind=2", {id});
    if (rows.empty()) return;
    const auto resource = db::sql_int(rows[0][0]);
    const auto stake = money(policy->new_stake_ratio);
    const auto share = money(policy->new_reward_ratio);
    db_->execute("UPDATE resources SET stake_ratio=?1, share=?2 WHERE seq=?3", {stake, share, resource});
    db_->execute(
        "INSERT INTO policies(seq, resource, stake_ratio, share, block, time_s, tx) VALUES(?1,?2,?3,?4,?5,?6,?7)",
        {++last_.policies, resource, stake, share, place.block, place.time_s, place.tx});
    touched_->resources.insert(resource);
}

// ---- numbers

std::int64_t Writer::known_account(const Address& address) {
    if (address.is_zero()) return 0;
    if (const auto found = account_cache_.find(address); found != account_cache_.end()) return found->second;
    const auto rows = db_->query("SELECT seq FROM accounts WHERE address=?1", {to_hex(address)});
    if (rows.empty()) return 0;
    return account_cache_[address] = db::sql_int(rows[0][0]);
}

std::int64_t Writer::account(const Address& address, const Place& place) {
    if (address.is_zero()) return 0;
    if (const auto known = known_account(address)) return known;
    const auto seq = ++last_.accounts;
    db_->execute("INSERT INTO accounts(seq, address, first_block, first_s) VALUES(?1,?2,?3,?4)",
                 {seq, to_hex(address), place.block, place.time_s});
    touched_->new_accounts.push_back(address);
    touched_->accounts.insert(seq);
    return account_cache_[address] = seq;
}

std::int64_t Writer::order_ref(const Hash& hash) {
    if (const auto found = order_cache_.find(hash); found != order_cache_.end()) return found->second;
    const auto rows = db_->query("SELECT seq FROM order_refs WHERE hash=?1", {to_hex(hash)});
    if (!rows.empty()) return order_cache_[hash] = db::sql_int(rows[0][0]);
    const auto seq = ++last_.order_refs;
    db_->execute("INSERT INTO order_refs(seq, hash) VALUES(?1,?2)", {seq, to_hex(hash)});
    touched_->new_orders.push_back(hash);
    return order_cache_[hash] = seq;
}

std::int64_t Writer::task_of(const Hash& id) {
    if (const auto found = task_cache_.find(id); found != task_cache_.end()) return found->second;
    const auto rows = db_->query("SELECT seq FROM tasks WHERE id=?1", {to_hex(id)});
    if (rows.empty()) return 0;
    return task_cache_[id] = db::sql_int(rows[0][0]);
}

void Writer::touch_roles(std::int64_t id, std::uint32_t roles) {
    if (id == 0) return;
    const auto had = db::sql_int(db_->query("SELECT roles FROM accounts WHERE seq=?1", {id})[0][0]);
    const auto has = had | static_cast<std::int64_t>(roles);
    if (has != had) {
        db_->execute("UPDATE accounts SET roles=?1 WHERE seq=?2", {has, id});
        touched_->roles.emplace_back(id, has);
    }
    touched_->accounts.insert(id);
}

}  // namespace bourse::explorer
