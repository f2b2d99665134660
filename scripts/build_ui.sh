#!/usr/bin/env bash
# Builds the web app of ui/ into build/ui, which `bourse market` serves. Does nothing when the sources have not changed.
#
#   scripts/build_ui.sh           packages by the lock file, then the build
#   scripts/build_ui.sh --force   builds in any case
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1-}" in
    ""|--force) ;;
    -h|--help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "build_ui: unknown argument '$1'; see scripts/build_ui.sh --help" >&2; exit 2 ;;
esac
. scripts/node_path.sh

sources=$(find ui -name node_modules -prune -o -path ui/tests -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
stamp=build/ui.stamp
if [ "${1-}" != --force ] && [ -f build/ui/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then
    echo "build_ui: build/ui is up to date"
    exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
step() { # a sentence, a command
    echo "build_ui: $1"
    shift
    "$@" >"$log" 2>&1 || { echo "build_ui: '$*' failed; the end of its output:" >&2; tail -n 30 "$log" >&2; exit 1; }
}
if ! cmp -s ui/package-lock.json build/ui-packages.lock || [ ! -d ui/node_modules ]; then
    step "fetching packages" npm ci --prefix ui --no-audit --no-fund
    mkdir -p build
    cp ui/package-lock.json build/ui-packages.lock
fi
step "building" npm run --prefix ui build
echo "$sources" >"$stamp"
echo "build_ui: done, in build/ui"
