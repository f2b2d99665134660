#include <bourse/client/chain_file.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace bourse::client {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

/// Keys of SDK 9, then those that only SDK 8 knows: both kinds of files are read.
constexpr std::array<std::string_view, 17> kChainKeys{"id",
                                                      "host",
                                                      "hub",
                                                      "sms",
                                                      "iexecGateway",
                                                      "ipfsGateway",
                                                      "compass",
                                                      "pocoSubgraph",
                                                      "native",
                                                      "useGas",
                                                      "ensRegistry",
                                                      "ensPublicResolver",
                                                      "voucherHub",
                                                      "voucherSubgraph",
                                                      "resultProxy",
                                                      "bridge",
                                                      "defaultTeeFramework"};
constexpr std::array<std::string_view, 4> kChainFileKeys{"default", "chains", "providers", "allowExperimentalNetworks"};

/// Reads members of one JSON object; the first fault is kept and names file, key and what is expected.
class Fields {
public:
    Fields(const json& object, std::string code, std::string where)
        : object_(object), code_(std::move(code)), where_(std::move(where)) {}

    std::string text(std::string_view key) const {
        auto it = object_.find(key);
        return it != object_.end() && it->is_string() ? it->get<std::string>() : std::string();
    }
    /// Empty when absent or null; otherwise an http(s) URL without a trailing slash.
    std::string url(std::string_view key) {
        auto it = object_.find(key);
        if (it == object_.end() || it->is_null()) return {};
        std::string value = text(key);
        if (!value.starts_with("http://") && !value.starts_with("https://"))
            fault(key, "must be an http:// or https:// address");
        while (value.ends_with('/')) value.pop_back();
        return value;
    }
    Address address(std::string_view key) {
        auto parsed = parse_address(text(key));
        if (!parsed) fault(key, "must be an address (0x and 40 hex digits)");
        return parsed.value_or(Address{});
    }
    void fault(std::string_view key, std::string_view what) {
        if (!error_) error_ = Error{code_, fmt::format("{}: \"{}\" {}.", where_, key, what)};
    }
    const std::optional<Error>& error() const { return error_; }

private:
    const json& object_;
    std::string code_, where_;
    std::optional<Error> error_;
};

Result<json> read_json(const std::filesystem::path& path, const std::string& code) {
    BOURSE_TRY(const auto text, sys::read_file(path, 16 << 20));
    auto document = json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object())
        return fail(code, fmt::format("{} is no JSON object. Correct it, or move it away and run `bourse init`.",
                                      path.string()));
    return document;
}

std::uint64_t chain_number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && end == text.data() + text.size() ? value : 0;
}

Result<Network> read_chain(const json& chain, const std::string& name, const std::filesystem::path& path) {
    const std::string where = fmt::format("{}, chain \"{}\"", path.string(), name);
    if (!chain.is_object()) return fail("CHAIN_FILE_INVALID", where + " is no object.");
    for (const auto& [key, value] : chain.items())
        if (std::ranges::find(kChainKeys, key) == kChainKeys.end())
            return fail("CHAIN_FILE_INVALID",
                        fmt::format("{}: unknown key \"{}\". Known are {}.", where, key, fmt::join(kChainKeys, ", ")));
    Fields fields(chain, "CHAIN_FILE_INVALID", where);
    Network network;
    network.name = name;
    network.origin = path.string();
    if (chain.contains("id")) {
        network.chain_id = chain_number(fields.text("id"));
        if (network.chain_id == 0) fields.fault("id", "must be the chain id as a string, e.g. \"65535\"");
    }
    network.rpc_url = fields.url("host");
    if (network.rpc_url.empty()) fields.fault("host", "is missing: the JSON-RPC address of the node");
    network.hub = fields.address("hub");
    network.market_url = fields.url("iexecGateway");
    network.store_url = fields.url("ipfsGateway");
    network.scheduler_url = fields.url("compass");
    if (chain.contains("sms") && chain["sms"].is_string()) network.secrets_url = fields.url("sms");
    if (fields.error()) return fail(*fields.error());
    return network;
}

}  // namespace

const DevAccount* UpFile::account(std::string_view name) const {
    auto it = std::ranges::find(accounts, name, &DevAccount::name);
    return it == accounts.end() ? nullptr : &*it;
}

Result<Network> read_chain_file(const std::filesystem::path& path, const std::string& chain) {
    BOURSE_TRY(const auto document, read_json(path, "CHAIN_FILE_INVALID"));
    for (const auto& [key, value] : document.items())
        if (std::ranges::find(kChainFileKeys, key) == kChainFileKeys.end())
            return fail("CHAIN_FILE_INVALID", fmt::format("{}: unknown key \"{}\". Known are {}.", path.string(), key,
                                                          fmt::join(kChainFileKeys, ", ")));
    const auto chains = document.find("chains");
    if (chains == document.end() || !chains->is_object() || chains->empty())
        return fail("CHAIN_FILE_INVALID",
                    fmt::format("{}: \"chains\" is missing or empty. `bourse init` writes an example.", path.string()));
    std::string name = chain;
    if (name.empty() && document.contains("default") && document["default"].is_string())
        name = document["default"].get<std::string>();
    if (name.empty() && chains->size() == 1) name = chains->begin().key();
    std::vector<std::string> names;
    for (const auto& [key, value] : chains->items()) names.push_back(key);
    if (name.empty())
        return fail("CHAIN_FILE_INVALID", fmt::format("{}: no \"default\". Choose a chain with --chain; there are {}.",
                                                      path.string(), fmt::join(names, ", ")));
    if (!chains->contains(name))
        return fail("CHAIN_FILE_INVALID",
                    fmt::format("{} has no chain \"{}\"; there are {}.", path.string(), name, fmt::join(names, ", ")));
    return read_chain((*chains)[name], name, path);
}

namespace {

Result<std::map<std::string, DevApp>> read_resources(const json& document, const char* key,
                                                     const std::filesystem::path& path) {
    std::map<std::string, DevApp> out;
    const auto resources = document.find(key);
    if (resources == document.end() || !resources->is_object()) return out;
    for (const auto& [name, entry] : resources->items()) {
        if (!entry.is_object()) continue;
        Fields fields(entry, "UP_FILE_INVALID", fmt::format("{}, {} \"{}\"", path.string(), key, name));
        DevApp resource;
        resource.address = fields.address("address");
        resource.multiaddr = fields.text("multiaddr");
        resource.checksum = hash_from_hex(fields.text("checksum")).value_or(Hash{});
        if (fields.error()) return fail(*fields.error());
        out.emplace(name, std::move(resource));
    }
    return out;
}

Status<> read_accounts(const json& document, const std::filesystem::path& path, std::vector<DevAccount>& out) {
    for (const auto& entry : document.value("accounts", json::array())) {
        if (!entry.is_object()) continue;
        Fields fields(entry, "UP_FILE_INVALID", path.string() + ", accounts");
        out.push_back({fields.text("name"), fields.address("address"), fields.text("key_file")});
        if (fields.error()) return fail(*fields.error());
    }
    return {};
}

}  // namespace

Result<UpFile> read_up_file(const std::filesystem::path& path) {
    BOURSE_TRY(const auto document, read_json(path, "UP_FILE_INVALID"));
    Fields fields(document, "UP_FILE_INVALID", path.string());
    UpFile up;
    Network& network = up.network;
    network.name = "bourse";
    network.origin = path.string();
    network.rpc_url = fields.url("rpc_url");
    if (network.rpc_url.empty()) fields.fault("rpc_url", "is missing");
    network.hub = fields.address("hub");
    if (const auto id = document.find("chain_id"); id != document.end() && id->is_number_unsigned())
        network.chain_id = id->get<std::uint64_t>();
    network.market_url = fields.url("market_url");
    network.scheduler_url = fields.url("scheduler_url");
    network.store_url = fields.url("store_url");
    network.secrets_url = fields.url("secrets_url");
    network.registry_url = fields.text("registry_url");
    up.ws_url = fields.text("ws_url");
    if (!fields.text("workerpool").empty()) up.workerpool = fields.address("workerpool");
    if (fields.error()) return fail(*fields.error());
    BOURSE_CHECK(read_accounts(document, path, up.accounts));
    BOURSE_TRY(up.apps, read_resources(document, "apps", path));
    BOURSE_TRY(up.datasets, read_resources(document, "datasets", path));
    for (const auto& entry : document.value("roles", json::array())) {
        if (!entry.is_object()) continue;
        const Fields role(entry, "UP_FILE_INVALID", path.string());
        const auto pid = entry.find("pid");
        up.roles.push_back({role.text("name"), pid != entry.end() && pid->is_number_integer() ? pid->get<int>() : 0,
                            role.text("url"), role.text("metrics_url"), role.text("log")});
    }
    return up;
}

std::string make_chain_file(const Network& network, bool for_sdk8) {
    ordered_json chain;
    chain["id"] = std::to_string(network.chain_id);
    chain["host"] = network.rpc_url;
    chain["hub"] = to_checksum(network.hub);
    // The existing SDK wants the key even where it asks for no secret; a market answers 404 there: none is stored.
    const std::string& secrets = network.secrets_url.empty() ? network.market_url : network.secrets_url;
    if (!secrets.empty()) chain["sms"] = secrets;
    if (!network.market_url.empty()) chain["iexecGateway"] = network.market_url;
    if (!network.store_url.empty()) chain["ipfsGateway"] = network.store_url;
    if (!network.scheduler_url.empty()) chain["compass"] = network.scheduler_url;
    if (for_sdk8) chain["resultProxy"] = network.store_url;
    const std::string name = network.name.empty() ? "bourse" : network.name;
    const ordered_json document{{"default", name}, {"chains", {{name, chain}}}};
    return document.dump(2) + "\n";
}

}  // namespace bourse::client
