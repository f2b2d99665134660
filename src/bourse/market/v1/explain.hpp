// Why something waits, in words (web-ui §6.9): renderings of reasons.
#pragma once

#include <bourse/broker/check.hpp>

#include <nlohmann/json.hpp>

namespace bourse::market {

/// {code, who, text, now, needed, field, fix, gain, links}
nlohmann::json render_reason(const broker::Reason& reason);
/// One that is not of the match's checks.
nlohmann::json plain_reason(const std::string& code, const std::string& who, const std::string& text,
                            const std::string& now = {}, const std::string& needed = {}, const std::string& gain = {});

}  // namespace bourse::market
