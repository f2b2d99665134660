#include <bourse/market/v1/incidents.hpp>

#include <bourse/client/parameter_schema.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bourse::market {

namespace {

constexpr std::size_t kMostIncidents = 100;
constexpr std::size_t kMostIncidentBytes = 1'000;
constexpr std::size_t kMostFileBytes = 256 << 10;
constexpr std::uint64_t kLatestS = 1ULL << 40U;

tl::unexpected<Error> incident_refused(std::size_t at, const std::string& text) {
    return fail("INCIDENTS_INVALID", "incident " + std::to_string(at + 1) + ": " + text);
}

std::optional<std::uint64_t> moment_in(const nlohmann::json& entry, const char* name) {
    const auto found = entry.find(name);
    if (found == entry.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > kLatestS)
        return std::nullopt;
    return found->get<std::uint64_t>();
}

}  // namespace

Result<std::vector<Incident>> incidents_from(std::string_view text) {
    const auto list = nlohmann::json::parse(text, nullptr, false);
    if (!list.is_array() || list.size() > kMostIncidents)
        return fail("INCIDENTS_INVALID", "the file must be a JSON list of at most 100 incidents.");
    std::vector<Incident> out;
    for (const auto& entry : list) {
        const auto at = out.size();
        const auto words = entry.is_object() ? entry.find("text") : entry.end();
        if (words == entry.end() || !words->is_string()) return incident_refused(at, "text is missing.");
        Incident incident;
        incident.text = words->get<std::string>();
        if (incident.text.empty() || incident.text.size() > kMostIncidentBytes ||
            !client::is_plain_text(incident.text, false))
            return incident_refused(at, "text must be one line of 1 to 1,000 bytes.");
        const auto begun = moment_in(entry, "begun");
        if (!begun) return incident_refused(at, "begun must be a time in unix seconds.");
        incident.begun_s = *begun;
        incident.ended_s = moment_in(entry, "ended");
        if (!incident.ended_s && entry.contains("ended") && !entry["ended"].is_null())
            return incident_refused(at, "ended must be a time in unix seconds, or absent.");
        if (incident.ended_s && *incident.ended_s < *begun) return incident_refused(at, "it ended before it began.");
        out.push_back(std::move(incident));
    }
    std::ranges::stable_sort(out, std::greater{}, &Incident::begun_s);
    return out;
}

std::vector<Incident> Incidents::all() {
    const std::lock_guard lock(mutex_);
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(file_, error);
    if (error) {
        read_at_.reset();
        known_.clear();
        return known_;
    }
    if (read_at_ == changed) return known_;
    read_at_ = changed;
    const auto text = sys::read_file(file_, kMostFileBytes);
    auto read = text ? incidents_from(*text) : tl::unexpected(text.error());
    if (read)
        known_ = *std::move(read);
    else
        sys::log_warn("incidents.json is not shown", {{"error", read.error().message}});
    return known_;
}

}  // namespace bourse::market
