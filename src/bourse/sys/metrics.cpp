#include <bourse/sys/metrics.hpp>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <mutex>

namespace bourse::sys {

namespace {

double cpu_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

prometheus::MetricFamily process_family(std::string name, std::string help, prometheus::MetricType type, double value) {
    prometheus::ClientMetric metric;
    if (type == prometheus::MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
    return {std::move(name), std::move(help), type, {metric}};
}

}  // namespace

double resident_bytes() {
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr) return 0;
    long size = 0, resident = 0;
    const int fields = std::fscanf(file, "%ld %ld", &size, &resident);
    std::fclose(file);
    return fields == 2 ? static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) : 0;
}

struct Metrics::Impl {
    std::mutex mutex;
    prometheus::Registry registry;
    std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
    std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;

    template <class T, class Builder>
    static prometheus::Family<T>& family(std::map<std::string, prometheus::Family<T>*>& known, Builder builder,
                                         prometheus::Registry& registry, const std::string& name,
                                         const std::string& help) {
        auto& entry = known[name];
        if (entry == nullptr) entry = &builder.Name(name).Help(help).Register(registry);
        return *entry;
    }
};

Metrics::Metrics() : impl_(std::make_shared<Impl>()) {}

Metrics& Metrics::global() {
    static auto* metrics = new Metrics;  // never destroyed: threads may count while the process ends
    return *metrics;
}

void Metrics::count(const std::string& name, const std::string& help, double by, const MetricLabels& labels) {
    const std::lock_guard lock(impl_->mutex);
    Impl::family(impl_->counters, prometheus::BuildCounter(), impl_->registry, name, help).Add(labels).Increment(by);
}

void Metrics::gauge(const std::string& name, const std::string& help, double value, const MetricLabels& labels) {
    const std::lock_guard lock(impl_->mutex);
    Impl::family(impl_->gauges, prometheus::BuildGauge(), impl_->registry, name, help).Add(labels).Set(value);
}

void Metrics::observe(const std::string& name, const std::string& help, double value,
                      const std::vector<double>& buckets, const MetricLabels& labels) {
    const std::lock_guard lock(impl_->mutex);
    Impl::family(impl_->histograms, prometheus::BuildHistogram(), impl_->registry, name, help)
        .Add(labels, buckets)
        .Observe(value);
}

std::string Metrics::text() const {
    auto families = impl_->registry.Collect();
    families.push_back(process_family("process_resident_memory_bytes", "Resident memory.",
                                      prometheus::MetricType::Gauge, resident_bytes()));
    families.push_back(process_family("process_cpu_seconds_total", "User and system CPU time spent.",
                                      prometheus::MetricType::Counter, cpu_seconds()));
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace bourse::sys
