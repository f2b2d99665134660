// bench: market
// The live feed under load (web-ui §16.3): a market with real sockets, a thousand clients on book and trades, a book
// that changes fifty times a second. None may miss a message. Run for an hour it is the server's soak (T-31): memory is
// printed at the begin, in the middle and at the end. One JSON line a figure.
//
//   feed_bench [clients (1000)] [seconds (20)] [changes a second (50)]
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/explorer/made_history.hpp>
#include <bourse/market/service.hpp>
#include <bourse/market/still_chain.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/process.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/times.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <unordered_map>

namespace {

using namespace bourse;
using explorer::testing::MadeHistory;
using orderbook::testing::FakeMarketChain;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kChannel = "book:0-none-0:orders";
constexpr std::size_t kLiveOrders = 200;
constexpr std::size_t kDeals = 50'000;

double ms_between(Clock::time_point begin, Clock::time_point end) {
    return std::chrono::duration<double, std::milli>(end - begin).count();
}

std::string processor() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

double resident_mib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1'024;
    return 0;
}

void print(const char* name, double value, const char* unit, double limit = 0, bool lower = true) {
    std::printf(R"({"bench":"feed_%s","value":%.3f,"unit":"%s","better":"%s","peer":null,"peer_value":null,)"
                R"("ratio":null,"limit":%s,"limit_share":%s,"cpu":"%s"})"
                "\n",
                name, value, unit, lower ? "lower" : "higher", limit > 0 ? std::to_string(limit).c_str() : "null",
                limit > 0 ? std::to_string(lower ? value / limit : limit / value).c_str() : "null",
                processor().c_str());
    std::fflush(stdout);
}

double percentile(std::vector<double>& values, double share) {
    if (values.empty()) return 0;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, at);
    return *at;
}

// ---- the book's changes

struct Published {
    std::mutex mutex;
    std::unordered_map<std::string, Clock::time_point> at;  ///< by hash
    std::atomic<std::uint64_t> changes{0};
};

/// Publishes an order and withdraws the oldest, again and again.
class Publisher {
public:
    Publisher(FakeMarketChain& chain, std::uint16_t port, Published& published)
        : chain_(&chain), url_("http://127.0.0.1:" + std::to_string(port)), published_(&published) {
        const auto key = orderbook::testing::key_of("owner");
        const auto challenge = Json::parse(ask("GET", "/v1/challenge?address=" + to_checksum(key.address()), {}));
        const auto header = *client::authorization_header(challenge["typedData"], key);
        token_ = Json::parse(ask("POST", "/v1/session", Json{{"authorization", header}}.dump()))["token"];
    }
    void change() {
        auto order = chain_->pool_order("pool", 20 + number_ % 40, "owner");
        order.salt = crypto::keccak256(std::to_string(number_++));
        order.volume = 1;
        order = chain_->signed_by(order, "owner");
        const auto hash = to_hex(chain_->hash_of(order));
        {
            const std::lock_guard lock(published_->mutex);
            published_->at[hash] = Clock::now();
        }
        ask("POST", "/v1/workerpoolorders", Json{{"order", poco::to_json_strings(order)}}.dump());
        ++published_->changes;
        live_.push_back(hash);
        if (live_.size() <= kLiveOrders) return;
        ask("DELETE", "/v1/workerpoolorders/" + live_.front(), {});
        ++published_->changes;
        live_.pop_front();
    }

private:
    std::string ask(const char* method, const std::string& path, const std::string& body) {
        net::ClientRequest request;
        request.method = method;
        request.url = url_ + path;
        request.body = body;
        request.headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + token_}};
        const auto answer = net::http_request(request);
        if (!answer || answer->status != 200) {
            std::fprintf(stderr, "%s: %s\n", path.c_str(), answer ? answer->body.c_str() : "no answer");
            std::abort();
        }
        return answer->body;
    }
    FakeMarketChain* chain_;
    std::string url_, token_;
    Published* published_;
    std::deque<std::string> live_;
    std::uint64_t number_ = 0;
};

// ---- clients

struct Socket {
    int fd = -1;
    std::string in;
    bool open = false;
    std::uint64_t seq = 0;
};

class Clients {
public:
    Clients(std::uint16_t port, std::size_t count, Published& published)
        : published_(&published), epoll_(::epoll_create1(0)), sockets_(count) {
        for (std::size_t i = 0; i < count; ++i) connect(i, port);
    }
    ~Clients() {
        for (const auto& socket : sockets_) ::close(socket.fd);
        ::close(epoll_);
    }
    void run(const std::atomic<bool>& stop) {
        auto next_ping = Clock::now() + std::chrono::seconds(15);
        while (!stop) {
            std::array<epoll_event, 256> events{};
            const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 50);
            for (int i = 0; i < n; ++i) read(sockets_[events[static_cast<std::size_t>(i)].data.u64]);
            if (Clock::now() < next_ping) continue;
            next_ping = Clock::now() + std::chrono::seconds(15);
            for (auto& socket : sockets_) send(socket, R"({"op":"ping","t":1})");
        }
        timespec used{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        cpu_s = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
    }
    std::size_t joined() const { return joined_; }
    std::atomic<std::uint64_t> messages{0}, gaps{0}, closed{0};
    std::vector<double> delays;  ///< after the end
    std::uint64_t lowest = UINT64_MAX, highest = 0;
    double cpu_s = 0;
    void finish() {
        for (const auto& socket : sockets_) {
            lowest = std::min(lowest, socket.seq);
            highest = std::max(highest, socket.seq);
        }
    }

private:
    void connect(std::size_t number, std::uint16_t port) {
        auto& socket = sockets_[number];
        socket.fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_port = htons(port);
        ::inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
        if (::connect(socket.fd, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
            std::perror("connect");
            std::abort();
        }
        const std::string hello =
            "GET /v1/ws HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
            "sec-websocket-protocol: mkt.v1\r\n\r\n";
        (void)!::write(socket.fd, hello.data(), hello.size());
        epoll_event event{EPOLLIN, {.u64 = number}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.fd, &event);
    }
    static void send(const Socket& socket, const std::string& text) {
        std::string frame = {static_cast<char>(0x81), static_cast<char>(0x80 | text.size()), 0, 0, 0, 0};
        frame += text;  // a mask of zeros
        (void)!::write(socket.fd, frame.data(), frame.size());
    }
    void read(Socket& socket) {
        std::array<char, 65'536> buffer;
        const auto n = ::recv(socket.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n <= 0) {
            if (n == 0) {
                ++closed;
                ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket.fd, nullptr);
            }
            return;
        }
        socket.in.append(buffer.data(), static_cast<std::size_t>(n));
        if (!socket.open) {
            const auto end = socket.in.find("\r\n\r\n");
            if (end == std::string::npos) return;
            socket.in.erase(0, end + 4);
            socket.open = true;
            send(socket, std::string(R"({"op":"sub","id":"b","ch":")") + kChannel + "\"}");
            send(socket, R"({"op":"sub","id":"t","ch":"trades:0-none-0"})");
        }
        std::size_t at = 0;
        while (true) {
            const auto left = socket.in.size() - at;
            if (left < 2) break;
            const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(socket.in[at + i]); };
            std::size_t size = byte(1) & 0x7FU, head = 2;
            if (size == 126) head = 4;
            if (size == 127) head = 10;
            if (left < head) break;
            if (head > 2) {
                size = 0;
                for (std::size_t i = 2; i < head; ++i) size = size << 8U | byte(i);
            }
            if (left < head + size) break;
            if ((byte(0) & 0x0FU) == 1) take(socket, std::string_view(socket.in).substr(at + head, size));
            at += head + size;
        }
        socket.in.erase(0, at);
    }
    static std::uint64_t number_after(std::string_view text, std::string_view name) {
        const auto at = text.find(name);
        std::uint64_t out = 0;
        if (at != std::string_view::npos)
            std::from_chars(text.data() + at + name.size(), text.data() + text.size(), out);
        return out;
    }
    void take(Socket& socket, std::string_view text) {
        const auto begin = text.substr(0, 40);
        if (begin.find("\"id\":\"b\"") == std::string_view::npos) return;
        const auto seq = number_after(text, "\"seq\":");
        if (begin.starts_with("{\"op\":\"snap\"")) {
            socket.seq = seq;
            ++joined_;
            return;
        }
        if (!begin.starts_with("{\"op\":\"delta\"")) {  // resync, error
            ++gaps;
            return;
        }
        ++messages;
        if (number_after(text, "\"prev\":") != socket.seq) ++gaps;
        socket.seq = seq;
        // The newest of the orders in it that are new tells the delay; those that were withdrawn have none.
        const auto now = Clock::now();
        const std::lock_guard lock(published_->mutex);
        std::optional<Clock::time_point> newest;
        constexpr std::string_view kHash = "\"hash\":\"";
        for (auto at = text.find(kHash); at != std::string_view::npos; at = text.find(kHash, at + 1)) {
            const auto found = published_->at.find(std::string(text.substr(at + kHash.size(), 66)));
            if (found != published_->at.end() && ms_between(found->second, now) < 5'000)
                newest = std::max(newest.value_or(found->second), found->second);
        }
        if (newest) delays.push_back(ms_between(*newest, now));
    }
    Published* published_;
    int epoll_;
    std::vector<Socket> sockets_;
    std::atomic<std::size_t> joined_{0};
};

/// A whole list as CSV, from the index to the socket.
void bench_export(std::uint16_t port) {
    net::ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/v1/deals?format=csv";
    request.max_body_bytes = 1ULL << 30;
    request.timeout_ms = 120'000;
    const auto begin = Clock::now();
    const auto answer = net::http_request(request);
    const auto seconds = ms_between(begin, Clock::now()) / 1'000;
    const auto rows = answer ? std::ranges::count(answer->body, '\n') - 1 : 0;
    print("export_csv", static_cast<double>(rows) / seconds, "rows/s", 50'000, false);
}

}  // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int i, std::size_t otherwise) {
        return argc > i ? static_cast<std::size_t>(std::atoll(argv[i])) : otherwise;
    };
    const auto clients = argument(1, 1'000), seconds = argument(2, 20), rate = argument(3, 50);
    sys::raise_file_limit(4 * clients + 1'000);
    const sys::TempDir folder("bourse-feed-");
    FakeMarketChain chain;
    chain.accounts_[orderbook::testing::wallet("owner")].stake = 1'000'000'000;
    chain.categories = MadeHistory::categories();
    {
        auto index = *explorer::Index::open("sqlite://" + (folder.path() / "explorer.db").string(), poco::kHub);
        explorer::testing::MadeChain made;
        explorer::testing::HistoryOptions options;
        options.task_share = 0;
        MadeHistory history(options);
        history.fund(orderbook::testing::wallet("owner"), 1'000'000'000);
        if (!index->prepare(made)) std::abort();
        index->apply(history.deployment(), history.facts());
        while (history.deal_count() < kDeals) {
            index->apply(history.deals(1'000), history.facts());
            history.forget_facts();
        }
    }
    market::testing::StillBlocks blocks;
    market::testing::StillTransactions outbox;
    market::MarketConfig config;
    config.folder = folder.path();
    config.rules.max_open_orders = 10 * kLiveOrders;
    config.rules.min_rest_ms = 0;
    auto service = *market::MarketService::start(config, {chain, blocks, outbox});
    bench_export(service->port());
    Published published;
    Publisher publisher(chain, service->port(), published);
    for (std::size_t i = 0; i < kLiveOrders; ++i) publisher.change();
    const auto before_mib = resident_mib();
    Clients sockets(service->port(), clients, published);
    std::atomic<bool> stop{false};
    std::thread reading([&] { sockets.run(stop); });
    for (int i = 0; i < 600 && sockets.joined() < clients; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::fprintf(stderr, "%zu of %zu clients have their snapshot\n", sockets.joined(), clients);
    const auto joined_mib = resident_mib();
    const auto process_cpu = [] {
        tms used{};
        ::times(&used);
        return static_cast<double>(used.tms_utime + used.tms_stime) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    };
    const auto cpu_before = process_cpu();
    const auto begin = Clock::now();
    const auto changes_before = published.changes.load();
    double middle_mib = 0;
    for (std::size_t i = 0; ms_between(begin, Clock::now()) < 1'000.0 * static_cast<double>(seconds); ++i) {
        publisher.change();  // two changes: one order comes, one goes
        std::this_thread::sleep_until(begin + std::chrono::milliseconds((i + 1) * 2'000 / rate));
        if (middle_mib == 0 && ms_between(begin, Clock::now()) > 500.0 * static_cast<double>(seconds))
            middle_mib = resident_mib();
    }
    const auto cpu = process_cpu() - cpu_before;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    stop = true;
    reading.join();
    sockets.finish();
    const auto wall = ms_between(begin, Clock::now()) / 1'000;
    print("clients", static_cast<double>(sockets.joined()), "sockets");
    print("changes", static_cast<double>(published.changes - changes_before), "changes");
    print("messages", static_cast<double>(sockets.messages), "messages");
    print("lost", static_cast<double>(sockets.gaps + sockets.closed + (sockets.highest - sockets.lowest)), "messages");
    print("delay_p50", percentile(sockets.delays, 0.5), "ms");
    print("delay_p99", percentile(sockets.delays, 0.99), "ms", 250);
    // The clients' thread is in the same process; publishing (signatures, SQL) counts for the server.
    print("cpu", 100.0 * (cpu - sockets.cpu_s) / wall, "% of a core", 30);
    print("memory_per_client", 1'024 * (joined_mib - before_mib) / static_cast<double>(clients), "KiB");
    print("memory_middle", middle_mib, "MiB");
    print("memory_end", resident_mib(), "MiB");
    const bool good = sockets.joined() == clients && sockets.gaps == 0 && sockets.closed == 0;
    return good ? 0 : 1;
}
