// Comparison of model and chain after a step.
#pragma once

#include "market.hpp"

#include <string>

namespace bourse::model {

/// Empty, or what differs: outcome, return data and logs.
std::string compare_outcome(const Outcome& outcome, const Answer<Bytes>& expected, const Model& model);
/// Empty, or what differs: every account, supply, and what the step names.
std::string compare_step(Market& market, const Step& step);
/// Empty, or what differs: everything that was ever made; the chain's full books.
std::string compare_all(Market& market);

}  // namespace bourse::model
