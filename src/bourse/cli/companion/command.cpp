// bourse companion CODE: signs in this terminal what a page of the market asks for (web-ui.md §7.2).
#include <bourse/cli/command.hpp>
#include <bourse/cli/companion/words.hpp>
#include <bourse/cli/context.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/net/ws_client.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <mutex>
#include <thread>

namespace bourse::cli {

namespace {

using nlohmann::json;

constexpr auto kRetry = std::chrono::seconds(2);
constexpr std::size_t kMaxWaiting = 16;  ///< requests that a page may have asked at once
constexpr std::size_t kMaxMessageText = 4'096;

/// Frames of the market in the order in which they came.
class Inbox {
public:
    void add(json frame) {
        const std::lock_guard lock(mutex_);
        if (frames_.size() < kMaxWaiting) frames_.push_back(std::move(frame));
        changed_.notify_all();
    }
    /// Waits for one.
    json take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !frames_.empty(); });
        auto frame = std::move(frames_.front());
        frames_.pop_front();
        return frame;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<json> frames_;
};

std::string socket_url(const std::string& market) {
    const auto base = market.ends_with('/') ? market.substr(0, market.size() - 1) : market;
    return "ws" + base.substr(4) + "/v1/companion";  // http → ws, https → wss
}

bool confirmed(const Words& words, const std::string& question) {
    std::cerr << '\n' << words.headline << '\n' << fields(words.rows);
    std::cerr << question << " [y/N] " << std::flush;
    std::string line;
    return std::getline(std::cin, line) && (line == "y" || line == "Y" || line == "yes");
}

Error refused() { return {"USER_REFUSED", "The companion's user said no."}; }

class Companion {
public:
    Companion(Context& context, SigningScope scope, std::string url, std::string code)
        : context_(context), scope_(std::move(scope)), url_(std::move(url)), code_(std::move(code)) {}

    /// Serves the page until the pairing is over: that is the error it ends with.
    Error run() {
        for (;;) {
            if (const auto connected = connect(); !connected && token_.empty()) return connected.error();
            while (socket_)
                if (const auto served = serve(inbox_.take()); !served) return served.error();
            std::this_thread::sleep_for(kRetry);
        }
    }

private:
    Status<> connect() {
        net::WsClient::Callbacks callbacks;
        callbacks.on_message = [this](std::string_view text) { inbox_.add(json::parse(text, nullptr, false)); };
        callbacks.on_close = [this](const Error&) { inbox_.add({{"op", "closed"}}); };
        BOURSE_TRY(socket_, net::WsClient::connect(url_, std::move(callbacks)));
        socket_->send(
            (token_.empty() ? json{{"op", "join"}, {"code", code_}} : json{{"op", "resume"}, {"token", token_}})
                .dump());
        return {};
    }
    Status<> serve(const json& frame) {
        if (!frame.is_object()) return {};
        const auto op = frame.value("op", std::string());
        if (op == "closed") {
            socket_.reset();
            note("The market is gone; trying again.");
        } else if (op == "paired") {
            if (frame.contains("token")) token_ = frame.at("token").get<std::string>();
            note(fmt::format("Paired. {} signs for the page; what it asks for is shown here first. Ctrl-C ends.",
                             to_checksum(*context_.wallet_address())));
        } else if (op == "away") {
            note("The page is closed. It can come back for ten minutes.");
        } else if (op == "back") {
            note("The page is back.");
        } else if (op == "error") {
            return fail(frame.value("code", std::string("REFUSED")), frame.value("message", std::string()));
        } else if (op == "data") {
            answer(frame.at("data"));
        }
        return {};
    }

    void answer(const json& request) {
        if (!request.is_object() || !request.contains("id")) return;
        json reply{{"id", request.at("id")}};
        if (auto result = handle(request))
            reply["result"] = *std::move(result);
        else
            reply["error"] = {{"code", result.error().code}, {"message", result.error().message}};
        if (socket_) socket_->send(json{{"op", "send"}, {"data", reply}}.dump());
    }

    Result<json> handle(const json& request) {
        const auto method = request.contains("method") && request.at("method").is_string()
                                ? request.at("method").get<std::string>()
                                : std::string();
        const auto params = request.value("params", json());
        if (method == "accounts") return accounts();
        Result<json> done = fail("METHOD_UNKNOWN", "The companion knows accounts, signTyped, signMessage and sendTx.");
        if (method == "signTyped") done = sign_typed(params);
        if (method == "signMessage") done = sign_message(params);
        if (method == "sendTx") done = send_transaction(params);
        note(done ? "Done." : fmt::format("Not signed: {}", done.error().message));
        return done;
    }

    Result<json> accounts() {
        BOURSE_TRY(const auto own, context_.wallet_address());
        return json{{"addresses", {to_checksum(own)}}, {"chainId", scope_.chain_id}, {"hub", to_checksum(scope_.hub)}};
    }

    Result<json> sign_typed(const json& document) {
        BOURSE_TRY(const auto request, read_typed_request(document, scope_));
        if (!confirmed(request.words, "Sign?")) return tl::unexpected(refused());
        BOURSE_TRY(const auto key, context_.key());
        return json(to_hex(client::sign_digest(key, request.digest)));
    }

    Result<json> sign_message(const json& params) {
        const auto text = params.is_object() ? params.value("text", std::string()) : std::string();
        if (text.empty() || text.size() > kMaxMessageText)
            return fail("MESSAGE_INVALID", "A message has a \"text\" of at most 4096 bytes.");
        if (!confirmed({"Sign this text. It moves no money.", {{"text", terminal_text(text)}}}, "Sign?"))
            return tl::unexpected(refused());
        BOURSE_TRY(const auto key, context_.key());
        return json(to_hex(client::sign_text(key, text)));
    }

    Result<json> send_transaction(const json& params) {
        BOURSE_TRY(const auto request, read_call_request(params, scope_));
        if (!confirmed(request.words, "Send?")) return tl::unexpected(refused());
        BOURSE_TRY(auto* const sender, context_.sender());
        BOURSE_TRY(const auto hash, sender->submit(request.transaction));
        return json{{"hash", to_hex(hash)}};
    }

    void note(const std::string& line) { context_.progress().note(line); }

    Context& context_;
    const SigningScope scope_;
    const std::string url_, code_;
    std::string token_;  ///< of the pairing, once the code was taken
    Inbox inbox_;
    std::unique_ptr<net::WsClient> socket_;
};

Result<Answer> run_companion(Context& context, std::string code) {
    BOURSE_TRY(const auto network, context.network());
    if (!network.market_url.starts_with("http"))
        return fail("MARKET_UNKNOWN", "Which market? Give --market URL, or a chain.json that names one.");
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    BOURSE_TRY(const auto chain_id, context.chain_id());
    BOURSE_CHECK(context.key());  // the password is asked for now, not in the middle of an order
    if (code.empty()) {
        std::cerr << "Open the page, choose the companion as wallet, and type the code that it shows: " << std::flush;
        if (!std::getline(std::cin, code)) return fail("CODE_MISSING", "No code was given.");
    }
    std::erase_if(code, [](char c) { return c == ' ' || c == '-'; });
    SigningScope scope{
        chain_id, hub->address(), facts.token, {facts.app_registry, facts.dataset_registry, facts.workerpool_registry}};
    return tl::unexpected(Companion(context, std::move(scope), socket_url(network.market_url), std::move(code)).run());
}

}  // namespace

void add_companion_command(CLI::App& root, int& exit_code) {
    auto* const app = root.add_subcommand("companion", "Sign in this terminal what a page of the market asks for");
    const auto options = std::make_shared<CommonOptions>();
    const auto code = std::make_shared<std::string>();
    app->add_option("code", *code, "The six digits that the page shows; asked for when left out");
    add_network_options(*app, *options);
    add_wallet_options(*app, *options);
    set_examples(*app,
                 "  bourse companion 493021 --wallet requester\n"
                 "  bourse companion --market https://market.example --wallet-file ~/keys/pool.json\n"
                 "The key stays in this process. Every order, login and transaction is shown in words and asked for.");
    set_verb(*app, options, exit_code, [code](Context& context) { return run_companion(context, *code); });
}

}  // namespace bourse::cli
