#include <bourse/chain/genesis.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/contracts.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace bourse::chain {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::uint64_t kGenesisFormat = 1;

tl::unexpected<Error> bad_genesis(const std::string& key, const char* want) {
    return fail("GENESIS_INVALID", "The genesis file is wrong at \"" + key + "\": it must be " + want + ".");
}

std::string_view kind_name(ChainKind kind) {
    switch (kind) {
        case ChainKind::kPublic:
            return "public";
        case ChainKind::kDevelopment:
            return "development";
        case ChainKind::kConformance:
            return "conformance";
    }
    return "public";
}

/// Reads members of one object; remembers the first that is wrong, and which keys it was asked for.
class GenesisReader {
public:
    GenesisReader(const OrderedJson& object, std::string path) : object_(object), path_(std::move(path)) {}

    const std::optional<Error>& error() const noexcept { return error_; }

    std::string text(const char* key) {
        const auto* value = find(key);
        if (value == nullptr || !value->is_string()) return refuse(key, "a text"), std::string();
        return value->get<std::string>();
    }
    std::uint64_t number(const char* key) {
        const auto* value = find(key);
        if (value == nullptr || !value->is_number_unsigned()) return refuse(key, "a number"), 0;
        return value->get<std::uint64_t>();
    }
    bool flag(const char* key) {
        const auto* value = find(key);
        if (value == nullptr) return false;
        if (!value->is_boolean()) refuse(key, "true or false");
        return value->is_boolean() && value->get<bool>();
    }
    /// A decimal text; 0 when absent.
    Uint256 amount(const char* key) {
        if (find(key) == nullptr) return {};
        const auto value = uint256_from_decimal(text(key));
        if (!value) refuse(key, "a decimal number as a text");
        return value.value_or(Uint256{});
    }
    Address address(const char* key) {
        const std::string written = text(key);
        if (!address_from_hex(written)) return refuse(key, "an address"), Address{};
        const auto value = parse_address(written);
        if (!value) refuse(key, "an address whose capitals are its checksum, or one in lower case");
        return value.value_or(Address{});
    }
    Bytes bytes(const char* key) {
        auto value = from_hex(text(key));
        if (!value) refuse(key, "0x-hex");
        return value.value_or(Bytes{});
    }
    Bytes32 bytes32(const char* key) {
        const auto value = hash_from_hex(text(key));
        if (!value) refuse(key, "32 bytes of 0x-hex");
        return value.value_or(Bytes32{});
    }
    bool has(const char* key) const { return find(key) != nullptr; }

    /// Calls read(reader) for each object of a list; an absent list is empty.
    template <class F>
    void each(const char* key, F read) {
        const auto* list = find(key);
        if (list == nullptr) return;
        if (!list->is_array()) return refuse(key, "a list");
        for (std::size_t i = 0; i < list->size(); ++i) {
            GenesisReader reader((*list)[i], path_ + key + "[" + std::to_string(i) + "].");
            if (!(*list)[i].is_object()) return refuse(key, "a list of objects");
            read(reader);
            reader.refuse_unknown();
            if (reader.error_ && !error_) error_ = reader.error_;
        }
    }
    std::vector<Bytes> byte_list(const char* key) {
        std::vector<Bytes> out;
        const auto* list = find(key);
        if (list == nullptr) return out;
        if (!list->is_array()) return refuse(key, "a list"), out;
        for (const auto& entry : *list) {
            auto value = entry.is_string() ? from_hex(entry.get<std::string>()) : std::nullopt;
            if (!value) return refuse(key, "a list of 0x-hex texts"), out;
            out.push_back(*std::move(value));
        }
        return out;
    }

    void refuse(const std::string& key, const char* want) {
        if (!error_) error_ = bad_genesis(path_ + key, want).value();
    }
    /// After everything was read: a key that nobody asked for is a mistake, a misspelt one perhaps.
    void refuse_unknown() {
        for (const auto& member : object_.items())
            if (!known_.contains(member.key())) refuse(member.key(), "left out: there is no such key");
    }
    const OrderedJson* find(const char* key) const {
        known_.insert(key);
        if (!object_.is_object()) return nullptr;
        const auto it = object_.find(key);
        return it == object_.end() ? nullptr : &*it;
    }

private:
    const OrderedJson& object_;
    std::string path_;
    std::optional<Error> error_;
    mutable std::set<std::string> known_;
};

void read_accounts(GenesisReader& root, GenesisConfig& out) {
    std::set<Address> seen;
    root.each("accounts", [&](GenesisReader& account) {
        const Address address = account.address("address");
        // Its coins would be replaced and its RLC added: the file that the data folder keeps could not say that.
        if (!seen.insert(address).second) account.refuse("address", "an address that no entry before names");
        if (account.has("coins_wei")) out.coins.emplace_back(address, account.amount("coins_wei"));
        if (account.has("rlc_nrlc")) out.hub.rlc.emplace_back(address, account.amount("rlc_nrlc"));
        if (account.has("stake_nrlc")) out.hub.stakes.emplace_back(address, account.amount("stake_nrlc"));
        if (account.has("score")) out.hub.scores.emplace_back(address, account.amount("score"));
    });
}

void read_hub(GenesisReader& hub, native::HubGenesis& out) {
    out.owner = hub.address("owner");
    out.kitty = hub.amount("kitty_nrlc");
    hub.each("categories", [&](GenesisReader& c) {
        if (!c.has("work_clock_time_ref_s")) c.refuse("work_clock_time_ref_s", "a decimal number as a text");
        out.categories.push_back({c.text("name"), c.text("description"), c.amount("work_clock_time_ref_s")});
    });
    hub.each("apps", [&](GenesisReader& a) {
        out.apps.push_back({a.address("owner"), a.text("name"), a.text("type"), a.bytes("multiaddr"),
                            a.bytes32("checksum"), a.bytes("mrenclave")});
    });
    hub.each("datasets", [&](GenesisReader& d) {
        out.datasets.push_back({d.address("owner"), d.text("name"), d.bytes("multiaddr"), d.bytes32("checksum")});
    });
    hub.each("workerpools", [&](GenesisReader& w) {
        out.workerpools.push_back({w.address("owner"), w.text("description"), w.amount("worker_stake_percent"),
                                   w.amount("scheduler_reward_percent")});
    });
    if (hub.has("app_base_uri")) out.app_base_uri = hub.text("app_base_uri");
    if (hub.has("dataset_base_uri")) out.dataset_base_uri = hub.text("dataset_base_uri");
    if (hub.has("workerpool_base_uri")) out.workerpool_base_uri = hub.text("workerpool_base_uri");
}

/// Largest amounts that keep every sum of the chain within 256 bits (coins) and the token's rules (RLC).
Status<> check_amounts(const GenesisConfig& config) {
    Uint256 coins;
    for (const auto& [address, wei] : config.coins) {
        const auto sum = checked_add(coins, wei);
        if (!sum || sum->bit_length() > 200)
            return bad_genesis("accounts", "a list whose coins sum to less than 2^200 wei");
        coins = *sum;
    }
    Uint256 rlc = config.hub.kitty;
    for (const auto* list : {&config.hub.rlc, &config.hub.stakes})
        for (const auto& [address, nrlc] : *list) {
            const auto sum = checked_add(rlc, nrlc);
            if (!sum || sum->bit_length() > 57)
                return bad_genesis("accounts", "a list whose RLC sum to less than 2^57 nRLC");
            rlc = *sum;
        }
    return {};
}

/// Equal resources of one owner would get one address.
Status<> check_resources(const native::HubGenesis& hub) {
    std::set<std::pair<Address, Bytes>> seen;
    const auto is_new = [&seen](const Address& owner, Bytes initializer) {
        return seen.emplace(owner, std::move(initializer)).second;
    };
    const char* want = "a list without two equal entries of one owner";
    for (const auto& app : hub.apps)
        if (!is_new(app.owner, poco::app_initializer(app))) return bad_genesis("hub.apps", want);
    for (const auto& dataset : hub.datasets)
        if (!is_new(dataset.owner, poco::dataset_initializer(dataset))) return bad_genesis("hub.datasets", want);
    for (const auto& pool : hub.workerpools)
        if (!is_new(pool.owner, poco::workerpool_initializer(pool.description)))
            return bad_genesis("hub.workerpools", "a list without two equal descriptions of one owner");
    return {};
}

OrderedJson account_list(const GenesisConfig& config) {
    std::vector<Address> order;
    std::map<Address, OrderedJson> objects;
    const auto put = [&](const auto& list, const char* key) {
        for (const auto& [address, amount] : list) {
            auto [it, is_new] = objects.try_emplace(address, OrderedJson{{"address", to_checksum(address)}});
            if (is_new) order.push_back(address);
            it->second[key] = to_decimal(amount);
        }
    };
    put(config.coins, "coins_wei");
    put(config.hub.rlc, "rlc_nrlc");
    put(config.hub.stakes, "stake_nrlc");
    put(config.hub.scores, "score");
    OrderedJson out = OrderedJson::array();
    for (const auto& address : order) out.push_back(objects[address]);
    return out;
}

OrderedJson hub_object(const native::HubGenesis& hub) {
    OrderedJson out{{"owner", to_checksum(hub.owner)}, {"kitty_nrlc", to_decimal(hub.kitty)}};
    for (const char* key : {"categories", "apps", "datasets", "workerpools"}) out[key] = OrderedJson::array();
    for (const auto& c : hub.categories)
        out["categories"].push_back(OrderedJson{{"name", c.name},
                                                {"description", c.description},
                                                {"work_clock_time_ref_s", to_decimal(c.work_clock_time_ref)}});
    for (const auto& a : hub.apps)
        out["apps"].push_back(OrderedJson{{"owner", to_checksum(a.owner)},
                                          {"name", a.name},
                                          {"type", a.type},
                                          {"multiaddr", to_hex(a.multiaddr)},
                                          {"checksum", to_hex(a.checksum)},
                                          {"mrenclave", to_hex(a.mrenclave)}});
    for (const auto& d : hub.datasets)
        out["datasets"].push_back(OrderedJson{{"owner", to_checksum(d.owner)},
                                              {"name", d.name},
                                              {"multiaddr", to_hex(d.multiaddr)},
                                              {"checksum", to_hex(d.checksum)}});
    for (const auto& w : hub.workerpools)
        out["workerpools"].push_back(
            OrderedJson{{"owner", to_checksum(w.owner)},
                        {"description", w.description},
                        {"worker_stake_percent", to_decimal(w.worker_stake_ratio_policy)},
                        {"scheduler_reward_percent", to_decimal(w.scheduler_reward_ratio_policy)}});
    out["app_base_uri"] = hub.app_base_uri;
    out["dataset_base_uri"] = hub.dataset_base_uri;
    out["workerpool_base_uri"] = hub.workerpool_base_uri;
    return out;
}

}  // namespace

Result<GenesisConfig> parse_genesis(std::string_view json) {
    const OrderedJson document = OrderedJson::parse(json, nullptr, false);
    if (!document.is_object()) return fail("GENESIS_INVALID", "The genesis file is not a JSON object.");
    GenesisReader root(document, "");
    if (root.number("format") != kGenesisFormat) root.refuse("format", "1: this program knows no other format");
    GenesisConfig out;
    const std::string kind = root.text("kind");
    bool known = false;
    for (const auto candidate : {ChainKind::kPublic, ChainKind::kDevelopment, ChainKind::kConformance})
        if (kind == kind_name(candidate)) {
            out.kind = candidate;
            known = true;
        }
    if (!known) root.refuse("kind", "public, development or conformance");
    out.chain_id = root.number("chain_id");
    out.hub.chain_id = out.chain_id;
    out.time_s = root.number("time_s");
    if (out.time_s > (std::uint64_t{1} << 40)) root.refuse("time_s", "seconds since 1970");
    out.beneficiary = root.address("beneficiary");
    out.archive = root.flag("archive");
    read_accounts(root, out);
    if (const auto* object = root.find("hub"); object != nullptr) {
        GenesisReader hub(*object, "hub.");
        read_hub(hub, out.hub);
        hub.refuse_unknown();
        if (hub.error()) return fail(*hub.error());
    } else {
        root.refuse("hub", "an object");
    }
    out.transactions = root.byte_list("transactions");
    root.refuse_unknown();
    if (root.error()) return fail(*root.error());
    BOURSE_CHECK(check_amounts(out));
    BOURSE_CHECK(check_resources(out.hub));
    return out;
}

std::string to_json(const GenesisConfig& config) {
    OrderedJson out{{"format", kGenesisFormat},
                    {"kind", kind_name(config.kind)},
                    {"chain_id", config.chain_id},
                    {"time_s", config.time_s},
                    {"beneficiary", to_checksum(config.beneficiary)},
                    {"archive", config.archive},
                    {"accounts", account_list(config)},
                    {"hub", hub_object(config.hub)},
                    {"transactions", OrderedJson::array()}};
    for (const auto& raw : config.transactions) out["transactions"].push_back(to_hex(raw));
    return out.dump(2) + "\n";
}

}  // namespace bourse::chain
