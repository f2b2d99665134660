// The page of an app: its owner's readme and parameters.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/list_pages.hpp>

namespace bourse::market {

namespace {

/// An app without a page has the empty one, like an app whose page was withdrawn: a reader need not know which.
Json page_answer_of(const Address& app, const Address& owner, const std::optional<SignedAppPage>& known) {
    Json out = {{"app", to_checksum(app)}, {"owner", to_checksum(owner)}};
    out["readme"] = known ? known->page.readme : "";
    out["parameters"] = known ? known->page.parameters : "";
    out["updated"] = known ? Json(known->page.updated_ms) : Json(nullptr);
    out["sign"] = known ? Json(known->sign) : Json(nullptr);
    return out;
}

}  // namespace

Result<Json> Api::app_page(Call& call) const {
    BOURSE_TRY(const auto app, call.segment_address("id"));
    const auto row = parts_.index.resource(app);
    if (!row || row->kind != explorer::ResourceKind::kApp) return fail(not_found("app", to_checksum(app)));
    return page_answer_of(app, row->owner, app_pages_.find(app, row->owner));
}

Result<Json> Api::publish_app_page(Call& call) {
    BOURSE_TRY(const auto app, call.segment_address("id"));
    BOURSE_TRY(const auto body, body_object(call.request()));
    // The chain is asked, not the index: who has just sold the app has no say any more.
    BOURSE_TRY(const auto facts, parts_.chain.facts());
    BOURSE_TRY(const bool registered, parts_.chain.is_registered(facts.app_registry, app));
    if (!registered) return fail(not_found("app", to_checksum(app)));
    BOURSE_TRY(const auto owner, parts_.chain.resource_owner(app));
    BOURSE_TRY(const auto chain, parts_.chain.chain_id());
    BOURSE_TRY(const auto page, AppPages::from_json(body, app, owner));
    BOURSE_CHECK(check_writes(call.request(), owner));
    BOURSE_CHECK(app_pages_.publish(page, chain));
    count_write(call.request(), owner);
    return page_answer_of(app, owner, page);
}

void Api::bind_app_pages() {
    bind_item("app_page", [this](Call& c) { return app_page(c); });
    bind_item("publish_app_page", [this](Call& c) { return publish_app_page(c); });
}

}  // namespace bourse::market
