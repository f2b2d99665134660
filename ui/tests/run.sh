#!/usr/bin/env bash
# Tests of the web app. The last line is `N passed, M failed, K skipped`.
#   ui/tests/run.sh --unit              model, protocol, signers and screens without a server
#   ui/tests/run.sh --e2e PROGRAM       Chromium against a market that PROGRAM (`bourse up`) runs
#   ui/tests/run.sh PROGRAM             both
set -u
started_in=$PWD
cd "$(dirname "$0")/.."
if [ -f ../scripts/node_path.sh ]; then . ../scripts/node_path.sh; fi
[ -d node_modules/vitest ] || npm ci --no-audit --no-fund >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

passed=0 failed=0 skipped=0
add() { # reads the last "N passed, M failed, K skipped" of a file
    local line
    line=$(grep -Eo '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$1" | tail -1)
    if [ -z "$line" ]; then failed=$((failed + 1)); return; fi
    set -- $line
    passed=$((passed + $1)) failed=$((failed + $3)) skipped=$((skipped + $5))
}

report=$(mktemp)
trap 'rm -f "$report"' EXIT
unit=0 e2e=0 program=
for argument in "$@"; do
    case $argument in
        --unit) unit=1 ;;
        --e2e) e2e=1 ;;
        *) program=$argument ;;
    esac
done
if [ $unit = 0 ] && [ $e2e = 0 ]; then unit=1; [ -n "$program" ] && e2e=1; fi

if [ $unit = 1 ]; then
    npx tsc --noEmit || failed=$((failed + 1))
    npx vitest run --reporter=default --reporter=./tests/count_reporter.mjs 2>&1 | tee "$report"
    add "$report"
fi
if [ $e2e = 1 ]; then
    [ -n "$program" ] || { echo "run.sh --e2e needs the path of the program" >&2; exit 2; }
    node tests/e2e/run.mjs "$(cd "$started_in" && realpath "$program")" 2>&1 | tee "$report"
    add "$report"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
