#!/usr/bin/env bash
# Checks the layout of all C++ files with clang-format; --fix rewrites them.
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=(--dry-run -Werror)
[ "${1-}" = "--fix" ] && mode=(-i)
git ls-files -z 'src/*.cpp' 'src/*.hpp' 'tests/*.cpp' 'tests/*.hpp' 'fuzz/*.cpp' 'bench/*.cpp' 'bench/*.hpp' 'samples/*.cpp' |
    xargs -0 --no-run-if-empty -n 32 -P 2 clang-format "${mode[@]}"
echo "format: ok"
