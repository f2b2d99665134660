#!/usr/bin/env python3
"""Runs the scenario tests, two at a time, each test file in a process of its own. Last line: N passed, M failed, K skipped.

    tests/scenario/run.py [--jobs 2] [NAME…]      NAME: test file without .py, e.g. test_line
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 3600


def run_file(path):
    start = time.monotonic()
    try:
        done = subprocess.run([sys.executable, "-m", "unittest", "-v", path.stem], cwd=HERE, capture_output=True,
                              text=True, timeout=LIMIT_S)
        text, code = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        text, code = f"{late.stdout}\n{late.stderr}\ntimed out after {LIMIT_S} s", 1
    ran = int((re.findall(r"^Ran (\d+) test", text, re.M) or ["0"])[-1])
    numbers = dict(re.findall(r"(failures|errors|skipped)=(\d+)", text))
    failed = int(numbers.get("failures", 0)) + int(numbers.get("errors", 0))
    if code != 0 and failed == 0:
        failed = 1
    skipped = int(numbers.get("skipped", 0))
    return path.stem, max(ran - failed - skipped, 0), failed, skipped, text, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    files = sorted(HERE.glob("test_*.py"))
    if options.names:
        files = [file for file in files if file.stem in options.names]
    if not files:
        print("scenario: no such test", file=sys.stderr)
        return 2
    totals = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for future in concurrent.futures.as_completed([pool.submit(run_file, file) for file in files]):
            name, passed, failed, skipped, text, seconds = future.result()
            print(f"scenario {name}: {passed} passed, {failed} failed, {skipped} skipped ({seconds:.0f} s)", flush=True)
            if failed:
                print(text, flush=True)
            totals = [totals[0] + passed, totals[1] + failed, totals[2] + skipped]
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
