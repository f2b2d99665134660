#!/usr/bin/env python3
"""The demo: a market with three honest workers and a cheat, ten computations bought and checked. scripts/demo.sh calls it.

    tools/demo/demo.py PROGRAM [--once]
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_LIMIT_S = 600
TRUST = 3  # below, the first answer wins, the cheat's too; above, one cheat among four can block the agreement
CHEAT = "worker4"
DATASET_APP = "timezones"
MOST_EXTRA_BAGS = 5


def say(text=""):
    print(text, file=sys.stderr, flush=True)


class Demo:
    def __init__(self, program, home):
        self.program = str(pathlib.Path(program).resolve())
        self.home = home
        self.environment = {**os.environ, "BOURSE_HOME": str(home)}
        self.up = None
        self.tasks = []
        self.cheat_met = False

    # --- the market -------------------------------------------------------------------------------------------------
    def start(self):
        self.up = subprocess.Popen([self.program, "up", "--ports", "auto", "--workers", "3", "--dev-cheats", "1"],
                                   env=self.environment, stdout=sys.stderr, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_LIMIT_S
        while not (self.home / "up.json").exists():
            if self.up.poll() is not None:
                raise SystemExit(f"demo: bourse up ended with {self.up.returncode}; logs are in {self.home / 'logs'}")
            if time.monotonic() > deadline:
                raise SystemExit(f"demo: the market did not come up within {START_LIMIT_S} s; logs are in {self.home / 'logs'}")
            time.sleep(0.1)
        self.info = json.loads((self.home / "up.json").read_text())
        self.names = {account["address"].lower(): account["name"] for account in self.info["accounts"]}
        self.known = json.loads((self.home / "samples/samples.json").read_text())

    def stop(self):
        if self.up and self.up.poll() is None:
            self.up.send_signal(signal.SIGTERM)
            self.up.wait()

    def vanity_prefix(self):
        return self.known["apps"]["vanitygen"]["args"]

    def verb(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--json"], env=self.environment, cwd=self.home,
                              capture_output=True, text=True)
        try:
            answer = json.loads((done.stdout.strip() or done.stderr.strip()).splitlines()[-1])
        except (IndexError, ValueError):
            raise SystemExit(f"demo: bourse {' '.join(arguments)} gave no JSON: {done.stdout}{done.stderr}")
        return done.returncode, answer

    # --- money ------------------------------------------------------------------------------------------------------
    ACTORS = ["requester", "app_provider", "dataset_provider", "scheduler", "worker1", "worker2", "worker3", "worker4"]

    def holdings(self):
        """Stake and lock of every actor, in nRLC."""
        result = {}
        for name in self.ACTORS:
            address = next(a["address"] for a in self.info["accounts"] if a["name"] == name)
            code, answer = self.verb("account", "show", address)
            if code != 0:
                raise SystemExit(f"demo: account show {name}: {answer}")
            result[name] = int(answer["stake_nrlc"]) + int(answer["locked_nrlc"])
        return result

    # --- computations -----------------------------------------------------------------------------------------------
    def buy(self, title, *arguments):
        """Buys, waits, downloads and verifies; gives the tasks and the milliseconds it took."""
        say(f"\n-- {title}: bourse run {' '.join(arguments)} --trust {TRUST} --watch")
        start = time.monotonic()
        code, answer = self.verb("run", *arguments, "--wallet", "requester", "--trust", str(TRUST), "--watch",
                                 "--output", str(self.home / "results"))
        elapsed_ms = int((time.monotonic() - start) * 1000)
        if "tasks" not in answer:
            raise SystemExit(f"demo: the computation was refused: {answer.get('error')}")
        for task in answer["tasks"]:
            self.tasks.append({key: task[key] for key in ("task", "status", "verdict", "result_file")})
            say(f"   task {task['index']}: {task['status']}, verdict {task['verdict']}; {self.verdicts(task['task'])}")
        say(f"   bought, computed, agreed, paid, downloaded and verified in {elapsed_ms} ms")
        if code != 0:
            raise SystemExit(f"demo: not every task ended well: {answer.get('error')}")
        return sorted(answer["tasks"], key=lambda task: int(task["index"])), elapsed_ms

    def verdicts(self, task):
        """Who contributed, and how the chain judged it."""
        _, shown = self.verb("task", "show", task)
        texts = []
        for contribution in shown.get("contributions", []):
            name = self.names.get(contribution["worker"].lower(), contribution["worker"])
            paid = contribution["status"] == "PROVED"
            self.cheat_met = self.cheat_met or (name == CHEAT and not paid)
            texts.append(f"{name} {'proved, paid' if paid else 'refuted, stake lost'}")
        return ", ".join(texts)

    def check(self, tasks, name):
        """Compares each result with what is known without the market (samples.json)."""
        sample = self.known["apps"][name]
        for task in tasks:
            with zipfile.ZipFile(task["result_file"]) as archive:
                got = archive.read(sample["answer"]["file"])
                if got != self.known_answer(sample, int(task["index"]), len(tasks)):
                    raise SystemExit(f"demo: {name}: the result of task {task['task']} is not the known answer: {got[:200]!r}")
                if "picture" in sample["answer"] and not archive.read(sample["answer"]["picture"]).startswith(b"\x89PNG"):
                    raise SystemExit(f"demo: {name}: the picture in the result is no PNG")
        say(f"   {len(tasks)} result{'s' if len(tasks) > 1 else ''} compared with the known answer: equal")

    def known_answer(self, sample, index, size):
        """A text; statistics counted here by other means; or what the same search finds without the market."""
        answer = sample["answer"]
        if "text" in answer:
            return answer["text"].encode()
        with tempfile.TemporaryDirectory() as folder:
            dataset = pathlib.Path(folder) / "dataset"
            dataset.symlink_to(next(iter(self.known["datasets"].values()))["file"])
            subprocess.run([sample["program"], *sample["args"].split()], check=True, capture_output=True,
                           env={"IEXEC_OUT": folder, "IEXEC_IN": folder, "IEXEC_DATASET_FILENAME": "dataset",
                                "IEXEC_BOT_TASK_INDEX": str(index), "IEXEC_BOT_SIZE": str(size)})
            found = (pathlib.Path(folder) / answer["file"]).read_bytes()
        if "json" in answer:
            counted = json.loads(found)
            wrong = {key: value for key, value in answer["json"].items() if counted.get(key) != value}
            if wrong:
                raise SystemExit(f"demo: the statistics differ from what was counted independently: {wrong}")
        if "prefix" in answer and f"address {answer['prefix']}".encode() not in found:
            raise SystemExit(f"demo: {found!r} does not start with {answer['prefix']}")
        return found


def print_table(before, after):
    say(f"\n{'account':18} {'before nRLC':>18} {'after nRLC':>18} {'change':>8}")
    for name in before:
        say(f"{name:18} {before[name]:>18,} {after[name]:>18,} {after[name] - before[name]:>+8}")
    total = sum(after.values()) - sum(before.values())
    say(f"{'sum':18} {sum(before.values()):>18,} {sum(after.values()):>18,} {total:>+8}")
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    home = pathlib.Path(os.environ.get("BOURSE_HOME", ROOT / "build/demo-home")).resolve()
    if "BOURSE_HOME" not in os.environ:
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    demo = Demo(options.program, home)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        run(demo, options.once)
    except KeyboardInterrupt:
        say("\ndemo: stopping")
    finally:
        demo.stop()


def run(demo, once):
    demo.start()
    before = demo.holdings()
    hello, hello_ms = demo.buy("hello, one task", "hello")
    demo.check(hello, "hello")
    dataset = next(iter(demo.info["datasets"].values()))["address"]
    statistics, _ = demo.buy("statistics of a dataset, one task", DATASET_APP, "--dataset", dataset)
    demo.check(statistics, DATASET_APP)
    bag, _ = demo.buy("vanitygen, a bag of 8", "vanitygen", "--args", demo.vanity_prefix(), "--volume", "8")
    demo.check(bag, "vanitygen")
    for _ in range(MOST_EXTRA_BAGS):
        if demo.cheat_met:
            break
        say("\n   the cheat took part in no task so far: another bag")
        demo.buy("vanitygen, another bag of 8", "vanitygen", "--args", demo.vanity_prefix(), "--volume", "8")
    after = demo.holdings()
    total = print_table(before, after)
    say("   The sum does not change: what one loses another gains.")
    paid = sum(max(0, after[name] - before[name]) for name in after)
    slashed = max(0, before[CHEAT] - after[CHEAT])
    good = total == 0 and demo.cheat_met and all(task["status"] == "COMPLETED" for task in demo.tasks)
    if not good:
        say("demo: something is wrong: the sum, the cheat's fate, or a task that was not paid for")
    if not once:
        program = os.path.relpath(demo.program)
        say(f"\nThe market stays up until Ctrl-C. In the browser: {demo.info['market_url']} ; node: {demo.info['rpc_url']}")
        say("Buy something yourself, from another terminal:\n"
            f"   export BOURSE_HOME={demo.home}\n"
            f"   {program} run hello --args you --wallet requester --trust 3 --watch\n"
            f"   {program} orderbook workerpool --category 0")
        demo.up.wait()
    demo.stop()
    print(json.dumps({"ok": good, "tasks": demo.tasks, "paid_nrlc": str(paid), "slashed_nrlc": str(slashed),
                      "order_to_paid_ms": hello_ms}), flush=True)
    if not good:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
