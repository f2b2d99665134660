// bourse app|dataset|workerpool init|deploy|show|count
#include <bourse/cli/app_page.hpp>
#include <bourse/cli/command.hpp>
#include <bourse/cli/dataset_encrypt.hpp>
#include <bourse/cli/deploy.hpp>
#include <bourse/cli/project.hpp>
#include <bourse/client/fetch.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/contracts.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

namespace bourse::cli {

namespace {

using nlohmann::ordered_json;

struct ResourceArgs {
    OrderKind kind = OrderKind::kApp;
    std::string which;
    std::string user;
    DeployArgs deploy;
};

std::string registry_name(OrderKind kind) { return std::string(poco::to_text(kind)); }

Address registry_of(OrderKind kind, const client::HubFacts& facts) {
    if (kind == OrderKind::kApp) return facts.app_registry;
    return kind == OrderKind::kDataset ? facts.dataset_registry : facts.workerpool_registry;
}

ordered_json resource_template(OrderKind kind, const std::string& owner) {
    switch (kind) {
        case OrderKind::kApp:
            return {{"owner", owner},
                    {"name", "my-app"},
                    {"type", "DOCKER"},
                    {"multiaddr", "127.0.0.1:5000/my-app:1.0.0"},
                    {"checksum", to_hex(Hash{})}};
        case OrderKind::kDataset:
            return {
                {"owner", owner}, {"name", "my-dataset"}, {"multiaddr", "/ipfs/bafy…"}, {"checksum", to_hex(Hash{})}};
        case OrderKind::kWorkerpool:
            return {{"owner", owner}, {"description", "my-workerpool"}};
        case OrderKind::kRequest:
            break;
    }
    return nullptr;
}

Result<Answer> init_resource(Context& context, const ResourceArgs& args) {
    BOURSE_TRY(auto project, open_project_or_empty());
    const std::string name = registry_name(args.kind);
    if (project.json().contains(name))
        return fail("ALREADY_THERE", fmt::format("iexec.json already has \"{}\". Edit it, or remove it first.", name));
    // The owner may be filled in later: a wallet is not needed to write a template.
    const auto owner = context.wallet_address();
    project.json()[name] = resource_template(args.kind, owner ? to_checksum(*owner) : to_checksum(Address{}));
    BOURSE_CHECK(project.save());
    Answer answer;
    answer.data = {{"file", project.path().string()}, {name, nlohmann::json(project.json()[name])}};
    answer.text = fmt::format("Wrote \"{}\" into {}. Edit it, then `bourse {} deploy`.\n{}", name,
                              project.path().string(), name, project.json()[name].dump(2));
    return answer;
}

struct Shown {
    nlohmann::json data;
    std::vector<std::pair<std::string, std::string>> rows;
};

std::string multiaddr_text(const Bytes& multiaddr) {
    return client::reference_of_multiaddr(multiaddr).value_or(to_hex(multiaddr));
}

Result<Shown> describe(client::Hub& hub, OrderKind kind, const Address& address) {
    const std::string pointer = to_checksum(address);
    if (kind == OrderKind::kApp) {
        BOURSE_TRY(const auto app, hub.app(address));
        return Shown{{{"address", pointer},
                      {"owner", to_checksum(app.owner)},
                      {"name", app.name},
                      {"type", app.type},
                      {"multiaddr", multiaddr_text(app.multiaddr)},
                      {"checksum", to_hex(app.checksum)},
                      {"mrenclave", std::string(as_text(app.mrenclave))}},
                     {{"app", pointer},
                      {"owner", to_checksum(app.owner)},
                      {"name", app.name},
                      {"type", app.type},
                      {"multiaddr", multiaddr_text(app.multiaddr)},
                      {"checksum", to_hex(app.checksum)}}};
    }
    if (kind == OrderKind::kDataset) {
        BOURSE_TRY(const auto dataset, hub.dataset(address));
        return Shown{{{"address", pointer},
                      {"owner", to_checksum(dataset.owner)},
                      {"name", dataset.name},
                      {"multiaddr", multiaddr_text(dataset.multiaddr)},
                      {"checksum", to_hex(dataset.checksum)}},
                     {{"dataset", pointer},
                      {"owner", to_checksum(dataset.owner)},
                      {"name", dataset.name},
                      {"multiaddr", multiaddr_text(dataset.multiaddr)},
                      {"checksum", to_hex(dataset.checksum)}}};
    }
    BOURSE_TRY(const auto pool, hub.workerpool(address));
    const std::string stake = to_decimal(pool.worker_stake_ratio_policy),
                      reward = to_decimal(pool.scheduler_reward_ratio_policy);
    return Shown{{{"address", pointer},
                  {"owner", to_checksum(pool.owner)},
                  {"description", pool.description},
                  {"worker_stake_ratio", stake},
                  {"scheduler_reward_ratio", reward}},
                 {{"workerpool", pointer},
                  {"owner", to_checksum(pool.owner)},
                  {"description", pool.description},
                  {"worker stake", stake + " % of the pool's price"},
                  {"scheduler's reward", reward + " % of the pool's price"}}};
}

bool is_index(const std::string& text) {
    return !text.empty() && text.size() < 19 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<Address> user_of(Context& context, const ResourceArgs& args) {
    return args.user.empty() ? context.wallet_address() : context.account_address(args.user);
}

Result<Answer> show_resource(Context& context, const ResourceArgs& args) {
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    const Address registry = registry_of(args.kind, facts);
    Address address;
    if (is_index(args.which)) {
        BOURSE_TRY(const auto user, user_of(context, args));
        BOURSE_TRY(address, hub->resource_by_index(registry, user, std::stoull(args.which)));
    } else {
        BOURSE_TRY(address, resource_address(context, args.kind, args.which));
    }
    BOURSE_TRY(const bool is_registered, hub->is_registered(registry, address));
    if (!is_registered)
        return fail("RESOURCE_NOT_FOUND",
                    fmt::format("{} is no {} of this chain's registry. Deploy one with `bourse {} deploy`.",
                                to_checksum(address), registry_name(args.kind), registry_name(args.kind)));
    BOURSE_TRY(auto shown, describe(*hub, args.kind, address));
    if (args.kind == OrderKind::kApp) {
        if (auto page = page_of_app(context, address)) {
            shown.data["page"] = std::move(page->data);
            shown.rows.emplace_back("page", std::move(page->text));
        }
    }
    return Answer{std::move(shown.data), fields(shown.rows), std::nullopt};
}

Result<Answer> count_resources(Context& context, const ResourceArgs& args) {
    BOURSE_TRY(const auto user, user_of(context, args));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    const Address registry = registry_of(args.kind, facts);
    BOURSE_TRY(const auto count, hub->count_resources(registry, user));
    constexpr std::uint64_t kMostListed = 100;
    Answer answer;
    answer.data = {{"user", to_checksum(user)}, {"count", count}, {"addresses", nlohmann::json::array()}};
    answer.text =
        fmt::format("{} owns {} {}{}.\n", to_checksum(user), count, registry_name(args.kind), count == 1 ? "" : "s");
    for (std::uint64_t i = 0; i < std::min(count, kMostListed); ++i) {
        BOURSE_TRY(const auto address, hub->resource_by_index(registry, user, i));
        answer.data["addresses"].push_back(to_checksum(address));
        answer.text += fmt::format("{:>3}  {}\n", i, to_checksum(address));
    }
    return answer;
}

void add_deploy_options(CLI::App& deploy, ResourceArgs& args) {
    if (args.kind == OrderKind::kWorkerpool) {
        deploy.add_option("--description", args.deploy.name, "Description (default: of iexec.json)");
        return;
    }
    deploy.add_option("--name", args.deploy.name, "Name (default: of iexec.json)");
    deploy.add_option("--multiaddr", args.deploy.multiaddr,
                      args.kind == OrderKind::kApp ? "Image with its registry, e.g. 127.0.0.1:5000/hello:1.0"
                                                   : "URL or /ipfs/<cid> of the file");
    deploy.add_option("--checksum", args.deploy.checksum,
                      args.kind == OrderKind::kApp ? "Digest of the image (default: asked from the registry)"
                                                   : "SHA-256 of the file");
    if (args.kind == OrderKind::kDataset)
        deploy
            .add_option("--file", args.deploy.file,
                        "Upload this file to the store, as `bourse upload` does, and take its address and checksum")
            ->check(CLI::ExistingFile);
}

std::string deploy_examples(OrderKind kind) {
    switch (kind) {
        case OrderKind::kApp:
            return "  bourse app deploy\n  bourse app deploy --name hello --multiaddr 127.0.0.1:5000/hello:1.0 "
                   "--wallet app_provider";
        case OrderKind::kDataset:
            return "  bourse dataset deploy\n  bourse dataset deploy --name cities --file cities.csv --wallet "
                   "dataset_provider";
        case OrderKind::kWorkerpool:
            return "  bourse workerpool deploy --description 'my pool' --wallet scheduler2";
        case OrderKind::kRequest:
            break;
    }
    return {};
}

void add_resource_group(CLI::App& root, OrderKind kind, const char* help, int& exit_code) {
    const std::string name = registry_name(kind);
    auto* group = root.add_subcommand(name, help);
    group->require_subcommand(1);
    const auto add = [&](const char* verb_name, const std::string& verb_help, const std::string& examples, auto verb,
                         const auto& more) {
        auto options = std::make_shared<CommonOptions>();
        auto args = std::make_shared<ResourceArgs>();
        args->kind = kind;
        auto* sub = group->add_subcommand(verb_name, verb_help);
        add_network_options(*sub, *options);
        add_wallet_options(*sub, *options);
        more(*sub, *args);
        set_examples(*sub, examples);
        set_verb(*sub, options, exit_code, [args, verb](Context& context) { return verb(context, *args); });
    };
    const auto user = [](CLI::App& sub, ResourceArgs& args) {
        sub.add_option("--user", args.user, "Owner: address or name (default: the own wallet)");
    };
    add("init", "Write a template into iexec.json", fmt::format("  bourse {} init", name), init_resource,
        [](CLI::App&, ResourceArgs&) {});
    add(
        "deploy", "Register it on chain", deploy_examples(kind),
        [](Context& context, const ResourceArgs& args) { return deploy_resource(context, args.kind, args.deploy); },
        [](CLI::App& sub, ResourceArgs& args) { add_deploy_options(sub, args); });
    add("show", "Show one: by address, by the owner's number, or the last deployed",
        fmt::format("  bourse {0} show\n  bourse {0} show 0 --user requester --json", name), show_resource,
        [&](CLI::App& sub, ResourceArgs& args) {
            sub.add_option("which", args.which, "Address, name, or number (default: the last deployed)");
            user(sub, args);
        });
    add("count", "How many an account owns, and which", fmt::format("  bourse {} count --user app_provider", name),
        count_resources, user);
    if (kind == OrderKind::kApp) add_app_describe(*group, exit_code);
    if (kind == OrderKind::kDataset) add_dataset_encrypt(*group, exit_code);
}

}  // namespace

void add_resource_commands(CLI::App& root, int& exit_code) {
    add_resource_group(root, OrderKind::kApp, "Applications for sale: init, deploy, describe, show, count", exit_code);
    add_resource_group(root, OrderKind::kDataset, "Datasets for sale: encrypt, init, deploy, show, count", exit_code);
    add_resource_group(root, OrderKind::kWorkerpool, "Workerpools: init, deploy, show, count", exit_code);
}

}  // namespace bourse::cli
