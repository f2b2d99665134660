// Asks the store about uploads before a task is finalized: does it hold the result, and is it the consensus?
#pragma once

#include <bourse/scheduler/facts.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bourse::scheduler {

struct VerifyResult {
    enum class Answer : std::uint8_t {
        kVerified,
        kRefused,      ///< the store has no result for the task, or one that is not the consensus
        kUnreachable,  ///< ask again later
    };
    TaskId task;
    Address worker;
    Answer answer = Answer::kUnreachable;
    std::string cid;  ///< of the verified result, as the store says
    std::string reason;
};

class Verifier {
public:
    /// `sink` is called from the verifier's threads.
    Verifier(std::string store_url, std::function<void(VerifyResult)> sink, unsigned threads = 2);
    ~Verifier();
    void ask(const TaskId& task, const Address& worker, const std::string& cid);
    void stop();

private:
    struct Job {
        TaskId task;
        Address worker;
        std::string cid;
    };
    void run();
    VerifyResult look_up(const Job& job) const;

    std::string store_url_;
    std::function<void(VerifyResult)> sink_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace bourse::scheduler
