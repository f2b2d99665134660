#!/usr/bin/env bash
# Runs a bench with its peer in the same run; one JSON line for each figure.
#
#   scripts/bench.sh NAME     poco_lifecycle, order_to_paid, page, or a micro bench (broker, explorer, feed, rpc_logs,
#                             stages, state)
#   scripts/bench.sh all      about 15 minutes
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1-}" in
    ""|-h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; [ -n "${1-}" ] && exit 0; exit 2 ;;
esac
./scripts/setup.sh --bench >&2
. scripts/node_path.sh
cmake --preset release >&2
cmake --build --preset release --target all >&2

run() {
    if [ "$1" = page ]; then
        ./scripts/build_ui.sh >&2
        node ui/tests/bench.mjs "$PWD/build/release/bin/bourse"
    elif [ -f "bench/macro/$1.py" ]; then
        python3 "bench/macro/$1.py" build/release "${@:2}"
    elif [ -x "build/release/bin/$1_bench" ]; then
        "build/release/bin/$1_bench" "${@:2}"
    else
        echo "bench: no bench '$1'; there are: $(list | tr '\n' ' ')" >&2
        exit 2
    fi
}
list() {
    echo page
    for file in bench/macro/*.py; do
        name=$(basename "$file" .py)
        [ "$name" = common ] || echo "$name"
    done
    for program in build/release/bin/*_bench; do
        [ -x "$program" ] && basename "$program" _bench
    done
}
if [ "$1" = all ]; then
    for name in $(list); do run "$name"; done
else
    run "$@"
fi
