"""A worker's owner takes the machine back while an app runs: it stands still at once, and nothing is lost by it."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.request

import market as m
import test_apps

COUNT = 2_000_000  # some seconds of a shell
ENDLESS = 100 * COUNT  # for an app that is to be given up
CGROUPS = pathlib.Path("/sys/fs/cgroup")


def app_processes(mark):
    """Processes of the app of a purchase, by a mark among its arguments, in whatever sandbox."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"/app.sh" in words and mark.encode() in words:
            found.append(folder)
    return found


def cpu_ticks(process):
    """More than any process uses once it is gone."""
    try:
        fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 1 << 62
    return int(fields[11]) + int(fields[12])


def is_frozen(process):
    """By the kernel's word: stopped by a signal, or held by the freezer of its control group."""
    if "\nState:\tT" in (process / "status").read_text():
        return True
    for line in (process / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "freezer" and (CGROUPS / ("freezer" + path) / "freezer.state").read_text().startswith("FROZEN"):
            return True
        for root in (CGROUPS, CGROUPS / "unified") if controllers == "" else ():
            events = root / path.lstrip("/") / "cgroup.events"
            if events.exists() and "frozen 1" in events.read_text():
                return True
    return False


@contextlib.contextmanager
def busy_machine():
    """Somebody else's programs, which take all processors."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


class Pause(test_apps.Bought):
    workers = 1

    def setUp(self):
        self.mark = "mark-" + self.id().rsplit(".", 1)[1]
        self.addCleanup(lambda: self.tell("unpause"))
        self.addCleanup(self.give)

    def start(self, count):
        """The process of an app that counts that far."""
        self.count = count
        deal = self.market.verb("run", self.app("busy"), "--trust", "1", "--args", f"{count} {self.mark}", wallet="requester")
        self.task = deal["tasks"][0]["task"]
        return m.wait_for(lambda: next(iter(app_processes(self.mark)), None), "the app to run")

    def scheduler(self, path, method="GET", body=None):
        request = urllib.request.Request(self.market.info["scheduler_url"] + path, method=method,
                                         data=body and json.dumps(body).encode(), headers={"x-bourse-admin": "1"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def worker(self):
        return self.scheduler("/v1/workers")["workers"][0]

    def tell(self, what, body=None):
        self.scheduler(f"/v1/admin/workers/{self.worker()['worker']}/{what}", "POST", body)

    def give(self, from_min=0, to_min=0, only_idle=False):
        """The owner's terms: all day on any machine, unless said otherwise."""
        self.tell("terms", {"places": 0, "from_min": from_min, "to_min": to_min, "only_idle": only_idle})

    def finish(self):
        done = m.wait_for(lambda: (lambda t: t if t["status"] in ("COMPLETED", "FAILED") else None)(
            self.market.verb("task", "show", self.task)), "the task to end", 600)
        self.assertEqual(done["status"], "COMPLETED")
        folder = self.market.home / self.mark
        folder.mkdir()
        self.market.verb("task", "download", self.task, "--output", str(folder / "result.zip"))
        self.assertEqual(self.content({"result_file": folder / "result.zip"}), f"{self.count}\n".encode())

    def stands_still(self, process):
        m.wait_for(lambda: is_frozen(process), "the app to stand still", pause_s=0.005)

    def test_the_app_stands_still_and_goes_on(self):
        process = self.start(COUNT)
        m.wait_for(lambda: cpu_ticks(process) > 5, "the app to compute")
        begin = time.monotonic()
        self.tell("pause")
        self.stands_still(process)
        print(f"paused after {(time.monotonic() - begin) * 1000:.0f} ms", flush=True)
        ticks = cpu_ticks(process)
        time.sleep(1.5)  # what must not happen has the time to
        self.assertEqual(cpu_ticks(process), ticks)
        self.assertTrue(self.worker()["paused"])
        self.tell("unpause")
        m.wait_for(lambda: cpu_ticks(process) > ticks, "the app to go on")
        self.finish()

    def test_outside_of_its_hours_the_app_stands_still(self):
        process = self.start(COUNT)
        minute = int(time.time() // 60)
        self.give((minute + 600) % 1_440, (minute + 720) % 1_440)  # hours that are far away
        self.stands_still(process)
        row = self.worker()
        self.assertEqual((row["off_hours"], row["free"], row["paused"]), (True, 0, False))
        self.give((minute - 60) % 1_440, (minute + 720) % 1_440)
        ticks = cpu_ticks(process)
        m.wait_for(lambda: cpu_ticks(process) > ticks, "the app to go on")
        self.finish()

    def test_only_when_idle_the_app_makes_room_for_others(self):
        process = self.start(4 * COUNT)  # noticed after two looks, a second apart
        with busy_machine():
            self.give(only_idle=True)
            self.stands_still(process)
            m.wait_for(lambda: self.worker()["free"] == 0, "the worker to offer nothing")
        self.give()
        ticks = cpu_ticks(process)
        m.wait_for(lambda: cpu_ticks(process) > ticks, "the app to go on")
        self.finish()

    def test_a_worker_killed_in_a_pause_leaves_nothing_and_stays_paused(self):
        process = self.start(COUNT)
        self.tell("pause")
        self.stands_still(process)
        url = next(role["url"] for role in self.market.info["roles"] if role["name"] == "worker1")

        def written_down():
            with urllib.request.urlopen(url + "/metrics", timeout=60) as answer:
                return b"bourse_worker_paused 1" in answer.read()

        m.wait_for(written_down, "the worker to write it down")
        self.market.kill_role("worker1")
        m.wait_for(lambda: not app_processes(self.mark), "the frozen app to be gone")
        m.wait_for(lambda: self.worker()["connected"], "the worker to come back")
        time.sleep(1.0)  # what must not happen has the time to
        self.assertEqual(app_processes(self.mark), [])
        self.tell("unpause")
        self.finish()

    def test_a_task_that_the_pause_makes_too_late_is_given_up(self):
        process = self.start(ENDLESS)
        # The category allows 300 s, the contribution 2,100: less than 300 of them are left.
        self.market.rpc("evm_increaseTime", 2_000)
        m.wait_for(lambda: self.scheduler("/v1/pool")["chain_time_s"] > time.time() + 1_900, "the scheduler to see it")
        self.tell("pause")
        cause = m.wait_for(lambda: self.scheduler(f"/v1/tasks/{self.task}")["replicates"][0]["cause"], "the worker to give up")
        self.assertEqual(cause, "WORKER_PAUSED")
        m.wait_for(lambda: not process.exists(), "the app to end")


if __name__ == "__main__":
    unittest.main()
