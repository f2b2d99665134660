// bourse-conformance poco FOLDER [--verbose]: replays the recorded vectors of the official contracts through real
// transactions. Exit 0 when nothing failed and nothing was left out beyond what the specification allows.
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
    run_eip712(vectors, report);
    run_match(vectors, report);
    run_lifecycle(vectors, report);
    run_negative(vectors, report);
    run_consensus(vectors, report);
    run_escrow(vectors, report);
    run_registries(vectors, report);
    report.skip(SkipClass::kBoost, "files", "vectors-boost.json");
    return report.finish() ? 0 : 1;
}
