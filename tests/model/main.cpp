// bourse-model [--steps N] [--seed S]: random legal and illegal steps on the node's modules and on a plain model of
// poco.md, compared after each. Prints seed and share of accepted steps by kind; exit 0 when nothing differed.
#include "compare.hpp"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <deque>

namespace bourse::model {
namespace {

constexpr std::uint64_t kStepsOfMarket = 2'500;  ///< then a new one with other actors and magnitudes begins
constexpr std::size_t kTrace = 12;
constexpr std::uint64_t kCommitEvery = 40;
constexpr unsigned kLeastAccepted = 25;       ///< percent of all steps
constexpr unsigned kLeastAcceptedOfKind = 5;  ///< percent of the steps of a kind that can be accepted at all

struct Count {
    std::uint64_t tried = 0;
    std::uint64_t accepted = 0;
};

class Run {
public:
    Run(std::uint64_t seed, std::uint64_t steps) : seed_(seed), steps_(steps) {
        for (const auto* part : {&money_steps(), &order_steps(), &task_steps()})
            kinds_.insert(kinds_.end(), part->begin(), part->end());
        for (const auto& kind : kinds_) weights_ += kind.weight;
        counts_.resize(kinds_.size());
    }

    /// True when nothing differed.
    bool play() {
        std::uint64_t done = 0;
        for (std::uint64_t number = 0; done < steps_; ++number) {
            Market market(seed_ + number * 0x9E3779B97F4A7C15ULL);
            trace_.clear();
            const std::uint64_t last = std::min(steps_, done + kStepsOfMarket);
            for (; done < last; ++done)
                if (!play_step(market, done)) return false;
            if (const auto broken = compare_all(market); !broken.empty()) return report(broken, done);
            if (steps_ >= 1'000'000 && number % 100 == 99) {
                std::printf("%" PRIu64 " steps\n", done);
                std::fflush(stdout);
            }
        }
        return true;
    }

    /// The comparison, the share of all accepted steps, and that of each kind.
    int checks() const { return 2 + static_cast<int>(kinds_.size()); }
    /// Number of failed summary checks.
    int summarize() const {
        int failed = 0;
        std::uint64_t accepted = 0;
        std::uint64_t tried = 0;
        for (std::size_t i = 0; i < kinds_.size(); ++i) {
            const auto& count = counts_[i];
            accepted += count.accepted;
            tried += count.tried;
            std::printf("%-32s %10" PRIu64 " steps, %10" PRIu64 " accepted (%2" PRIu64 " %%)\n", kinds_[i].name,
                        count.tried, count.accepted, share(count));
            if (count.tried < 100) continue;  // too few to judge
            if (kinds_[i].can_succeed ? share(count) < kLeastAcceptedOfKind : count.accepted > 0) {
                std::printf("FAIL  %s: share of accepted steps\n", kinds_[i].name);
                ++failed;
            }
        }
        std::printf("seed %" PRIu64 ": %" PRIu64 " steps, %" PRIu64 " accepted (%" PRIu64 " %%), %zu shapes of gas\n",
                    seed_, tried, accepted, tried == 0 ? 0 : accepted * 100 / tried, gas_.size());
        if (tried >= 1'000 && accepted * 100 < tried * kLeastAccepted) {
            std::printf("FAIL  fewer than %u %% of the steps were accepted\n", kLeastAccepted);
            ++failed;
        }
        return failed;
    }

private:
    static std::uint64_t share(const Count& count) { return count.tried == 0 ? 0 : count.accepted * 100 / count.tried; }

    std::size_t draw(Random& random) const {
        std::uint64_t at = random.below(weights_);
        for (std::size_t i = 0;; ++i) {
            if (at < kinds_[i].weight) return i;
            at -= kinds_[i].weight;
        }
    }

    bool play_step(Market& market, std::uint64_t number) {
        const std::size_t at = draw(market.random);
        Step step = kinds_[at].make(market);
        // The hub may own a resource, but sends nothing.
        if (std::ranges::find(market.actors, step.from) == market.actors.end()) step.from = market.actors[2];
        market.pass_to(step.time_s);
        const Outcome outcome = market.chain->transact(step.from, step.to, step.input, step.time_s);
        market.model.begin(step.from, Uint256(step.time_s));
        const Answer<Bytes> expected = step.expect(market.model);
        if (!expected) market.model.undo();
        note(kinds_[at].name, step, outcome, number);
        ++counts_[at].tried;
        counts_[at].accepted += outcome.success ? 1 : 0;

        if (const auto broken = compare_outcome(outcome, expected, market.model); !broken.empty())
            return report(broken, number);
        if (const auto broken = compare_step(market, step); !broken.empty()) return report(broken, number);
        if (const auto broken = compare_gas(kinds_[at].name + step.shape, outcome.gas); !broken.empty())
            return report(broken, number);
        if (outcome.success) remember(market, outcome);
        if (number % kCommitEvery == 0) market.chain->commit();
        return true;
    }

    /// Gas depends on the function and the shape of its arguments, never on state or outcome (chain.md §2).
    std::string compare_gas(const std::string& shape, std::uint64_t gas) {
        const auto [known, is_new] = gas_.emplace(shape, gas);
        if (is_new || known->second == gas) return {};
        return "gas of " + shape + " is " + std::to_string(gas) + ", before " + std::to_string(known->second);
    }

    static void remember(Market& market, const Outcome& outcome) {
        for (const auto& log : outcome.logs) {
            if (log.address != poco::kHub) continue;
            if (const auto matched = poco::decode_event<poco::events::OrdersMatched>(log.topics, log.data))
                market.deals.push_back(matched->dealid.hash);
            if (const auto made = poco::decode_event<poco::events::TaskInitialize>(log.topics, log.data))
                market.tasks.push_back(made->taskid.hash);
        }
    }

    void note(const char* kind, const Step& step, const Outcome& outcome, std::uint64_t number) {
        std::string input = to_hex(step.input);
        if (input.size() > 500) input = input.substr(0, 500) + "…";
        trace_.push_back("step " + std::to_string(number) + " " + kind + step.shape + " by " + to_hex(step.from) +
                         " at " + std::to_string(step.time_s) + (outcome.success ? " accepted " : " refused ") +
                         std::to_string(outcome.logs.size()) + " events: " + input);
        if (trace_.size() > kTrace) trace_.pop_front();
    }

    bool report(const std::string& what, std::uint64_t number) const {
        std::printf("FAIL  seed %" PRIu64 ", step %" PRIu64 ": %s\n", seed_, number, what.c_str());
        for (const auto& line : trace_) std::printf("      %s\n", line.c_str());
        return false;
    }

    std::uint64_t seed_;
    std::uint64_t steps_;
    std::vector<StepKind> kinds_;
    std::uint64_t weights_ = 0;
    std::vector<Count> counts_;
    std::map<std::string, std::uint64_t> gas_;
    std::deque<std::string> trace_;
};

bool read_number(const char* text, std::uint64_t& out) {
    const char* end = text + std::strlen(text);
    const auto [at, error] = std::from_chars(text, end, out);
    return error == std::errc() && at == end;
}

}  // namespace
}  // namespace bourse::model

int main(int argc, char** argv) {
    using namespace bourse::model;
    std::uint64_t steps = 100'000;
    std::uint64_t seed = 1;
    for (int i = 1; i < argc; i += 2) {
        const bool is_steps = std::strcmp(argv[i], "--steps") == 0;
        const bool is_seed = std::strcmp(argv[i], "--seed") == 0;
        if (i + 1 == argc || (!is_steps && !is_seed) || !read_number(argv[i + 1], is_steps ? steps : seed)) {
            std::fprintf(stderr, "usage: bourse-model [--steps N] [--seed S]\n");
            return 2;
        }
    }
    Run run(seed, steps);
    const bool equal = run.play();
    const int failed = run.summarize() + (equal ? 0 : 1);
    std::printf("%d passed, %d failed, 0 skipped\n", run.checks() - failed, failed);
    return failed == 0 ? 0 : 1;
}
