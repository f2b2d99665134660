#include <bourse/worker/compute.hpp>

#include <bourse/client/archive.hpp>
#include <bourse/client/result_digest.hpp>
#include <bourse/poco/params.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>
#include <bourse/worker/app_contract.hpp>
#include <bourse/worker/causes.hpp>
#include <bourse/worker/inputs.hpp>

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <thread>

namespace bourse::worker {

namespace fs = std::filesystem;
namespace stream = client::stream;

TaskFolder task_folder(const WorkerConfig& config, const poco::TaskId& task) {
    return {config.data_dir / "tasks" / to_hex_plain(task)};
}

namespace {

constexpr int kPauseStepMs = 50;
const std::vector<double> kSecondsBuckets = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000};

class Computation {
public:
    Computation(const ComputeTools& tools, const stream::Command& assignment, const DealFacts& facts,
                const ComputeHooks& hooks)
        : tools_(tools),
          config_(*tools.config),
          assignment_(assignment),
          facts_(facts),
          hooks_(hooks),
          folder_(task_folder(config_, assignment.task)) {}

    Result<Computed> run() {
        std::error_code ec;
        fs::create_directories(folder_.dir, ec);
        if (ec) return fail("WORKER_DISK_FULL", fmt::format("Cannot make {}: {}.", folder_.dir.string(), ec.message()));
        for (const auto& log : {folder_.out_log(), folder_.err_log()}) fs::remove(log, ec);
        auto params = poco::parse_params(facts_.deal.params);
        if (!params) return error_result("TASK_DESCRIPTION_INVALID", params.error().message);
        if (const auto why = refuse_description(*params); !why.empty())
            return error_result("TASK_DESCRIPTION_INVALID", why);
        BOURSE_CHECK(wait_out_pause());
        auto image = fetch_image_step();
        if (!image)
            return download_failed("APP_DOWNLOAD_FAILED", image.error(), "image:" + to_hex(facts_.app.checksum));
        result_.fetched.push_back("image:" + to_hex(facts_.app.checksum));
        report("APP_DOWNLOADED");
        auto inputs = fetch_inputs_step(*params);
        if (!inputs)
            return download_failed("DATA_DOWNLOAD_FAILED", {inputs.error().cause, inputs.error().message},
                                   inputs.error().key);
        result_.fetched.insert(result_.fetched.end(), inputs->keys.begin(), inputs->keys.end());
        if (!inputs->keys.empty()) report("DATA_DOWNLOADED");
        return run_app(*image, *params, inputs->names);
    }

private:
    std::string refuse_description(const poco::TaskParams& params) const {
        if (facts_.app.type != "DOCKER")
            return fmt::format("The app's type is \"{}\"; this worker runs images of type DOCKER.", facts_.app.type);
        if (facts_.app.checksum.is_zero()) return "The app has no checksum on chain, so its image cannot be verified.";
        if (params.result_encryption) return "The result shall be encrypted, which needs an enclave.";
        return {};
    }

    bool cancelled() const { return hooks_.cancelled != nullptr && hooks_.cancelled->load(); }

    void report(std::string status, std::string cause = {}, std::string message = {}) {
        stream::StatusReport out;
        out.task = assignment_.task;
        out.status = std::move(status);
        out.cause = std::move(cause);
        out.message = std::move(message);
        out.exit_code = result_.exit_code;
        out.fetched = result_.fetched;
        hooks_.report(std::move(out));
    }

    void say(std::string_view event, std::string cause = {}) const {
        const std::string id = to_hex(assignment_.task), sandbox = tools_.sandbox->name() + ":" + sandbox_id();
        if (cause.empty()) {
            sys::log_info(event, {{"task", id}, {"sandbox", sandbox}});
        } else {
            sys::log_info(event, {{"task", id}, {"sandbox", sandbox}, {"cause", cause}});
        }
    }

    Result<ImageLease> fetch_image_step() {
        report("APP_DOWNLOADING");
        ImageSourceConfig source;
        source.registries = config_.registries;
        source.timeout_ms = config_.download_timeout_ms;
        source.retry_pause_ms = config_.registry_retry_ms;
        source.cancelled = [this] { return cancelled(); };
        const auto start = sys::steady_ms();
        auto lease = tools_.images->get(std::string(as_text(facts_.app.multiaddr)), config_.default_registry,
                                        facts_.app.checksum, assignment_.limits.image_bytes, source);
        sys::Metrics::global().observe("bourse_worker_image_seconds", "Time to have an app's image at hand.",
                                       static_cast<double>(sys::steady_ms() - start) / 1000, kSecondsBuckets);
        return lease;
    }

    Result<FetchedInputs, InputFailure> fetch_inputs_step(const poco::TaskParams& params) {
        client::FetchPolicy policy;
        policy.allowed_origins = config_.fetch_allow;
        policy.ipfs_gateways = config_.ipfs_gateways;
        policy.max_bytes = assignment_.limits.download_bytes;
        policy.timeout_ms = config_.download_timeout_ms;
        return fetch_inputs(facts_, params.input_files, folder_.inputs(), policy);
    }

    Result<Computed> download_failed(const char* status, const Error& error, const std::string& key) {
        if (cancelled()) return fail("ABORTED", "The task was dropped.");
        if (is_own_fault(error.code)) return fail(error);
        if (!key.empty() && hooks_.fetched_elsewhere(key))
            return fail(error.code, "Another worker could fetch it: " + error.message);
        report(status, error.code, error.message);
        return error_result(error.code, error.message);
    }

    std::string sandbox_id() const { return to_hex_plain(assignment_.task).substr(0, 24); }

    /// A run that ends before it begins, for what the image gets wrong: as a shell would report it.
    static SandboxRun not_startable(const Error& error) {
        SandboxRun run;
        run.exit_code = error.code == "APP_PROGRAM_MISSING" ? 127 : 126;
        run.err = error.message + "\n";
        return run;
    }

    Result<SandboxRequest> make_request(const ImageLease& image, const poco::TaskParams& params,
                                        std::vector<std::string> input_names) {
        const AppContract contract{assignment_.deal,      assignment_.task,      assignment_.index,
                                   facts_.deal.bot_size,  facts_.deal.bot_first, facts_.deal.dataset.pointer,
                                   std::move(input_names)};
        SandboxRequest request;
        BOURSE_TRY(request.argv, app_arguments(image.config(), params.args_of(Uint256{assignment_.index})));
        request.env = app_environment(image.config(), contract);
        request.cwd = image.config().working_dir;
        BOURSE_TRY(request.argv[0], find_program(image.rootfs(), request.argv[0], request.env, request.cwd));
        BOURSE_TRY(const ImageUser user, resolve_user(image.rootfs(), image.config().user));
        request.uid = user.uid;
        request.gid = user.gid;
        request.groups = user.groups;
        request.id = sandbox_id();
        request.rootfs = image.rootfs();
        request.work_dir = folder_.dir;
        request.input_dir = folder_.inputs();
        request.limits = assignment_.limits;
        request.cancelled = hooks_.cancelled;
        request.stand_still = hooks_.stand_still;
        return request;
    }

    /// Unpacking an image takes the machine as an app does; a pause that comes meanwhile is followed before the app.
    Status<> wait_out_pause() const {
        while (hooks_.stand_still && hooks_.stand_still(0) && !cancelled())
            std::this_thread::sleep_for(std::chrono::milliseconds(kPauseStepMs));
        if (cancelled()) return fail("ABORTED", "The task was dropped.");
        return {};
    }

    Result<Computed> run_app(const ImageLease& image, const poco::TaskParams& params,
                             std::vector<std::string> input_names) {
        BOURSE_CHECK(wait_out_pause());
        say("computing");
        report("COMPUTING");
        auto request = make_request(image, params, std::move(input_names));
        if (!request) {
            if (request.error().code == "ARGS_UNTERMINATED")
                return error_result("TASK_DESCRIPTION_INVALID", request.error().message);
            return finish_run(not_startable(request.error()));
        }
        request->on_started = [this] { say("sandbox started"); };
        request->on_second = [this] { say("sandbox running"); };
        request->on_output = hooks_.output;
        say("sandbox starting");
        auto run = tools_.sandbox->run(*request);
        if (!run) {
            say("sandbox failed", run.error().code);
            return fail(std::move(run).error());
        }
        if (run->cancelled) {
            tools_.sandbox->release(*request);
            return fail("ABORTED", "The task was dropped.");
        }
        sys::Metrics::global().observe("bourse_worker_run_seconds", "Wall time of apps, without pauses.",
                                       static_cast<double>(run->wall_ms - run->paused_ms) / 1000, kSecondsBuckets);
        result_.paused_ms = run->paused_ms;
        auto done = finish_run(*run);
        tools_.sandbox->release(*request);
        return done;
    }

    Result<Computed> finish_run(const SandboxRun& run) {
        BOURSE_CHECK(write_logs(run));
        result_.exit_code = run.exit_code;
        const auto verdict = judge_run(run, facts_.has_callback(), assignment_.limits.disk_bytes);
        if (!verdict.cause.empty()) {
            say("sandbox failed", verdict.cause);
            report("COMPUTE_FAILED", verdict.cause, verdict.message);
            return error_result(verdict.cause, verdict.message);
        }
        say("sandbox completed");
        result_.digest = verdict.facts.digest;
        result_.callback_data = verdict.facts.callback_data;
        // An app may write an error result itself; its verdict is then what it says.
        result_.cause = verdict.facts.error_cause.value_or("");
        BOURSE_CHECK(archive(run.output_dir));
        return result_;
    }

    Status<> write_logs(const SandboxRun& run) const {
        for (const auto& [file, text] :
             {std::pair(folder_.out_log(), &run.out), std::pair(folder_.err_log(), &run.err)})
            if (auto done = sys::write_file_atomic(file, *text, 0600); !done)
                return fail("WORKER_DISK_FULL", done.error().message);
        return {};
    }

    Result<Computed> error_result(const std::string& cause, const std::string& message) {
        result_.cause = cause;
        result_.message = message;
        if (!result_.exit_code) {
            SandboxRun nothing_ran;
            nothing_ran.err = cause + ": " + message + "\n";
            BOURSE_CHECK(write_logs(nothing_ran));
        }
        const auto output = folder_.dir / "error";
        if (auto done = client::write_error_result(output, cause); !done)
            return fail("WORKER_DISK_FULL", done.error().message);
        auto facts = client::result_of_folder(output, facts_.has_callback());
        if (!facts) return fail("WORKER_DISK_FULL", facts.error().message);
        result_.digest = facts->digest;
        result_.callback_data = facts->callback_data;
        BOURSE_CHECK(archive(output));
        return result_;
    }

    /// The archive outlives the output, which may be a tmpfs; it is what will be uploaded, also after a crash.
    Status<> archive(const fs::path& output) const {
        std::vector<client::AddedFile> added;
        std::error_code ec;
        if (fs::exists(folder_.out_log(), ec)) added.push_back({"stdout.txt", folder_.out_log()});
        if (fs::exists(folder_.err_log(), ec)) added.push_back({"stderr.txt", folder_.err_log()});
        if (auto done = client::create_zip(output, folder_.zip(), added); !done)
            return fail("WORKER_DISK_FULL", done.error().message);
        if (const int fd = ::open(folder_.zip().c_str(), O_RDONLY | O_CLOEXEC); fd >= 0) {
            ::fdatasync(fd);
            ::close(fd);
        }
        return {};
    }

    const ComputeTools& tools_;
    const WorkerConfig& config_;
    const stream::Command& assignment_;
    const DealFacts& facts_;
    const ComputeHooks& hooks_;
    TaskFolder folder_;
    Computed result_;
};

}  // namespace

Result<Computed> compute_task(const ComputeTools& tools, const stream::Command& assignment, const DealFacts& facts,
                              const ComputeHooks& hooks) {
    return Computation(tools, assignment, facts, hooks).run();
}

}  // namespace bourse::worker
