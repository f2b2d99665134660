// bourse doctor
#include <bourse/cli/command.hpp>
#include <bourse/cli/context.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

namespace bourse::cli {

namespace {

struct Finding {
    enum Grade { kGood, kWarning, kBad } grade;
    std::string what;
    std::string detail;  ///< what was seen, and for warnings and faults what to do
};

const char* grade_text(Finding::Grade grade) {
    switch (grade) {
        case Finding::kGood:
            return "ok";
        case Finding::kWarning:
            return "warning";
        case Finding::kBad:
            return "FAULT";
    }
    return "";
}

void check_node(Context& context, std::vector<Finding>& out) {
    auto node = context.rpc();
    if (!node) {
        out.push_back({Finding::kBad, "node", node.error().message});
        return;
    }
    const auto head = (*node)->head();
    if (!head) {
        out.push_back({Finding::kBad, "node", head.error().message});
        return;
    }
    const std::uint64_t now = sys::unix_time_s();
    const std::uint64_t age = now > head->time_s ? now - head->time_s : 0;
    constexpr std::uint64_t kOldS = 60;
    out.push_back({age > kOldS ? Finding::kWarning : Finding::kGood, "node",
                   fmt::format("{}: block {}, {} s old{}", (*node)->url(), head->number, age,
                               age > kOldS ? ". Does it still make blocks? See its log." : "")});
    auto hub = context.hub();
    const auto facts = hub ? (*hub)->facts() : Result<client::HubFacts>(fail(hub.error()));
    out.push_back(facts ? Finding{Finding::kGood, "hub", to_checksum((*hub)->address())}
                        : Finding{Finding::kBad, "hub", facts.error().message});
}

void check_service(const std::string& name, const std::string& url, const std::string& path, const std::string& hint,
                   std::vector<Finding>& out) {
    if (url.empty()) {
        out.push_back({Finding::kWarning, name, "not named by this network: " + hint});
        return;
    }
    net::ClientRequest request;
    request.url = url + path;
    request.timeout_ms = 5'000;
    const std::uint64_t start = sys::steady_ms();
    const auto response = net::http_request(request);
    if (!response)
        out.push_back({Finding::kBad, name,
                       fmt::format("{} does not answer ({}). Start it with `bourse up` or look into its log.", url,
                                   response.error().message)});
    else if (response->status != 200)
        out.push_back({Finding::kBad, name, fmt::format("{} answers with status {}", request.url, response->status)});
    else
        out.push_back({Finding::kGood, name, fmt::format("{} ({} ms)", url, sys::steady_ms() - start)});
}

void check_wallet(Context& context, std::vector<Finding>& out) {
    const auto address = context.wallet_address();
    if (!address) {
        out.push_back({Finding::kWarning, "wallet", address.error().message});
        return;
    }
    auto hub = context.hub();
    const auto account = hub ? (*hub)->account(*address) : Result<poco::Account>(fail(hub.error()));
    if (!account) {
        out.push_back({Finding::kGood, "wallet", to_checksum(*address)});
        return;
    }
    const bool is_empty = account->stake.is_zero();
    out.push_back(
        {is_empty ? Finding::kWarning : Finding::kGood, "wallet",
         fmt::format(
             "{}: deposit {} free, {} locked{}", to_checksum(*address), amount_text(account->stake),
             amount_text(account->locked),
             is_empty ? ". Nothing can be bought yet: `bourse wallet getRLC`, then `bourse account deposit`." : "")});
}

bool is_in_path(const std::string& program) {
    const char* path = std::getenv("PATH");
    std::string rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
    rest += ":/usr/sbin:/sbin";
    for (std::size_t begin = 0; begin <= rest.size();) {
        const auto end = std::min(rest.find(':', begin), rest.size());
        const std::filesystem::path candidate = std::filesystem::path(rest.substr(begin, end - begin)) / program;
        if (::access(candidate.c_str(), X_OK) == 0) return true;
        begin = end + 1;
    }
    return false;
}

/// What a worker on this machine could rely on.
void check_sandbox(std::vector<Finding>& out) {
    for (const char* program : {"runc", "skopeo", "umoci"})
        out.push_back(
            is_in_path(program)
                ? Finding{Finding::kGood, program, "installed"}
                : Finding{Finding::kWarning, program,
                          fmt::format("not installed: a worker here cannot run tasks (apt-get install {})", program)});
    std::error_code error;
    const bool is_version_2 = std::filesystem::exists("/sys/fs/cgroup/cgroup.controllers", error);
    const char* const folder = is_version_2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    out.push_back(::access(folder, W_OK) == 0
                      ? Finding{Finding::kGood, "cgroups", is_version_2 ? "version 2, writable" : "version 1, writable"}
                      : Finding{Finding::kWarning, "cgroups",
                                "not writable here: memory and process limits of tasks fall back to resource "
                                "limits (development chains only)"});
    const bool has_namespaces = std::filesystem::exists("/proc/self/ns/user", error);
    out.push_back(
        has_namespaces && ::geteuid() == 0
            ? Finding{Finding::kGood, "namespaces", "the kernel has them, and this is root"}
            : Finding{Finding::kWarning, "namespaces", "a worker needs root or user namespaces to isolate tasks"});
}

Result<Answer> doctor(Context& context) {
    std::vector<Finding> findings;
    const auto network = context.network();
    if (network) {
        findings.push_back({Finding::kGood, "network", fmt::format("{} (from {})", network->name, network->origin)});
        context.progress().stage("Asking node, market, scheduler and store");
        check_node(context, findings);
        check_service("market", network->market_url, "/version",
                      "needed to publish and to buy without order files (--market)", findings);
        check_service("scheduler", network->scheduler_url, "/v1/pool", "needed for logs and causes (--scheduler)",
                      findings);
        check_service("store", network->store_url, "/version", "needed to download results (--store)", findings);
    } else {
        findings.push_back({Finding::kBad, "network", network.error().message});
    }
    check_wallet(context, findings);
    check_sandbox(findings);
    Answer answer;
    answer.data["findings"] = nlohmann::json::array();
    std::vector<std::vector<std::string>> rows;
    for (const auto& finding : findings) {
        answer.data["findings"].push_back(
            {{"check", finding.what}, {"grade", grade_text(finding.grade)}, {"detail", finding.detail}});
        rows.push_back({grade_text(finding.grade), finding.what, finding.detail});
    }
    answer.text = table(rows);
    const auto faults =
        std::ranges::count_if(findings, [](const Finding& finding) { return finding.grade == Finding::kBad; });
    if (faults > 0)
        answer.error = Error{"FAULTS_FOUND", fmt::format("{} fault{} found.", faults, faults == 1 ? "" : "s")};
    return answer;
}

}  // namespace

void add_doctor_command(CLI::App& root, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto* sub = root.add_subcommand("doctor", "Check network, services, wallet and this machine, and say what to do");
    add_network_options(*sub, *options);
    add_wallet_options(*sub, *options);
    set_examples(*sub, "  bourse doctor --wallet requester\n  bourse doctor --json");
    set_verb(*sub, options, exit_code, doctor);
}

}  // namespace bourse::cli
