// One function for each vector file.
#pragma once

#include "report.hpp"
#include "vectors.hpp"

namespace bourse::conformance {

void run_eip712(const Vectors& vectors, Report& report);
void run_match(const Vectors& vectors, Report& report);
void run_lifecycle(const Vectors& vectors, Report& report);
void run_negative(const Vectors& vectors, Report& report);
void run_consensus(const Vectors& vectors, Report& report);
void run_escrow(const Vectors& vectors, Report& report);
void run_registries(Vectors vectors, Report& report);

/// The baseline of the vectors; scores and kitty are overlays of genesis (poco.md §18.1).
chain::GenesisConfig baseline();

}  // namespace bourse::conformance
