#!/usr/bin/env bash
# Installs what is needed, builds Bourse, starts a whole market with three honest workers and a cheat, buys ten real
# computations, checks every result, and shows who was paid or lost what.
#
#   scripts/demo.sh           stays up until Ctrl-C
#   scripts/demo.sh --once    stops everything at the end; the last line of stdout is one JSON object
#
# The market lives in $BOURSE_HOME, by default build/demo-home (made anew each time).
set -euo pipefail
cd "$(dirname "$0")/.."

arguments=()
for argument in "$@"; do
    case "$argument" in
        --once) arguments+=(--once) ;;
        -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "demo: unknown argument '$argument'; see scripts/demo.sh --help" >&2; exit 2 ;;
    esac
done

started=$SECONDS
say() { printf '\n== %s (%d:%02d)\n' "$1" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)) >&2; }

say "packages"
./scripts/setup.sh >&2
say "build (a few minutes the first time)"
cmake --preset release >/dev/null
cmake --build --preset release --target bourse >&2
say "web app"
./scripts/build_ui.sh >&2
say "market"
as_root=()
if [ "$(id -u)" -ne 0 ] && ! unshare --user true 2>/dev/null; then
    echo "demo: an ordinary user gets no namespaces on this machine, so the sandbox needs root: the market runs by sudo" >&2
    as_root=(sudo --preserve-env=BOURSE_HOME)
fi
exec "${as_root[@]}" python3 tools/demo/demo.py build/release/bin/bourse "${arguments[@]}"
