#!/usr/bin/env python3
"""Runs every unit test program and fuzz replay of a build folder, two at a time, in random order within each program.

    tools/test/units.py BUILD_DIR [--only REGEX]

Last line: N passed, M failed, K skipped (a replayed corpus counts as one test)."""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_S = 1800


def count(text, word):
    found = re.findall(rf"\[\s*{word}\s*\] (\d+) tests?", text)
    return int(found[-1]) if found else 0


def run(command):
    start = time.monotonic()
    environment = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1", "ASAN_OPTIONS": "detect_leaks=1",
                   "LSAN_OPTIONS": f"suppressions={ROOT}/tools/test/lsan.supp:print_suppressions=0"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=LIMIT_S, env=environment)
        return done.returncode, done.stdout + done.stderr, time.monotonic() - start
    except subprocess.TimeoutExpired as late:
        return 1, f"{late.stdout}\ntimed out after {LIMIT_S} s", time.monotonic() - start


def unit(program):
    code, text, seconds = run([str(program), "--gtest_shuffle"])
    passed, failed, skipped = count(text, "PASSED"), count(text, "FAILED"), count(text, "SKIPPED")
    if code != 0 and failed == 0:
        failed = 1
    return program.name, passed, failed, skipped, text, seconds


def fuzz(program):
    corpus = ROOT / "fuzz" / "corpus" / program.name.removeprefix("fuzz_")
    code, text, seconds = run([str(program), str(corpus)])
    return program.name, int(code == 0), int(code != 0), 0, text, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    programs = sorted((options.build / "bin").glob("bourse_*_test")) + sorted((options.build / "bin").glob("fuzz_*"))
    programs = [p for p in programs if re.search(options.only, p.name)]
    if not programs:
        print(f"units: no test programs under {options.build}/bin; build first", file=sys.stderr)
        return 2
    totals = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(unit if p.name.endswith("_test") else fuzz, p) for p in programs]
        for job in concurrent.futures.as_completed(jobs):
            name, passed, failed, skipped, text, seconds = job.result()
            print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped ({seconds:.1f} s)", flush=True)
            if failed:
                print(text[-20000:], flush=True)
            totals = [totals[0] + passed, totals[1] + failed, totals[2] + skipped]
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
