"""A whole market on loopback for scenario tests: `bourse up` in a folder of its own with free ports, driven through the
program's own verbs. Nothing is mocked."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOURSE = pathlib.Path(os.environ.get("BOURSE_PROGRAM", ROOT / "build/release/bin/bourse"))
START_LIMIT_S = 180


class Refused(Exception):
    """A verb that ended with another exit code than 0; carries its JSON error."""

    def __init__(self, arguments, code, answer, stderr):
        super().__init__(f"bourse {' '.join(arguments)} ended with {code}: {answer or stderr[-2000:]}")
        self.exit_code = code
        self.answer = answer
        self.error = (answer or {}).get("error", {})
        self.stderr = stderr


def wait_for(condition, what, limit_s=180, pause_s=0.05):
    """The first true value of condition(); an AssertionError that names what was waited for after the limit, which is for
    what never comes: a busy machine may take its time. `what`: words, or a function that says them at the end."""
    deadline = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit_s} s for {what() if callable(what) else what}")
        time.sleep(pause_s)


HELD_PORTS = []


def free_port():
    """A port of 127.0.0.1 that nobody else is given while the tests run, also where its program is away for a while: it
    stays bound here without listening, which SO_REUSEADDR lets that program share."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    HELD_PORTS.append(held)
    return held.getsockname()[1]


def process_exists(pid):
    """False for ended processes, zombies included."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return False


class Market:
    def __init__(self, *up_arguments, home=None, keep=False, environment=None):
        """`environment`: more variables of `bourse up` and every verb."""
        self.home = pathlib.Path(home or tempfile.mkdtemp(prefix="bourse-scenario-"))
        self.up_arguments = list(up_arguments)
        self.keep = keep or home is not None
        self.more_environment = environment or {}
        self.up = None

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.print_logs()
        self.stop()
        if not self.keep:
            shutil.rmtree(self.home, ignore_errors=True)

    @property
    def environment(self):
        return {**os.environ, "BOURSE_HOME": str(self.home), "HOME": str(self.home), **self.more_environment}

    def start(self):
        (self.home / "up.json").unlink(missing_ok=True)
        self.up_log = open(self.home / "up.log", "ab")
        self.up = subprocess.Popen([str(BOURSE), "up", "--ports", "auto", *self.up_arguments], env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=self.up_log, stderr=self.up_log, cwd=self.home)

        def written():
            if self.up.poll() is not None:
                raise AssertionError(f"bourse up ended with {self.up.returncode}:\n{self.tail(self.home / 'up.log')}")
            return (self.home / "up.json").exists()

        wait_for(written, "up.json", START_LIMIT_S)
        return self

    def stop(self):
        if self.up and self.up.poll() is None:
            self.up.send_signal(signal.SIGTERM)
            try:
                self.up.wait(30)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
        if self.up:
            self.up_log.close()
        self.up = None

    def kill_up(self):
        """kill -9 of the supervisor; returns the process ids its roles had."""
        pids = [role["pid"] for role in self.info["roles"]]
        self.up.kill()
        self.up.wait()
        self.up_log.close()
        self.up = None
        return pids

    @property
    def info(self):
        return json.loads((self.home / "up.json").read_text())

    def role_pid(self, name):
        """Of the process that runs; waits while `up` starts a new one."""
        def running():
            pid = next(role["pid"] for role in self.info["roles"] if role["name"] == name)
            return pid if pid and process_exists(pid) else None

        return wait_for(running, f"{name} to run")

    def kill_role(self, name):
        """kill -9 of one role; returns once its successor answers under another process id."""
        old = self.role_pid(name)
        os.kill(old, signal.SIGKILL)
        wait_for(lambda: self.role_pid(name) != old, f"a new {name}")
        url = next(role["url"] for role in self.info["roles"] if role["name"] == name)
        path = "/v2/" if name == "registry" else "/version"
        wait_for(lambda: self.answers(url + path), f"{name} to answer")

    @staticmethod
    def answers(url):
        try:
            with urllib.request.urlopen(url, timeout=10):
                return True
        except (OSError, http.client.HTTPException):
            return False

    def run(self, *arguments, wallet=None, limit_s=300, stdin=None, cwd=None):
        """Any verb; gives (exit code, stdout, stderr)."""
        command = [str(BOURSE), *arguments]
        if wallet:
            command += ["--wallet", wallet]
        done = subprocess.run(command, env=self.environment, input=stdin, capture_output=True, text=True,
                              timeout=limit_s, cwd=cwd or self.home)
        return done.returncode, done.stdout, done.stderr

    def verb(self, *arguments, wallet=None, limit_s=300, cwd=None):
        """A verb with --json that must succeed; gives its answer."""
        code, out, err = self.run(*arguments, "--json", wallet=wallet, limit_s=limit_s, cwd=cwd)
        answer = None
        for text in (out, err):
            try:
                answer = answer or json.loads(text.strip().splitlines()[-1])
            except (IndexError, ValueError):
                pass
        if code != 0 or not answer or not answer.get("ok"):
            raise Refused(arguments, code, answer, err)
        return answer

    def rpc(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
        request = urllib.request.Request(self.info["rpc_url"], body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def raw_post(self, url, body, headers=None):
        """(status, text) of a POST with any body."""
        request = urllib.request.Request(url, body, headers or {"content-type": "application/json"}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(errors="replace")

    def account(self, name):
        """(stake, locked) in nRLC of a development account."""
        address = next(a["address"] for a in self.info["accounts"] if a["name"] == name)
        answer = self.verb("account", "show", address)
        return int(answer["stake_nrlc"]), int(answer["locked_nrlc"])

    def balances(self):
        return {account["name"]: self.account(account["name"]) for account in self.info["accounts"]}

    @staticmethod
    def tail(path, lines=40):
        try:
            return "\n".join(pathlib.Path(path).read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return "(no log)"

    def print_logs(self):
        for log in [self.home / "up.log", *sorted((self.home / "logs").glob("*.log"))]:
            print(f"--- {log}\n{self.tail(log)}", flush=True)


class MarketCase(unittest.TestCase):
    """Tests that share one market of a single worker, `self.market`; it ends however the rest of the set-up goes."""
    workers = 1

    @classmethod
    def environment(cls):
        """More variables of its `bourse up`."""
        return {}

    @classmethod
    def setUpClass(cls):
        cls.market = Market("--workers", str(cls.workers), environment=cls.environment()).__enter__()
        cls.addClassCleanup(cls.market.__exit__, None, None, None)
        cls.url = cls.market.info["market_url"]
