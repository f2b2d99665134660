#!/usr/bin/env python3
"""The same blocks, executed again under other circumstances, give the same headers.

    tests/determinism/run.py BUILD_FOLDER [OTHER_BUILD_FOLDER…]

Makes a chain with a real market (deals, tasks, consensus, rewards), exports it beside the running node, and imports it
with each program: 1 and 8 recovery threads, another locale and time zone, fixed addresses and poisoned memory. A
program of another build (sanitized, release) must come to the same headers. Each import compares every header; the
header hashes of all imports are compared again here. Last line: N passed, M failed, K skipped.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scenario"))
LIMIT_S = 1200
VOLUME = 6


def variants():
    """(name, wrapper, arguments, environment)"""
    yield "1 thread", [], ["--threads", "1"], {}
    yield "8 threads", [], ["--threads", "8"], {}
    yield "another locale and time zone", [], ["--threads", "2"], {"LC_ALL": other_locale(), "TZ": "Asia/Kathmandu"}
    poison = {"MALLOC_PERTURB_": "165", "MALLOC_ARENA_MAX": "1"}
    yield "poisoned memory", [], ["--threads", "4"], poison
    if can_fix_addresses():
        yield "fixed addresses", ["setarch", "-R"], ["--threads", "4"], {}


def other_locale():
    """A locale with another decimal point, where one is installed; else any name, which programs must bear too."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return next((name for name in listed if re.match(r"(de|fr|tr|pl)_", name)), "tr_TR.UTF-8")


def can_fix_addresses():
    if not shutil.which("setarch"):
        return False
    return subprocess.run(["setarch", "-R", "true"], capture_output=True, check=False).returncode == 0


def node(program, *arguments, wrapper=(), environment=None):
    """Exit code and answer of a `bourse node` verb."""
    command = [*wrapper, str(program), "node", *map(str, arguments), "--json"]
    done = subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    try:
        return done.returncode, json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return done.returncode, {"ok": False, "error": {"code": "NO_ANSWER", "message": done.stderr[-2000:]}}


def make_chain(program, folder):
    """A market at work; gives the exported file, written while the node makes blocks."""
    os.environ["BOURSE_PROGRAM"] = str(program)
    import market as m  # reads the variable
    file = folder / "chain"
    with m.Market("--workers", "2", home=folder) as market:
        market.verb("run", "hello", "--trust", "3", "--volume", str(VOLUME), "--watch", wallet="requester")
        code, answer = node(program, "export", "--data-dir", folder / "node", "--out", file)
        if code != 0:
            raise RuntimeError(f"export: {answer}")
    return file, answer


def header_hashes(program, data_dir, folder):
    """The headers that the folder gives when it is exported again, as one byte string."""
    again = folder / (data_dir.name + ".again")
    code, answer = node(program, "export", "--data-dir", data_dir, "--out", again)
    content = again.read_bytes() if code == 0 else repr(answer).encode()
    again.unlink(missing_ok=True)
    return content


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, good, why=""):
        print(f"{'ok    ' if good else 'FAILED'} {name}{'' if good else ': ' + why}", flush=True)
        self.passed += bool(good)
        self.failed += not good


def check_import(totals, program, label, variant, file, made, folder):
    name, wrapper, arguments, environment = variant
    data_dir = folder / f"import-{totals.passed}-{totals.failed}"
    code, answer = node(program, "import", "--data-dir", data_dir, "--in", file, *arguments, wrapper=wrapper,
                        environment=environment)
    same = code == 0 and (answer["height"], answer["hash"], answer["stateRoot"]) == \
        (made["height"], made["hash"], made["stateRoot"])
    totals.check(f"{label}: {name}: import", same, json.dumps(answer))
    if not same:
        return
    totals.check(f"{label}: {name}: the same file again", header_hashes(program, data_dir, folder) == file.read_bytes(),
                 "the headers differ")
    code, answer = node(program, "verify", "--data-dir", data_dir, *arguments, wrapper=wrapper, environment=environment)
    totals.check(f"{label}: {name}: verify", code == 0 and answer["hash"] == made["hash"], json.dumps(answer))
    shutil.rmtree(data_dir, ignore_errors=True)


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if len(sys.argv) > 1 else 2
    started = time.monotonic()
    programs = [pathlib.Path(build).resolve() / "bin/bourse" for build in sys.argv[1:]]
    for program in programs:
        if not program.exists():
            print(f"determinism: there is no {program}; build the target bourse first", file=sys.stderr)
            return 2
    totals = Totals()
    with tempfile.TemporaryDirectory(prefix="bourse-determinism-") as name:
        folder = pathlib.Path(name)
        file, made = make_chain(programs[0], folder)
        print(f"chain of {made['blocks']} blocks, {made['transactions']} transactions, {file.stat().st_size} bytes")
        for program in programs:
            for variant in variants():
                check_import(totals, program, program.parents[1].name, variant, file, made, folder)
        if not can_fix_addresses():
            totals.skipped += 1
            print("skipped: fixed addresses (setarch -R is not allowed here)")
    print(f"{time.monotonic() - started:.0f} s")
    print(f"{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main())
