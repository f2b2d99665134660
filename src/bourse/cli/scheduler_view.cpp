#include <bourse/cli/scheduler_view.hpp>

#include <bourse/cli/output.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/net/http_client.hpp>

#include <fmt/format.h>

namespace bourse::cli {

using nlohmann::json;

namespace {

Result<json> ask_scheduler(const std::string& url, const std::string& path, const std::string& authorization = {}) {
    net::ClientRequest request;
    request.url = url + path;
    request.headers["accept"] = "application/json";
    if (!authorization.empty()) request.headers["authorization"] = authorization;
    const auto response = net::http_request(request);
    if (!response)
        return fail("SCHEDULER_UNREACHABLE",
                    fmt::format("No scheduler answers at {} ({}). Another address: --scheduler.", url,
                                response.error().message));
    auto body = json::parse(response->body, nullptr, false);
    if (!body.is_object())
        return fail("SCHEDULER_REFUSED",
                    fmt::format("The scheduler at {} answered with status {} and no JSON.", url, response->status));
    if (response->status != 200 || !body.value("ok", true)) {
        const auto error = body.find("error");
        std::string sentence = fmt::format("status {}", response->status);
        if (error != body.end() && error->is_string()) sentence = error->get<std::string>();
        if (error != body.end() && error->is_object() && error->contains("message") && (*error)["message"].is_string())
            sentence = (*error)["message"].get<std::string>();
        return fail("SCHEDULER_REFUSED", fmt::format("The scheduler refused: {}", sentence));
    }
    return body;
}

/// A member as text; empty when absent or null.
std::string member_text(const json& object, const char* name) {
    const auto it = object.find(name);
    if (it == object.end() || it->is_null()) return {};
    return it->is_string() ? it->get<std::string>() : it->dump();
}

std::string with_newline(std::string text) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text;
}

}  // namespace

Result<SchedulerView> scheduler_task(const std::string& url, const poco::TaskId& task) {
    BOURSE_TRY(auto body, ask_scheduler(url, "/v1/tasks/" + to_hex(task)));
    body.erase("ok");
    SchedulerView view;
    std::vector<std::vector<std::string>> rows{{"worker", "doing", "cause"}};
    for (const auto& replicate : body.value("replicates", json::array()))
        if (replicate.is_object())
            rows.push_back(
                {member_text(replicate, "worker"), member_text(replicate, "status"), member_text(replicate, "cause")});
    view.text = fields({{"scheduler", member_text(body, "status")}, {"verdict", member_text(body, "verdict")}});
    if (rows.size() > 1) view.text += table(rows);
    view.data = std::move(body);
    return view;
}

Result<SchedulerView> scheduler_logs(const std::string& url, const poco::TaskId& task, const crypto::PrivateKey& key,
                                     const std::string& worker) {
    BOURSE_TRY(const auto challenge, ask_scheduler(url, "/v1/challenge?address=" + to_checksum(key.address())));
    BOURSE_TRY(const auto authorization,
               client::authorization_header(challenge.contains("data") ? challenge["data"] : challenge, key));
    BOURSE_TRY(auto body, ask_scheduler(url, fmt::format("/v1/tasks/{}/logs", to_hex(task)), authorization));
    SchedulerView view;
    view.data = {{"task", to_hex(task)}, {"logs", json::array()}};
    for (const auto& log : body.value("logs", json::array())) {
        if (!log.is_object() || (!worker.empty() && member_text(log, "worker") != worker)) continue;
        view.data["logs"].push_back(log);
        view.text +=
            fmt::format("worker {}, exit code {}\n", member_text(log, "worker"), member_text(log, "exit_code"));
        for (const char* stream : {"stdout", "stderr"}) {
            const auto text = member_text(log, stream);
            if (!text.empty()) view.text += fmt::format("--- {}\n{}", stream, with_newline(text));
        }
    }
    if (view.data["logs"].empty()) view.text = "There is no log of this task yet.";
    return view;
}

}  // namespace bourse::cli
