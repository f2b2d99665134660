#include <bourse/cli/deploy.hpp>

#include <bourse/cli/project.hpp>
#include <bourse/cli/upload.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/sys/process.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace bourse::cli {

namespace {

using client::OrderKind;

/// What is to be created: the registry's call, its address to be, and lines that tell what was filled in.
struct Creation {
    Address registry;
    Bytes call;
    Address address;
    std::vector<std::string> notes;
    nlohmann::json data;
};

std::string value_of(const std::string& flag, const nlohmann::ordered_json& part, const char* key) {
    if (!flag.empty()) return flag;
    const auto it = part.find(key);
    return it != part.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Result<Hash> parse_checksum(const std::string& text) {
    if (text.empty()) return Hash{};
    const auto hash = hash_from_hex(text.starts_with("sha256:") ? text.substr(7) : text);
    if (!hash) return fail("DEPLOY_INVALID", fmt::format("The checksum '{}' is not 64 hex digits.", text));
    return *hash;
}

tl::unexpected<Error> missing_value(OrderKind kind, std::string_view what) {
    const std::string name(poco::to_text(kind));
    return fail("DEPLOY_INVALID",
                fmt::format("The {}'s {} is missing. Give --{}, or write it into iexec.json (`bourse {} init`).", name,
                            what, what, name));
}

bool is_loopback_host(std::string_view host) {
    return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

Result<Creation> app_creation(Context& context, const client::HubFacts& facts, const Address& owner,
                              const nlohmann::ordered_json& part, const DeployArgs& args) {
    Creation out{facts.app_registry, {}, {}, {}, {}};
    poco::AppInfo app;
    app.owner = owner;
    app.name = value_of(args.name, part, "name");
    app.type = value_of("", part, "type");
    if (app.type.empty()) app.type = "DOCKER";
    const std::string multiaddr = value_of(args.multiaddr, part, "multiaddr");
    if (app.name.empty()) return missing_value(OrderKind::kApp, "name");
    if (multiaddr.empty()) return missing_value(OrderKind::kApp, "multiaddr");
    if (image_registry(multiaddr).empty())
        return fail("IMAGE_WITHOUT_REGISTRY",
                    fmt::format("The image '{}' names no registry, so workers could not know where to fetch it. Write "
                                "it in full, e.g. docker.io/library/{} or 127.0.0.1:5000/{}.",
                                multiaddr, multiaddr, multiaddr));
    app.multiaddr = to_bytes(multiaddr);
    BOURSE_TRY(app.checksum, parse_checksum(value_of(args.checksum, part, "checksum")));
    if (app.checksum.is_zero()) {
        context.progress().stage("Asking the registry for the image's digest");
        BOURSE_TRY(app.checksum, image_digest(multiaddr));
        out.notes.push_back(
            fmt::format("The checksum was missing; the registry has {} under {}.", to_hex(app.checksum), multiaddr));
    }
    out.call = poco::create_app_call(app);
    out.address = poco::resource_address(out.registry, poco::app_initializer(app), owner);
    out.data = {{"name", app.name}, {"multiaddr", multiaddr}, {"checksum", to_hex(app.checksum)}};
    return out;
}

Status<> upload_dataset(Context& context, const std::string& file, std::string& multiaddr, Hash& checksum,
                        std::vector<std::string>& notes) {
    BOURSE_TRY(const auto stored, upload_file(context, file));
    checksum = stored.digests.sha256;
    multiaddr = "/ipfs/" + stored.digests.cid;
    notes.push_back(fmt::format("Uploaded {} as {}.", file, multiaddr));
    return {};
}

Result<Creation> dataset_creation(Context& context, const client::HubFacts& facts, const Address& owner,
                                  const nlohmann::ordered_json& part, const DeployArgs& args) {
    Creation out{facts.dataset_registry, {}, {}, {}, {}};
    poco::DatasetInfo dataset;
    dataset.owner = owner;
    dataset.name = value_of(args.name, part, "name");
    if (dataset.name.empty()) return missing_value(OrderKind::kDataset, "name");
    std::string multiaddr = value_of(args.multiaddr, part, "multiaddr");
    if (!args.file.empty()) {
        BOURSE_CHECK(upload_dataset(context, args.file, multiaddr, dataset.checksum, out.notes));
    } else {
        BOURSE_TRY(dataset.checksum, parse_checksum(value_of(args.checksum, part, "checksum")));
    }
    if (multiaddr.empty()) return missing_value(OrderKind::kDataset, "multiaddr");
    if (dataset.checksum.is_zero()) return missing_value(OrderKind::kDataset, "checksum");
    dataset.multiaddr = to_bytes(multiaddr);
    out.call = poco::create_dataset_call(dataset);
    out.address = poco::resource_address(out.registry, poco::dataset_initializer(dataset), owner);
    out.data = {{"name", dataset.name}, {"multiaddr", multiaddr}, {"checksum", to_hex(dataset.checksum)}};
    return out;
}

Result<Creation> workerpool_creation(const client::HubFacts& facts, const Address& owner,
                                     const nlohmann::ordered_json& part, const DeployArgs& args) {
    Creation out{facts.workerpool_registry, {}, {}, {}, {}};
    const std::string description = value_of(args.name, part, "description");
    if (description.empty()) return missing_value(OrderKind::kWorkerpool, "description");
    out.call = poco::create_workerpool_call(owner, description);
    out.address = poco::resource_address(out.registry, poco::workerpool_initializer(description), owner);
    out.data = {{"description", description}};
    return out;
}

Result<Creation> prepare(Context& context, OrderKind kind, const client::HubFacts& facts, const Address& owner,
                         const nlohmann::ordered_json& part, const DeployArgs& args) {
    if (kind == OrderKind::kApp) return app_creation(context, facts, owner, part, args);
    if (kind == OrderKind::kDataset) return dataset_creation(context, facts, owner, part, args);
    return workerpool_creation(facts, owner, part, args);
}

/// The new resource of a creation's receipt: token id of the registry's Transfer.
std::optional<Address> created_address(const client::Receipt& receipt, const Address& registry) {
    for (const auto& log : receipt.logs) {
        if (log.address != registry || log.topics.size() != 4 || log.topics[0] != poco::events::Transfer::kTopic)
            continue;
        return Address::from(ByteView(log.topics[3]).subspan(12));
    }
    return std::nullopt;
}

/// The wallet, unless iexec.json names somebody else: anyone may register a resource for anyone.
Result<Address> owner_of(Context& context, const nlohmann::ordered_json& part) {
    const std::string text = value_of("", part, "owner");
    if (!text.empty()) {
        BOURSE_TRY(const auto owner, parse_address(text));
        if (!owner.is_zero()) return owner;
    }
    return context.wallet_address();
}

/// What skopeo means: the msg="…" of its log line, without its own preamble.
std::string skopeo_reason(const std::string& log) {
    const auto begin = log.find("msg=\"");
    std::string text = begin == std::string::npos ? log : log.substr(begin + 5);
    std::string out;
    for (std::size_t i = 0; i < text.size() && text[i] != '\n'; ++i) {
        if (text[i] == '\\') continue;
        out.push_back(text[i]);
    }
    if (const auto colon = out.find("\": "); out.starts_with("Error parsing image name") && colon != std::string::npos)
        out.erase(0, colon + 3);
    while (!out.empty() && (out.back() == '"' || out.back() == ' ')) out.pop_back();
    return out;
}

Status<> remember(OrderKind kind, std::uint64_t chain_id, const Address& address) {
    BOURSE_TRY(auto deployed, open_deployed());
    client::set_deployed_address(deployed, kind, chain_id, address);
    return deployed.save();
}

}  // namespace

std::string image_registry(std::string_view multiaddr) {
    const auto slash = multiaddr.find('/');
    if (slash == std::string_view::npos) return {};
    const auto host = multiaddr.substr(0, slash);
    if (host == "localhost" || host.find('.') != std::string_view::npos || host.find(':') != std::string_view::npos)
        return std::string(host);
    return {};
}

Result<Hash> image_digest(const std::string& multiaddr) {
    sys::ProcessSpec spec;
    spec.argv = {"skopeo", "inspect", "--raw"};
    if (is_loopback_host(image_registry(multiaddr))) spec.argv.push_back("--tls-verify=false");
    spec.argv.push_back("docker://" + multiaddr);
    spec.timeout_ms = 60'000;
    spec.max_output_bytes = 8 << 20;
    auto result = sys::run_process(spec);
    if (!result)
        return fail("SKOPEO_MISSING",
                    "The checksum is missing and skopeo is not installed to ask the registry for it. Install skopeo or "
                    "give --checksum.");
    if (!result->ok()) {
        const std::string reason = result->timed_out ? "no answer within 60 s" : skopeo_reason(result->err);
        return fail(
            "IMAGE_NOT_FOUND",
            fmt::format("The registry does not give the image {}: {}. Push the image first, or give --checksum.",
                        multiaddr, reason));
    }
    return crypto::sha256(as_bytes(result->out));
}

Result<Answer> deploy_resource(Context& context, OrderKind kind, const DeployArgs& args) {
    const std::string name(poco::to_text(kind));
    BOURSE_TRY(const auto project, open_project_or_empty());
    const auto part_it = project.json().find(name);
    const nlohmann::ordered_json part = part_it == project.json().end() ? nlohmann::ordered_json::object() : *part_it;
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    BOURSE_TRY(const auto owner, owner_of(context, part));
    BOURSE_TRY(auto creation, prepare(context, kind, facts, owner, part, args));
    BOURSE_TRY(const bool is_there, hub->is_registered(creation.registry, creation.address));
    if (is_there)
        return fail(
            "ALREADY_DEPLOYED",
            fmt::format("The same {} of the same owner is already on chain: {}. Change its {} to deploy another.", name,
                        to_checksum(creation.address), kind == OrderKind::kWorkerpool ? "description" : "name"));
    BOURSE_TRY(auto* const sender, context.sender());
    BOURSE_TRY(const auto receipt, sender->send(creation.registry, creation.call));
    const auto address = created_address(receipt, creation.registry);
    if (!address)
        return fail("NODE_BAD_ANSWER",
                    fmt::format("The receipt of {} shows no new {}.", to_hex(receipt.tx_hash), name));
    BOURSE_TRY(const auto chain_id, context.chain_id());
    BOURSE_CHECK(remember(kind, chain_id, *address));
    Answer answer;
    answer.data = creation.data;
    answer.data["address"] = to_checksum(*address);
    answer.data["owner"] = to_checksum(owner);
    answer.data["transaction"] = to_hex(receipt.tx_hash);
    answer.data["notes"] = creation.notes;
    for (const auto& note : creation.notes) answer.text += note + "\n";
    answer.text += fmt::format("Deployed {} {} (kept in deployed.json).\ntransaction: {}", name, to_checksum(*address),
                               to_hex(receipt.tx_hash));
    return answer;
}

}  // namespace bourse::cli
