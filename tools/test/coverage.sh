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
# Several programs hold the same functions, some unused there: only merged lines and branches count right.
llvm-cov export -format=lcov -instr-profile="$build/all.profdata" "${objects[@]:1}" 2>/dev/null >"$build/lcov.info"
python3 - "$build/lcov.info" $zone <<'PYTHON'
import re
import sys

zone = sys.argv[2:]
rows, found, name = {library: [0, 0, 0, 0] for library in zone}, {}, None
for text in open(sys.argv[1]):
    kind, _, rest = text.strip().partition(":")
    if kind == "SF":
        part = re.search(r"/src/bourse/([a-z0-9]+)/(.*)", rest)
        known = part and part[1] in rows and not re.search(r"_test\.cpp$|(^|/)test_[a-z_]*\.hpp$", part[2])
        name = f"{part[1]}/{part[2]}" if known else None
    elif name and kind == "DA":
        line, count = rest.split(",")[:2]
        lines = found.setdefault(name, ({}, {}))[0]
        lines[line] = max(lines.get(line, 0), int(count))
    elif name and kind == "BRDA":
        line, block, branch, count = rest.split(",")
        branches = found.setdefault(name, ({}, {}))[1]
        key = (line, branch)
        branches[key] = max(branches.get(key, 0), 0 if count == "-" else int(count))

files = []
for name, (lines, branches) in found.items():
    numbers = [sum(map(bool, lines.values())), len(lines), sum(map(bool, branches.values())), len(branches)]
    library = name.split("/")[0]
    rows[library] = [a + b for a, b in zip(rows[library], numbers)]
    if library in ("native", "poco") and numbers[0] < numbers[1]:
        files.append((name, numbers))


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
