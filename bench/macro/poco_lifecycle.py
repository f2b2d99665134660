#!/usr/bin/env python3
"""poco_lifecycle: complete tasks a second over JSON-RPC with synced blocks, against the official contracts
(@iexec/poco 6.1) on anvil, the same signed calls from the same program in the same run.

    bench/macro/poco_lifecycle.py BUILD_DIR [--tasks 2000] [--peer-tasks 500]

The peer runs in memory without a disk, and is told after each batch to make a block (left to itself it makes one for each
transaction, and forgets what did not fit into a block); ours syncs every block to disk. Both: the better of the rounds."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import common  # noqa: E402

RECOVERIES_A_TASK = 12  # 7 senders, 3 orders, 2 authorisations
OURS = {"rlc": "0x5FbDB2315678afecb367f032d93F642f64180aa3", "hub": "0x0165878A594ca255338adfa4d48449f69242Eb8F",
        "app_registry": "0xc3e53F4d16Ae77Db1c982e75a937B9f60FE63690",
        "workerpool_registry": "0x9E545E3C0baAB3E08CdfD552C960A1050f373042"}


def drive(build, url, addresses, tasks, *mine, batch=100):
    program = build / "bin/bench_poco_lifecycle"
    command = [program, url, json.dumps(addresses), str(tasks), str(batch), *mine]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"poco_lifecycle: {url}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def ours(build, tasks, rounds):
    def once():
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bourse-bench-"))
        port = common.free_port()
        command = [build / "bin/bourse", "node", "--dev", "--data-dir", folder, "--port", str(port), "--log-level", "warn"]
        with common.running(command, f"http://127.0.0.1:{port}/version", folder / "node.log"):
            figure = drive(build, f"http://127.0.0.1:{port}", OURS, tasks)
        shutil.rmtree(folder, ignore_errors=True)
        return figure

    return best_of(rounds, once)


def best_of(rounds, measure):
    return max((measure() for _ in range(rounds)), key=lambda figure: figure["tasks_per_s"])


def peer(build, tasks, rounds):
    return best_of(rounds, lambda: peer_once(build, tasks))


def peer_once(build, tasks):
    packages = common.peer_packages()
    port = common.free_port()
    url = f"http://127.0.0.1:{port}"
    anvil = packages / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
    command = [anvil, "--port", str(port), "--gas-limit", "2000000000", "--gas-price", "0", "--base-fee", "0",
               "--order", "fifo", "--silent"]
    with common.running(command, None, packages / "anvil.log", rpc=url):
        deployed = subprocess.run(["node", common.ROOT / "bench/peer/deploy.mjs", url, packages], capture_output=True, text=True)
        if deployed.returncode != 0:
            raise SystemExit(f"poco_lifecycle: the peer's contracts were not deployed: {deployed.stderr[-1000:]}")
        return drive(build, url, json.loads(deployed.stdout.strip().splitlines()[-1]), tasks, "mine")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--peer-tasks", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    theirs = peer(options.build, options.peer_tasks, options.rounds)
    figure = ours(options.build, options.tasks, options.rounds)
    limit = (os.cpu_count() or 1) * 1e6 / (RECOVERIES_A_TASK * figure["recovery_us"])
    common.report("poco_lifecycle", figure["tasks_per_s"], "tasks/s", "higher", peer="@iexec/poco 6.1 on anvil",
                  peer_value=theirs["tasks_per_s"], limit=limit)


if __name__ == "__main__":
    main()
