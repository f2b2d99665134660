// Counters, gauges and histograms of a role, in Prometheus' text form at /metrics (prometheus-cpp core).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bourse::sys {

using MetricLabels = std::map<std::string, std::string>;

class Metrics {
public:
    static Metrics& global();
    /// Names are bourse_<role>_<what>_<unit>; the first call with a name fixes its help text. Safe from any thread.
    void count(const std::string& name, const std::string& help, double by = 1, const MetricLabels& labels = {});
    void gauge(const std::string& name, const std::string& help, double value, const MetricLabels& labels = {});
    void observe(const std::string& name, const std::string& help, double value, const std::vector<double>& buckets,
                 const MetricLabels& labels = {});
    /// The exposition text, process_resident_memory_bytes and process_cpu_seconds_total included.
    std::string text() const;

private:
    Metrics();
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// Resident memory of this process.
double resident_bytes();

}  // namespace bourse::sys
