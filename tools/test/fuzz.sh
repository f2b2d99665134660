#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and runs each for a while from its kept corpus.
#   tools/test/fuzz.sh [SECONDS_EACH]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzz_targets
for program in build/fuzz/bin/fuzz_*; do
    name=${program##*/fuzz_}
    fresh=build/fuzz/corpus/$name
    mkdir -p "$fresh"
    echo "fuzz: $name for $seconds s"
    "$program" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="build/fuzz/$name-" "$fresh" "fuzz/corpus/$name"
done
