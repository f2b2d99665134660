// bourse-conformance poco FOLDER [--verbose]: replays the recorded vectors of the official contracts through real
// transactions. Exit 0 when nothing failed, nothing was left out beyond what the specification allows, and every
// estimate of gas suffices.
#include "estimates.hpp"
#include "runs.hpp"

#include <cstdio>
#include <string_view>

namespace {

int usage() {
    std::fprintf(stderr,
                 "usage: bourse-conformance poco FOLDER [--verbose]\n"
                 "FOLDER holds vectors-*.json\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace bourse::conformance;
    if (argc < 3 || argc > 4 || std::string_view(argv[1]) != "poco") return usage();
    const bool verbose = argc == 4 && std::string_view(argv[3]) == "--verbose";
    if (argc == 4 && !verbose) return usage();
    const Vectors vectors(argv[2]);
    Report report(verbose);
    report.begin_file("vectors-eip712.json");
    run_eip712(vectors, report);
    report.begin_file("vectors-match.json");
    run_match(vectors, report);
    report.begin_file("vectors-lifecycle.json");
    run_lifecycle(vectors, report);
    report.begin_file("vectors-negative.json");
    run_negative(vectors, report);
    report.begin_file("vectors-consensus.json");
    run_consensus(vectors, report);
    report.begin_file("vectors-escrow.json");
    run_escrow(vectors, report);
    report.begin_file("vectors-registries.json");
    run_registries(vectors, report);
    report.begin_file("vectors-boost.json");
    report.skip(SkipClass::kBoost, "files", "vectors-boost.json");
    const bool enough_gas = EstimateAudit::of_run().finish();
    return report.finish() && enough_gas ? 0 : 1;
}
