#include <bourse/engine/prepare.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

namespace bourse::engine {

std::vector<chain::TransactionPtr> prepare_all(std::span<const ByteView> raw, unsigned threads) {
    std::vector<chain::TransactionPtr> out(raw.size());
    std::atomic<std::size_t> next{0};
    const auto run = [&] {
        for (std::size_t i = next++; i < raw.size(); i = next++)
            if (auto tx = chain::prepare_transaction(raw[i])) out[i] = *std::move(tx);
    };
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min<std::size_t>(threads, raw.size()); ++i) helpers.emplace_back(run);
    run();
    helpers.clear();  // joins
    return out;
}

}  // namespace bourse::engine
