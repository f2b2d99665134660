#!/usr/bin/env python3
"""order_to_paid: from `bourse run hello` to a result that is paid, downloaded and verified, p50 and p99.

    bench/macro/order_to_paid.py BUILD_DIR [--markets 4] [--runs 10]

Trust 3 takes two workers as long as their scores are below 12 (poco §9): each market is new and runs few tasks."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import common  # noqa: E402


WARM_UP = 2  # the first ones fill caches


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measure(build, runs):
    home = pathlib.Path(tempfile.mkdtemp(prefix="bourse-bench-"))
    environment = {**os.environ, "BOURSE_HOME": str(home)}
    program = str(build / "bin/bourse")
    with open(home / "up.log", "ab") as log:
        up = subprocess.Popen([program, "up", "--ports", "auto"], env=environment, stdout=log, stderr=log, cwd=home)
    try:
        while not (home / "up.json").exists():
            if up.poll() is not None:
                raise SystemExit("order_to_paid: bourse up ended:\n" + (home / "up.log").read_text()[-2000:])
            time.sleep(0.1)
        seconds = []
        for number in range(WARM_UP + runs):
            start = time.monotonic()
            done = subprocess.run([program, "run", "hello", "--wallet", "requester", "--trust", "3", "--watch", "--json",
                                   "--output", str(home / f"results-{number}")],
                                  env=environment, cwd=home, capture_output=True, text=True)
            if done.returncode != 0:
                raise SystemExit(f"order_to_paid: {done.stdout} {done.stderr}")
            seconds.append(time.monotonic() - start)
            task = json.loads(done.stdout.strip().splitlines()[-1])["tasks"][0]["task"]
            shown = subprocess.run([program, "task", "show", task, "--json"], env=environment, cwd=home,
                                   capture_output=True, text=True, check=True)
            if len(json.loads(shown.stdout)["contributions"]) < 2:
                raise SystemExit("order_to_paid: one worker was enough for trust 3: give fewer --runs")
        return seconds[WARM_UP:]
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--markets", type=int, default=4)
    parser.add_argument("--runs", type=int, default=10, help="measured runs on each market")
    options = parser.parse_args()
    seconds = [second for _ in range(options.markets) for second in measure(options.build, options.runs)]
    common.report("order_to_paid_p50", statistics.median(seconds), "s", "lower")
    common.report("order_to_paid_p99", percentile(seconds, 0.99), "s", "lower")


if __name__ == "__main__":
    main()
