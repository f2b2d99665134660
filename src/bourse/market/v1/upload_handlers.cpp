// Uploads: handed to the store, whose refusals take the form of /v1.
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>

namespace bourse::market {

namespace {

/// The store's {code, error} as a refusal of ours, with its status.
net::Response refusal_of_store(const net::Response& answer) {
    const auto body = Json::parse(answer.body, nullptr, false);
    const auto text = [&](const char* name, const char* absent) {
        const auto found = body.is_object() ? body.find(name) : body.end();
        return found != body.end() && found->is_string() ? found->get<std::string>() : std::string(absent);
    };
    auto out = v1_refusal({text("code", "STORE_REFUSED"), text("error", "The store refused the upload.")});
    out.status = answer.status;
    if (const auto later = answer.headers.find("Retry-After"); later != answer.headers.end())
        out.headers["retry-after"] = later->second;
    return out;
}

}  // namespace

void Api::bind_uploads() {
    for (const auto* name : {"upload_rules", "begin_upload", "upload", "complete_upload", "end_upload"})
        bind_raw(name, [this](const net::Request& r) { return upload(r); });
    bind_raw("upload_chunk", [this](const net::Request& r) { return upload_chunk(r); });
}

net::Response Api::upload(const net::Request& request) const {
    const auto answer = parts_.proxy.upload(request);
    if (!answer) return v1_refusal(answer.error());
    return answer->status == 200 ? *answer : refusal_of_store(*answer);
}

/// A file has many chunks, and who may send how much is decided where it begins: only those refused count.
net::Response Api::upload_chunk(const net::Request& request) {
    const auto& from = request.remote_address;
    const bool exempt = is_exempt(from, config_.rate_exempt);
    if (const auto wait = exempt ? 0 : writes_.wait_for_s(from, 1); wait > 0) {
        auto refused =
            v1_refusal({"RATE_LIMITED", "Too many refused chunks; try again in " + std::to_string(wait) + " s."});
        refused.headers["retry-after"] = std::to_string(wait);
        return refused;
    }
    auto answer = upload(request);
    if (answer.status >= 400 && !exempt) (void)writes_.refuse_for_s(from, 1);
    return answer;
}

}  // namespace bourse::market
