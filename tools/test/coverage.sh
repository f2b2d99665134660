#!/usr/bin/env bash
# Lines and branches of the deterministic zone that unit tests, conformance and model run reach (clang's counters).
#   tools/test/coverage.sh [BUILD_DIR] [--lines FILE]      --lines: also what is not reached in files of that name
# Prints a table per library and per file of native and poco below 100 %. Needs clang, llvm-profdata and llvm-cov.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/coverage
show=
while [ $# -gt 0 ]; do
    case "$1" in
        --lines) show=$2; shift 2 ;;
        -h|--help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) build=$1; shift ;;
    esac
done
zone="base crypto codec poco state native chain"
flags="-fprofile-instr-generate -fcoverage-mapping"
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O0 $flags" \
    -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_UNITY_BUILD=ON -DBOURSE_BENCHES=OFF >/dev/null
targets="bourse-conformance bourse-model"
for library in $zone; do targets="$targets bourse_${library}_test"; done
# shellcheck disable=SC2086
cmake --build "$build" --target $targets >"$build/build.log" || { tail -n 40 "$build/build.log" >&2; exit 1; }

rm -f "$build"/*.profraw
run() { # program arguments…
    local program=$1
    shift
    LLVM_PROFILE_FILE="$build/$program.profraw" "$build/bin/$program" "$@" >"$build/$program.log" 2>&1 ||
        { tail -n 20 "$build/$program.log" >&2; echo "coverage: $program failed" >&2; exit 1; }
}
for library in $zone; do run "bourse_${library}_test"; done
run bourse-conformance poco tests/data/poco
run bourse-model --steps 20000
llvm-profdata merge -sparse "$build"/*.profraw -o "$build/all.profdata"

objects=()
for target in $targets; do objects+=(-object "$build/bin/$target"); done
llvm-cov export -summary-only -instr-profile="$build/all.profdata" "${objects[@]:1}" 2>/dev/null >"$build/summary.json"
python3 - "$build/summary.json" $zone <<'PYTHON'
import json
import re
import sys

summary, zone = json.load(open(sys.argv[1])), sys.argv[2:]
rows, files = {name: [0, 0, 0, 0] for name in zone}, []
for entry in summary["data"][0]["files"]:
    found = re.search(r"/src/bourse/([a-z0-9]+)/(.*)", entry["filename"])
    if not found or found[1] not in rows or re.search(r"_test\.cpp$|(^|/)test_[a-z_]*\.hpp$", found[2]):
        continue
    lines, branches = entry["summary"]["lines"], entry["summary"]["branches"]
    numbers = [lines["covered"], lines["count"], branches["covered"], branches["count"]]
    rows[found[1]] = [a + b for a, b in zip(rows[found[1]], numbers)]
    if found[1] in ("native", "poco") and numbers[0] < numbers[1]:
        files.append((f"{found[1]}/{found[2]}", numbers))


def line(name, n):
    def share(part, whole):
        return f"{part:6} of {whole:6} {100 * part / whole if whole else 100:6.1f} %"
    return f"{name:34} {share(n[0], n[1])}   {share(n[2], n[3])}"


print(f"{'library':34} {'lines':^25}   {'branches':^25}")
for name in zone:
    print(line(name, rows[name]))
print(line("all", [sum(r[i] for r in rows.values()) for i in range(4)]))
if files:
    print("\nfiles with lines that nothing reaches")
for name, numbers in sorted(files):
    print(line(name, numbers))
PYTHON
if [ -n "$show" ]; then
    # shellcheck disable=SC2046
    llvm-cov show -instr-profile="$build/all.profdata" "${objects[@]:1}" -show-line-counts-or-regions=0 \
        $(git ls-files "src/bourse/*/$show" "src/bourse/*/*/$show") 2>/dev/null | grep -E '^/|^ *[0-9]+\| *0\|' || true
fi
