#include <bourse/explorer/follower.hpp>

#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

namespace bourse::explorer {

client::FollowerCallbacks IndexFollower::callbacks() {
    client::FollowerCallbacks out;
    out.deliver = [this](const client::BlockBatch& batch) {
        try {
            const auto touched = index_->apply(*chain_, batch);
            if (!touched) {
                sys::log_warn("index: batch not taken in",
                              {{"code", touched.error().code}, {"message", touched.error().message}});
                return false;
            }
            auto& metrics = sys::Metrics::global();
            metrics.gauge("bourse_market_index_height", "Last block in the explorer's index.",
                          static_cast<double>(batch.last.number));
            metrics.gauge("chain_events_lag", "Blocks between the chain's head and the index.",
                          static_cast<double>(batch.head.number - batch.last.number));
            remember(batch.last);
            if (callbacks_.on_change) callbacks_.on_change(*touched, batch);
            return true;
        } catch (const std::exception& error) {
            sys::log_error("index: batch not taken in", {{"message", error.what()}});
            return false;
        }
    };
    out.recent = [this] { return recent(); };
    out.roll_back = [this](const client::Cursor& to) {
        const std::lock_guard lock(mutex_);
        back_to_ = to;
        stopping_.notify_all();
        return false;  // this follower ends; the next one begins at the genesis
    };
    return out;
}

void IndexFollower::remember(const client::BlockHead& block) {
    if (rollback_depth_ == 0) return;
    const std::lock_guard lock(mutex_);
    recent_.push_back({block.number, block.hash});
    if (recent_.size() > rollback_depth_) recent_.erase(recent_.begin());
}

std::vector<client::Cursor> IndexFollower::recent() const {
    // Deeper ones are as good: whichever it is, the index is rebuilt. The genesis is never replaced.
    const std::lock_guard lock(mutex_);
    std::vector<client::Cursor> out(recent_.rbegin(), recent_.rend());
    if (genesis_) out.push_back(*genesis_);
    return out;
}

void IndexFollower::start() {
    starter_ = std::thread([this] { run(); });
}

void IndexFollower::run() {
    std::unique_lock lock(mutex_);
    for (bool told = false; !stop_;) {
        lock.unlock();
        auto config = index_->prepare(*chain_);
        auto genesis = chain_->genesis();
        lock.lock();
        if (stop_) return;
        if (config && genesis) {
            genesis_ = client::Cursor{0, *genesis};
            config->ws_url = ws_url_;
            config->rollback_depth = rollback_depth_;
            follower_ = std::make_unique<client::LogFollower>(*blocks_, *config, callbacks());
            follower_->start();
            stopping_.wait(lock, [this] { return stop_ || back_to_; });
            if (stop_) return;
            const auto to = static_cast<std::int64_t>(back_to_->number);
            lock.unlock();
            follower_->stop();
            sys::log_warn("index: blocks were replaced; reading the chain anew", {});
            if (callbacks_.on_rollback) callbacks_.on_rollback(index_->reverted_above(to));
            index_->reset();
            lock.lock();
            back_to_.reset();
            recent_.clear();
            continue;
        }
        if (config) config = fail(genesis.error());
        if (config.error().code == "FOREIGN_DATA") {
            lock.unlock();
            if (callbacks_.on_failure) callbacks_.on_failure(config.error());
            return;
        }
        if (!told)
            sys::log_warn("index: waiting for the node",
                          {{"code", config.error().code}, {"message", config.error().message}});
        told = true;
        stopping_.wait_for(lock, std::chrono::milliseconds(200), [this] { return stop_; });
    }
}

void IndexFollower::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopping_.notify_all();
    if (starter_.joinable()) starter_.join();
    if (follower_) follower_->stop();
}

Status<> IndexFollower::run_to_head(const std::function<void(std::int64_t, std::int64_t)>& progress) {
    BOURSE_TRY(auto config, index_->prepare(*chain_));
    client::LogFollower follower(*blocks_, config, callbacks());
    BOURSE_TRY(const auto head, blocks_->head());
    while (index_->height() < static_cast<std::int64_t>(head.number)) {
        BOURSE_TRY(const bool moved, follower.step());
        if (!moved) break;
        if (progress) progress(index_->height(), static_cast<std::int64_t>(head.number));
    }
    return {};
}

}  // namespace bourse::explorer
