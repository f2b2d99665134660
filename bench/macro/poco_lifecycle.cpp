// Complete tasks a second over JSON-RPC: match, initialize, two contributions, two reveals, finalize, each a signed
// transaction, made before the clock starts. The same program drives our node and the official contracts on another
// development chain; scripts/bench.sh starts both and compares.
//
//   bench_poco_lifecycle RPC_URL ADDRESSES_JSON TASKS BATCH [mine]
//
// With `mine` the chain is told to make a block after each batch (evm_mine), for a development chain whose own mining
// forgets what did not fit into a block.
// Transactions of all actors go in dependency order over one connection, in JSON-RPC batches. Prints one JSON object:
// tasks/s, seconds, recovery_us (one signature recovery on this machine in this run).
#include <bourse/base/assert.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/transaction.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/orders.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

namespace {

using namespace bourse;
namespace hub = poco::selectors::hub;

constexpr std::uint64_t kGasLimit = 1'500'000;
constexpr std::uint64_t kRlc = 1'000'000'000;
constexpr std::uint64_t kPoolPrice = 20;
constexpr std::uint64_t kTrust = 3;

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "bench_poco_lifecycle: %s\n", why.c_str());
    std::exit(1);
}
template <class T>
T must(Result<T> result) {
    if (!result) stop(result.error().code + ": " + result.error().message);
    return *std::move(result);
}

struct Contracts {
    Address rlc, hub, app_registry, workerpool_registry;
};

crypto::PrivateKey key_of(std::string_view name) {
    return *crypto::PrivateKey::from(*from_hex(poco::find_dev_account(name)->key));
}

/// One account's transactions with consecutive nonces.
class Actor {
public:
    Actor(client::RpcClient& rpc, std::string_view name, std::uint64_t chain_id)
        : key_(key_of(name)), chain_id_(chain_id), nonce_(must(rpc.nonce(key_.address(), true))) {}

    const crypto::PrivateKey& key() const { return key_; }
    Address address() const { return key_.address(); }
    Bytes transaction(const Address& to, Bytes data) {
        Transaction tx;
        tx.chain_id = chain_id_;
        tx.nonce = nonce_++;
        tx.gas_limit = kGasLimit;
        tx.to = to;
        tx.data = std::move(data);
        sign_transaction(tx, key_);
        return encode_transaction(tx);
    }

private:
    crypto::PrivateKey key_;
    std::uint64_t chain_id_;
    std::uint64_t nonce_;
};

class Bench {
public:
    Bench(client::RpcClient& rpc, const Contracts& contracts)
        : rpc_(rpc),
          contracts_(contracts),
          chain_id_(must(rpc.chain_id())),
          admin_(rpc, "admin", chain_id_),
          requester_(rpc, "requester", chain_id_),
          scheduler_(rpc, "scheduler", chain_id_),
          provider_(rpc, "app_provider", chain_id_),
          worker1_(rpc, "worker1", chain_id_),
          worker2_(rpc, "worker2", chain_id_),
          separator_(eip712::domain_separator(poco::hub_domain(chain_id_, contracts.hub))) {}

    /// Stakes, one app, one pool, their orders.
    void set_up(std::uint64_t tasks) {
        for (auto* actor : {&requester_, &scheduler_, &worker1_, &worker2_}) {
            // On a chain whose token belongs to the admin alone the actors get some first.
            run(admin_.transaction(contracts_.rlc, abi::encode_call(poco::selectors::rlc::kTransfer, actor->address(),
                                                                    Uint256(100 * kRlc))));
            run(actor->transaction(contracts_.rlc, abi::encode_call(poco::selectors::rlc::kApproveAndCall,
                                                                    contracts_.hub, Uint256(100 * kRlc), Bytes{})));
        }
        const std::string salt = std::to_string(sys::unix_time_ms());
        poco::AppInfo app;
        app.owner = provider_.address();
        app.name = "bench-" + salt;
        app.type = "DOCKER";
        app.multiaddr = to_bytes("127.0.0.1:5000/bench:1");
        app.checksum = crypto::keccak256(salt);
        app_order_.app = create(provider_, contracts_.app_registry, poco::create_app_call(app));
        pool_order_.workerpool = create(scheduler_, contracts_.workerpool_registry,
                                        poco::create_workerpool_call(scheduler_.address(), "bench-" + salt));
        app_order_.appprice = 1;
        app_order_.volume = tasks;
        app_order_.salt = client::random_salt();
        client::sign_order(app_order_, provider_.key(), separator_);
        pool_order_.workerpoolprice = kPoolPrice;
        pool_order_.volume = tasks;
        pool_order_.category = 0;
        pool_order_.trust = kTrust;
        pool_order_.salt = client::random_salt();
        client::sign_order(pool_order_, scheduler_.key(), separator_);
    }

    /// All transactions of one group of tasks, in order of dependency.
    std::vector<Bytes> group(std::size_t size) {
        Stages stages;
        for (std::size_t i = 0; i < size; ++i) add_task(stages);
        std::vector<Bytes> all;  // signed in the order in which they are sent: nonces rise
        for (auto& stage : stages)
            for (auto& call : stage) all.push_back(call.actor->transaction(contracts_.hub, std::move(call.data)));
        return all;
    }

    /// Seconds until the last finalize is in a block; every task is then checked to be COMPLETED.
    double send(const std::vector<std::vector<Bytes>>& groups, std::size_t batch, bool mine) {
        if (mine) must(rpc_.call("evm_setAutomine", {false}));
        const auto start = std::chrono::steady_clock::now();
        std::vector<Hash> sent;
        for (const auto& group : groups)
            for (std::size_t at = 0; at < group.size(); at += batch) {
                const std::vector<Bytes> part(
                    group.begin() + static_cast<std::ptrdiff_t>(at),
                    group.begin() + static_cast<std::ptrdiff_t>(std::min(at + batch, group.size())));
                for (auto& hash : must(rpc_.send_raw_batch(part))) sent.push_back(must(std::move(hash)));
                if (mine) must(rpc_.call("evm_mine"));
            }
        if (!must(rpc_.wait_receipt(sent.back(), 600'000)).ok) stop_at_first_revert(sent);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    std::size_t completed() {
        std::size_t count = 0;
        for (const auto& task : tasks_) {
            const auto data =
                must(rpc_.eth_call({contracts_.hub, abi::encode_call(hub::kViewTask, task.hash), {}, {}}));
            const auto view = abi::decode<poco::Task>(data);
            if (view && std::get<0>(*view).status == poco::TaskStatus::kCompleted) ++count;
        }
        return count;
    }

private:
    struct Call {
        Actor* actor;
        Bytes data;
    };
    /// match, initialize, contribute twice, reveal twice, finalize
    using Stages = std::array<std::vector<Call>, 7>;

    [[noreturn]] void stop_at_first_revert(const std::vector<Hash>& sent) {
        for (std::size_t i = 0; i < sent.size(); ++i)
            if (const auto receipt = must(rpc_.wait_receipt(sent[i])); !receipt.ok)
                stop("transaction " + std::to_string(i) + " of " + std::to_string(sent.size()) +
                     " was reverted after " + std::to_string(receipt.gas_used) + " gas in block " +
                     std::to_string(receipt.block_number));
        stop("the last transaction was reverted");
    }
    void run(const Bytes& raw) {
        if (!must(rpc_.wait_receipt(must(rpc_.send_raw(raw)))).ok)
            stop("a transaction of the preparation was reverted");
    }
    Address create(Actor& actor, const Address& registry, Bytes call) {
        const auto receipt = must(rpc_.wait_receipt(must(rpc_.send_raw(actor.transaction(registry, std::move(call))))));
        if (!receipt.ok || receipt.logs.empty()) stop("a resource could not be created");
        const auto& token = receipt.logs.front().topics.at(3);  // Transfer(0, owner, token id = address)
        return *Address::from(ByteView(token).subspan(12));
    }
    Bytes authorization(const Actor& worker, const poco::TaskId& task) {
        return client::sign_message(scheduler_.key(), poco::authorization_message(worker.address(), task));
    }
    void add_task(Stages& stages) {
        poco::RequestOrder request{};
        request.app = app_order_.app;
        request.appmaxprice = 1;
        request.workerpoolmaxprice = kPoolPrice;
        request.requester = request.beneficiary = requester_.address();
        request.volume = 1;
        request.trust = kTrust;
        request.params = R"({"iexec_args":"--task )" + std::to_string(tasks_.size()) +
                         R"( --of the bench, with a line of usual length"})";
        request.salt = client::random_salt();
        client::sign_order(request, requester_.key(), separator_);
        const auto deal = poco::deal_id(poco::order_hash(separator_, request), Uint256(0));
        const auto task = poco::task_id(deal, Uint256(0));
        const auto digest = crypto::keccak256({task.hash, as_bytes("result")});
        tasks_.push_back(task);

        stages[0].push_back(
            {&requester_, abi::encode_call(hub::kMatchOrders, app_order_, poco::DatasetOrder{}, pool_order_, request)});
        stages[1].push_back({&scheduler_, abi::encode_call(hub::kInitialize, deal.hash, Uint256(0))});
        std::size_t stage = 2;
        for (auto* worker : {&worker1_, &worker2_})
            stages[stage++].push_back(
                {worker, abi::encode_call(hub::kContribute, task.hash, poco::result_hash(task, digest),
                                          poco::result_seal(worker->address(), task, digest), Address{}, Bytes{},
                                          authorization(*worker, task))});
        for (auto* worker : {&worker1_, &worker2_})
            stages[stage++].push_back({worker, abi::encode_call(hub::kReveal, task.hash, digest)});
        const auto link = to_bytes(
            R"({"storage":"ipfs","location":"/ipfs/bafkreibexztx24lh7izorir7jlyumgcljkpnhq5xqujq5mvbcfegthyqnm"})");
        stages[6].push_back({&scheduler_, abi::encode_call(hub::kFinalize, task.hash, link, Bytes{})});
    }

    client::RpcClient& rpc_;
    Contracts contracts_;
    std::uint64_t chain_id_;
    Actor admin_, requester_, scheduler_, provider_, worker1_, worker2_;
    Hash separator_;
    poco::AppOrder app_order_{};
    poco::WorkerpoolOrder pool_order_{};
    std::vector<poco::TaskId> tasks_;
};

/// Microseconds of one recovery: the limit of any node that checks signatures.
double measure_recovery_us() {
    constexpr int kRounds = 500;
    const auto key = key_of("admin");
    const auto hash = crypto::keccak256("recovery");
    const auto signature = crypto::sign(key, hash);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) BOURSE_ASSERT(crypto::recover(hash, signature).has_value());
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / kRounds;
}

}  // namespace

int main(int argc, char** argv) {
    const bool mine = argc == 6 && std::string_view(argv[5]) == "mine";
    if (argc != 5 && !mine) stop("usage: bench_poco_lifecycle RPC_URL ADDRESSES_JSON TASKS BATCH [mine]");
    const auto json = nlohmann::json::parse(argv[2]);
    const auto address = [&](const char* name) { return *address_from_hex(json.at(name).get<std::string>()); };
    const Contracts contracts{address("rlc"), address("hub"), address("app_registry"), address("workerpool_registry")};
    const auto tasks = std::stoul(argv[3]);
    const auto batch = std::stoul(argv[4]);

    client::RpcClient rpc(argv[1], 600'000);
    Bench bench(rpc, contracts);
    bench.set_up(tasks);
    constexpr std::size_t kGroup = 100;
    std::vector<std::vector<Bytes>> groups;
    for (std::size_t done = 0; done < tasks; done += kGroup)
        groups.push_back(bench.group(std::min(kGroup, tasks - done)));
    const double recovery_before = measure_recovery_us();
    const double seconds = bench.send(groups, batch, mine);
    const double recovery_us = (recovery_before + measure_recovery_us()) / 2;
    const auto completed = bench.completed();
    if (completed != tasks) stop(std::to_string(completed) + " of " + std::to_string(tasks) + " tasks were completed");
    std::printf("%s\n", nlohmann::json{{"tasks_per_s", static_cast<double>(tasks) / seconds},
                                       {"seconds", seconds},
                                       {"tasks", tasks},
                                       {"recovery_us", recovery_us}}
                            .dump()
                            .c_str());
    return 0;
}
