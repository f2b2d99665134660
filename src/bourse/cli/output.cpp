#include <bourse/cli/output.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/sys/clock.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <mutex>
#include <thread>

namespace bourse::cli {

namespace {

constexpr std::uint64_t kPatienceMs = 500;

/// Columns of a text: bytes of UTF-8 that begin a character.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void print(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    if (!text.empty() && text.back() != '\n') std::fputc('\n', stream);
    std::fflush(stream);
}

int print_answer(bool json, Answer answer) {
    if (json) {
        nlohmann::json out = std::move(answer.data);
        out["ok"] = !answer.error.has_value();
        if (answer.error) out["error"] = {{"code", answer.error->code}, {"message", answer.error->message}};
        print(stdout, out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        if (!answer.text.empty()) print(stdout, answer.text);
        if (answer.error)
            print(stderr, fmt::format("error: {}\n       ({})", answer.error->message, answer.error->code));
    }
    return answer.error ? 1 : 0;
}

}  // namespace

std::string amount_text(const Uint256& nrlc) {
    return fmt::format("{} RLC ({} nRLC)", format_rlc(nrlc), to_decimal(nrlc));
}

std::string amount_json(const Uint256& nrlc) { return to_decimal(nrlc); }

std::string time_text(std::uint64_t unix_s) {
    constexpr std::uint64_t kYear10000 = 253'402'300'800;
    if (unix_s >= kYear10000) return fmt::format("{} s after 1970", unix_s);
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(unix_s)));
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
        }
        out += line + "\n";
    }
    return out;
}

std::string fields(const std::vector<std::pair<std::string, std::string>>& rows) {
    std::vector<std::vector<std::string>> lines;
    for (const auto& [name, value] : rows) lines.push_back({name + ":", value});
    return table(lines);
}

struct Progress::Impl {
    const bool on_terminal = ::isatty(STDERR_FILENO) == 1;
    std::mutex mutex;
    std::condition_variable changed;
    std::string what, detail;
    std::uint64_t since_ms = 0;
    bool is_shown = false;
    bool is_over = false;
    std::thread thread;

    void clear() {
        if (!is_shown) return;
        std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
        is_shown = false;
    }

    void loop() {
        std::unique_lock lock(mutex);
        while (!is_over) {
            const std::uint64_t elapsed = sys::steady_ms() - since_ms;
            if (!what.empty() && elapsed >= kPatienceMs) {
                fmt::print(stderr, "\r\033[K{} … {:.1f} s{}{}", what, static_cast<double>(elapsed) / 1000.0,
                           detail.empty() ? "" : "; ", detail);
                std::fflush(stderr);
                is_shown = true;
            }
            changed.wait_for(lock, std::chrono::milliseconds(100));
        }
        clear();
    }
};

Progress::Progress() : impl_(std::make_unique<Impl>()) {
    if (impl_->on_terminal) impl_->thread = std::thread([impl = impl_.get()] { impl->loop(); });
}

Progress::~Progress() {
    {
        std::lock_guard lock(impl_->mutex);
        impl_->is_over = true;
    }
    impl_->changed.notify_all();
    if (impl_->thread.joinable()) impl_->thread.join();
}

void Progress::stage(std::string what, std::string detail) {
    std::lock_guard lock(impl_->mutex);
    if (what != impl_->what) impl_->since_ms = sys::steady_ms();
    impl_->what = std::move(what);
    impl_->detail = std::move(detail);
    if (impl_->what.empty()) impl_->clear();
}

void Progress::note(std::string_view line) {
    std::lock_guard lock(impl_->mutex);
    impl_->clear();
    print(stderr, line);
}

int answer_verb(bool json, const std::function<Result<Answer>()>& verb) {
    try {
        auto answer = verb();
        if (!answer) return print_answer(json, Answer{nlohmann::json::object(), {}, std::move(answer).error()});
        return print_answer(json, std::move(*answer));
    } catch (const std::exception& failure) {
        return print_answer(json,
                            Answer{nlohmann::json::object(),
                                   {},
                                   Error{"INTERNAL_ERROR", fmt::format("Unexpected failure: {}.", failure.what())}});
    }
}

}  // namespace bourse::cli
