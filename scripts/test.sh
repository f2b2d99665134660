#!/usr/bin/env bash
# Installs packages, builds, and runs every tier of tests that fits (docs/guides/testing.md).
#
#   scripts/test.sh           tiers 0-3: lint, unit, conformance and scenarios, sanitized unit and conformance
#   scripts/test.sh --fast    tiers 0 and 1
#   scripts/test.sh --all     also what takes long: clang-tidy over everything, fuzzing
#
# Last line: N passed, M failed, K skipped.
set -uo pipefail
cd "$(dirname "$0")/.."

tiers=normal
case "${1-}" in
    "") ;;
    --fast) tiers=fast ;;
    --all) tiers=all ;;
    -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "test: unknown argument '$1'; see scripts/test.sh --help" >&2; exit 2 ;;
esac

passed=0 failed=0 skipped=0
started=$SECONDS
say() { printf '\n== %s (%d:%02d)\n' "$1" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)); }

# Runs a command whose last line is "N passed, M failed, K skipped" and adds it to the totals.
suite() {
    local log last
    log=$(mktemp)
    "$@" 2>&1 | tee "$log"
    local status=${PIPESTATUS[0]}
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
    rm -f "$log"
    if [ -z "$last" ]; then
        echo "test: '$*' printed no totals (exit code $status)" >&2
        failed=$((failed + 1))
        return
    fi
    read -r p _ f _ k _ <<<"$last"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
    [ "$status" -eq 0 ] || [ "$f" -gt 0 ] || failed=$((failed + 1))
}
# A check that passes or fails as a whole.
check() {
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "test: FAILED: $*" >&2; fi
}
finish() {
    say "done"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}
build() { # preset, targets…
    local preset=$1
    shift
    cmake --preset "$preset" >/dev/null && cmake --build --preset "$preset" --target "$@"
}

say "packages"
setup_arguments=(--test)
[ "$tiers" = all ] && setup_arguments=(--dev)
./scripts/setup.sh "${setup_arguments[@]}" || { failed=1; finish; }
. scripts/node_path.sh  # the scenarios run other makers' programs too

say "tier 0: lint"
check python3 tools/lint/levels.py
check python3 tools/lint/zone.py
check python3 tools/lint/tidy_tree.py
check tools/lint/format.sh

say "build (release, warnings are errors)"
if ! build ci all; then failed=$((failed + 1)); finish; fi

say "build (web app)"
if ! ./scripts/build_ui.sh; then failed=$((failed + 1)); finish; fi

say "tier 1: unit tests and kept fuzz corpora"
suite python3 tools/test/units.py build/release
say "tier 1: web app"
suite ui/tests/run.sh --unit
[ "$tiers" = fast ] && finish

say "tier 2: conformance"
suite build/release/bin/bourse-conformance poco tests/data/poco
say "tier 2: model"
suite build/release/bin/bourse-model --steps 100000
say "tier 2: the same blocks under other circumstances"
suite python3 tests/determinism/run.py build/release
say "tier 2: clients of other makers"
suite tests/interop/run.sh build/release/bin/bourse
say "tier 2: scenarios"
suite python3 tests/scenario/run.py

say "tier 2: web app in Chromium"
suite ui/tests/run.sh --e2e build/release/bin/bourse

say "tier 3: address and undefined behaviour sanitizers"
# The node and the libraries that parse, count and decide; with --all every library (twice the time to build).
sanitized=(unit_tests)
if [ "$tiers" != all ]; then
    sanitized=(fuzz_rlp fuzz_transaction fuzz_abi fuzz_order_json fuzz_eip712 fuzz_genesis fuzz_proof fuzz_chain_file)
    for library in base sys crypto codec db net poco state native chain engine rpc node; do
        sanitized+=("bourse_${library}_test")
    done
fi
if build asan "${sanitized[@]}" bourse-conformance bourse-model; then
    suite python3 tools/test/units.py build/asan
    suite build/asan/bin/bourse-conformance poco tests/data/poco
    suite build/asan/bin/bourse-model --steps 10000
else
    failed=$((failed + 1))
fi

if [ "$tiers" = all ]; then
    say "tier 4: clang-tidy"
    check build tidy all
    say "tier 4: fuzzing"
    check tools/test/fuzz.sh
fi
finish
