#include <bourse/worker/worker.hpp>

#include <bourse/client/hub.hpp>
#include <bourse/client/outbox.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>
#include <bourse/sys/process.hpp>
#include <bourse/worker/capability.hpp>
#include <bourse/worker/chain_steps.hpp>
#include <bourse/worker/engine.hpp>
#include <bourse/worker/session.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <unistd.h>
#include <algorithm>
#include <fstream>
#include <thread>

namespace bourse::worker {
namespace {

namespace stream = client::stream;

constexpr std::uint64_t kNodePatienceMs = 60'000;

std::uint64_t machine_memory_mib() {
    const auto pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGE_SIZE);
    if (pages <= 0 || size <= 0) return 0;
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) / (1 << 20);
}

/// Development chains alone have the methods that move their clock.
Result<bool> is_development_chain(client::RpcClient& rpc) {
    BOURSE_TRY(const auto modules, rpc.call("rpc_modules"));
    return modules.is_object() && modules.contains("evm");
}

Status<> check_tools() {
    for (const char* tool : {"skopeo", "umoci"}) {
        sys::ProcessSpec spec;
        spec.argv = {tool, "--version"};
        spec.timeout_ms = 10'000;
        const auto done = sys::run_process(spec);
        if (!done || !done->ok())
            return fail(
                "WORKER_TOOL_MISSING",
                fmt::format("{} does not run; install the package of that name (scripts/setup.sh does it).", tool));
    }
    return {};
}

}  // namespace

struct Worker::Impl {
    Impl(const WorkerConfig& config_in, const crypto::PrivateKey& wallet_in)
        : config(config_in),
          wallet(wallet_in),
          rpc(config.rpc_url),
          hub(rpc, config.hub),
          images(config.image_cache_dir, config.image_cache_mib << 20) {}

    WorkerConfig config;
    crypto::PrivateKey wallet;
    client::RpcClient rpc;
    client::Hub hub;
    ImageCache images;
    std::unique_ptr<Sandbox> sandbox;
    std::unique_ptr<db::Database> database;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<client::OutboxChain> outbox_chain;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<client::Outbox> outbox;
    std::unique_ptr<Session> session;

    void fill_in_defaults() {
        if (config.slots == 0) config.slots = std::max(1U, std::max(2U, std::thread::hardware_concurrency()) - 1);
        if (config.owner.is_zero()) config.owner = wallet.address();
        if (config.ipfs_gateways.empty() && !config.store_url.empty()) config.ipfs_gateways = {config.store_url};
        // The store is the operator's own choice as well.
        if (!config.store_url.empty()) config.fetch_allow.push_back(config.store_url);
    }

    Status<> wait_for_node() {
        const auto start = sys::steady_ms();
        while (true) {
            auto chain_id = rpc.chain_id();
            if (chain_id) return {};
            if (sys::stop_requested() || sys::steady_ms() - start > kNodePatienceMs) return fail(chain_id.error());
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
        }
    }

    Status<> choose_own_sandbox() {
        BOURSE_TRY(const bool development, is_development_chain(rpc));
        SandboxConfig choice;
        choice.data_dir = std::filesystem::absolute(config.data_dir);
        choice.owner_id = to_hex_plain(wallet.address()).substr(0, 12);
        choice.development = development;
        choice.kind = config.sandbox;
        BOURSE_TRY(sandbox, choose_sandbox(choice));
        sys::log_info("sandbox chosen", {{"sandbox", sandbox->name()}});
        for (const auto& gap : sandbox->not_held()) sys::log_warn("SANDBOX DOES NOT HOLD", {{"what", gap}});
        if (config.dev_cheat && !development)
            return fail("DEV_CHEAT_REFUSED", "--dev-cheat is for development chains only.");
        return {};
    }

    Status<> tell_stake() {
        BOURSE_TRY(const auto account, hub.account(wallet.address()));
        sys::log_info("stake", {{"worker", to_hex(wallet.address())},
                                {"free_nrlc", to_decimal(account.stake)},
                                {"locked_nrlc", to_decimal(account.locked)}});
        if (account.stake.is_zero())
            sys::log_warn("no stake", {{"what",
                                        "This wallet has no free deposit: deals that ask for a stake will be declined. "
                                        "Deposit with `bourse account deposit`."}});
        return {};
    }

    Status<> open_state() {
        BOURSE_TRY(database, db::Database::open("sqlite://" +
                                                (std::filesystem::absolute(config.data_dir) / "worker.db").string() +
                                                "?sync=full"));
        BOURSE_TRY(journal, Journal::open(*database));
        BOURSE_CHECK(images.open());
        remove_stray_folders();
        return {};
    }

    /// Folders of tasks that the journal does not know: their worker was killed while it dropped them.
    void remove_stray_folders() const {
        std::error_code ec;
        for (std::filesystem::directory_iterator it(config.data_dir / "tasks", ec), end; !ec && it != end;
             it.increment(ec)) {
            const auto id = hash_from_hex(it->path().filename().string());
            std::error_code ignored;
            if (!id || !journal->find(poco::TaskId(*id))) std::filesystem::remove_all(it->path(), ignored);
        }
    }

    void wire() {
        EngineParts parts;
        parts.config = &config;
        parts.wallet = &wallet;
        parts.hub = &hub;
        parts.journal = journal.get();
        parts.images = &images;
        parts.sandbox = sandbox.get();
        parts.slots = config.slots;
        parts.send = [this](const stream::WorkerMessage& message) -> std::uint64_t {
            return session ? session->send(message) : 0;
        };
        engine = std::make_unique<Engine>(std::move(parts));
        outbox_chain = client::make_outbox_chain(rpc);
        client::OutboxConfig outbox_config;
        outbox_config.on_outcome = [this](const client::Outcome& outcome) { engine->on_outcome(outcome); };
        outbox = std::make_unique<client::Outbox>(
            *database, *outbox_chain, wallet,
            [this](std::span<const client::Intent> intents) { return still_needed(intents, hub, wallet.address()); },
            outbox_config);
        session = std::make_unique<Session>(config, wallet, hub, description(), session_callbacks());
    }

    stream::Login description() const {
        stream::Login login;
        login.worker = wallet.address();
        login.owner = config.owner;
        login.name = config.name;
        login.software = "bourse/" BOURSE_VERSION;
        login.slots = config.slots;
        login.cores = std::max(1U, std::thread::hardware_concurrency());
        login.memory_mib = machine_memory_mib();
        const auto machine = describe_machine();
        login.os = machine.os;
        login.platform = machine.platform;
        login.cpu = machine.cpu;
        login.pauses = true;
        return login;
    }

    SessionCallbacks session_callbacks() {
        SessionCallbacks callbacks;
        callbacks.prepare_login = [this](const stream::Hello& hello, stream::Login& login) {
            journal->begin_stream(hello.stream_id);
            const auto position = journal->position();
            login.last_stream_id = position.stream_id;
            login.last_seq = position.seq;
        };
        callbacks.on_connected = [this] { engine->on_connected(); };
        callbacks.on_command = [this](const stream::Command& command) { engine->on_command(command); };
        callbacks.on_report_ack = [this](std::uint64_t number) { engine->on_report_ack(number); };
        callbacks.on_pause = [this](const stream::Pause& pause) { engine->on_pause(pause); };
        callbacks.on_fetch_answer = [this](const stream::FetchAnswer& answer) { engine->on_fetch_answer(answer); };
        return callbacks;
    }
};

Worker::Worker() = default;
Worker::~Worker() { stop(); }

Result<std::unique_ptr<Worker>> Worker::create(const WorkerConfig& config, const crypto::PrivateKey& wallet) {
    std::unique_ptr<Worker> worker(new Worker());
    worker->impl_ = std::make_unique<Impl>(config, wallet);
    auto& impl = *worker->impl_;
    impl.fill_in_defaults();
    BOURSE_CHECK(check_tools());
    BOURSE_CHECK(impl.wait_for_node());
    BOURSE_TRY([[maybe_unused]] const auto hub_facts, impl.hub.facts());
    BOURSE_CHECK(impl.choose_own_sandbox());
    BOURSE_CHECK(impl.tell_stake());
    BOURSE_CHECK(impl.open_state());
    impl.wire();
    return worker;
}

void Worker::start() {
    // The outbox and the session call the engine: it starts first and ends last.
    impl_->engine->start(*impl_->outbox);
    impl_->outbox->start();
    impl_->session->start();
}

void Worker::stop() {
    if (!impl_) return;
    if (impl_->session) impl_->session->stop();
    if (impl_->outbox) impl_->outbox->stop();
    if (impl_->engine) impl_->engine->stop();
}

}  // namespace bourse::worker
