"""Apps of every kind of behaviour, hostile ones included: each ends in the verdict that the contract promises, agreed by
three workers, and leaves nothing behind on their machine."""
import hashlib
import json
import pathlib
import subprocess
import unittest
import urllib.request
import zipfile

import market as m


class Bought(unittest.TestCase):
    """A market of its own, with the test images at hand."""

    workers = 3

    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", str(cls.workers)).__enter__()
        cls.addClassCleanup(cls.market.__exit__, None, None, None)
        work = cls.market.home / "test-images"
        registry = cls.market.info["registry_url"].removeprefix("http://")
        done = subprocess.run(["bash", str(m.ROOT / "tests/images/build.sh"), str(work), registry], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        cls.images = json.loads((work / "images.json").read_text())
        cls.apps = {}

    def app(self, name):
        """Address of the app with this test image, deployed once."""
        if name not in self.apps:
            image = self.images[name]
            self.apps[name] = self.market.verb("app", "deploy", "--name", name, "--multiaddr", image["multiaddr"],
                                               "--checksum", image["checksum"], wallet="requester")["address"]
        return self.apps[name]

    def buy(self, name, *arguments):
        """The tasks of one purchase at trust 3, after their end."""
        try:
            answer = self.market.verb("run", self.app(name), "--trust", "3", "--watch", *arguments, wallet="requester")
        except m.Refused as refused:
            answer = refused.answer
            self.assertTrue(answer and answer.get("tasks"), refused)
        return answer["tasks"]

    def verdict(self, name, *arguments):
        task = self.buy(name, *arguments)[0]
        self.assertEqual(task["status"], "COMPLETED")
        return task["verdict"]

    def content(self, task, file="result.txt"):
        with zipfile.ZipFile(self.market.home / task["result_file"]) as archive:
            return archive.read(file)

    def logs(self, task):
        return self.market.verb("task", "logs", task["task"], wallet="requester")


class Contract(Bought):
    def test_older_contract_with_consensus_iexec(self):
        task = self.buy("md5sum", "--args", "some text")[0]
        self.assertEqual(task["verdict"], "OK")
        self.assertEqual(self.content(task), b"some text\n")
        self.assertEqual(self.content(task, "consensus.iexec").split()[0].decode(), hashlib.md5(b"some text\n").hexdigest())

    def test_environment_and_arguments(self):
        text = self.content(self.buy("env", "--args", 'one "two words" \'$HOME\'')[0]).decode()
        for line in ["argument one", "argument two words", "argument $HOME", "IEXEC_IN=/iexec_in", "IEXEC_OUT=/iexec_out",
                     "IEXEC_TASK_INDEX=0", "IEXEC_BOT_SIZE=1", "IEXEC_DATASET_FILENAME=", "IEXEC_INPUT_FILES_NUMBER=0"]:
            self.assertIn(line, text.splitlines())

    def test_a_bag_with_a_line_of_its_own_for_each_task(self):
        tasks = self.buy("env", "--volume", "3", "--params", json.dumps({"0": "first", "2": "third line"}))
        texts = [self.content(task).decode().splitlines() for task in tasks]
        words = {next(l for l in t if l.startswith("IEXEC_BOT_TASK_INDEX=")): [l for l in t if l.startswith("argument")] for t in texts}
        self.assertEqual(words, {"IEXEC_BOT_TASK_INDEX=0": ["argument first"], "IEXEC_BOT_TASK_INDEX=1": [],
                                 "IEXEC_BOT_TASK_INDEX=2": ["argument third", "argument line"]})

    def test_input_files_are_fetched_and_named_by_their_address(self):
        url = self.upload(b"an input")
        task = self.buy("inputs", "--input-file", url)[0]
        self.assertEqual(task["verdict"], "OK")
        name = "0x" + hashlib.sha256(url.encode()).hexdigest()
        self.assertEqual(self.content(task, "files/" + name), b"an input")

    def upload(self, content):
        file = self.market.home / "input"
        file.write_bytes(content)
        return self.market.verb("upload", str(file), wallet="requester")["url"]


class OneCause(Bought):
    """Failures that are the requester's or the app's doing: agreed, paid, and named by exactly one cause."""

    def test_addresses_inside_are_forbidden(self):
        for url in ("http://127.0.0.1:1/x", "https://169.254.169.254/latest", "https://localhost/x", "http://example.org/x"):
            with self.subTest(url=url):
                self.assertEqual(self.verdict("inputs", "--input-file", url), "ERROR(INPUT_FILE_FORBIDDEN)")

    def test_an_input_that_is_not_there(self):
        url = self.market.info["store_url"] + "/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
        self.assertEqual(self.verdict("inputs", "--input-file", url), "ERROR(INPUT_FILES_DOWNLOAD_FAILED)")

    def test_exit_code_and_streams_are_in_the_log(self):
        task = self.buy("exit1")[0]
        self.assertEqual(task["verdict"], "ERROR(APP_COMPUTE_FAILED)")
        text = json.dumps(self.logs(task))
        self.assertIn("to stdout", text)
        self.assertIn("to stderr", text)

    def test_forbidden_output(self):
        self.assertEqual(self.verdict("symlink"), "ERROR(APP_OUTPUT_INVALID)")
        self.assertEqual(self.verdict("outside"), "ERROR(APP_OUTPUT_INVALID)")

    def test_no_result(self):
        self.assertEqual(self.verdict("silent"), "ERROR(DETERMINISM_HASH_NOT_FOUND)")

    def test_memory_limit(self):
        self.assertEqual(self.verdict("memory"), "ERROR(APP_MEMORY_LIMIT)")

    def test_limit_on_processes(self):
        self.assertEqual(self.verdict("forks"), "ERROR(APP_PIDS_LIMIT)")

    def test_limits_of_the_disk(self):
        self.assertEqual(self.verdict("disk"), "ERROR(APP_DISK_LIMIT)")
        self.assertEqual(self.verdict("inodes"), "ERROR(APP_DISK_LIMIT)")

    def test_a_flood_of_output_is_bounded(self):
        task = self.buy("flood", "--args", "20")[0]
        self.assertEqual(task["verdict"], "OK")
        self.assertLessEqual(len(self.content(task, "stdout.txt")), 1 << 20)
        self.assertIn(b"bytes left out", self.content(task, "stdout.txt"))


class Lives(Bought):
    """What happens to workers, and to tasks without an answer."""

    def test_workers_killed_while_they_compute_go_on(self):
        deal = self.market.verb("run", self.app("slow"), "--trust", "3", "--args", "4", wallet="requester")
        task = deal["tasks"][0]["task"]
        logs = self.market.home / "logs"

        def computing():
            return any('"sandbox started"' in line and task in line
                       for log in logs.glob("worker*.log") for line in log.read_text(errors="replace").splitlines())

        m.wait_for(computing, "an app that runs")
        for name in ("worker1", "worker2", "worker3"):
            self.market.kill_role(name)
        shown = m.wait_for(lambda: (lambda t: t if t["status"] == "COMPLETED" else None)(
            self.market.verb("task", "show", task)), "the task to complete", 300)
        self.assertEqual(shown["status"], "COMPLETED")
        self.assertEqual(self.buy("md5sum")[0]["verdict"], "OK")

    def test_without_agreement_the_requester_gets_the_money_back(self):
        before = self.market.account("requester")
        deal = self.market.verb("run", self.app("random"), "--trust", "3", wallet="requester")
        task = deal["tasks"][0]["task"]
        scheduler = self.market.info["scheduler_url"]

        def contributed():
            with urllib.request.urlopen(f"{scheduler}/v1/tasks/{task}", timeout=60) as answer:
                replicates = json.loads(answer.read())["replicates"]
            return sum(replicate["status"] == "CONTRIBUTED" for replicate in replicates) == 3

        m.wait_for(contributed, "three different contributions")
        self.market.rpc("evm_increaseTime", 3001)
        self.market.rpc("evm_mine")
        m.wait_for(lambda: self.market.verb("task", "show", task)["status"] == "FAILED", "the scheduler to claim")
        m.wait_for(lambda: self.market.account("requester") == before, "the refund")
        self.assertEqual(self.buy("md5sum")[0]["verdict"], "OK")

    def test_nothing_is_left_behind(self):
        self.buy("exit1")
        def clean():
            mounts = pathlib.Path("/proc/self/mountinfo").read_text()
            left = [folder for folder in self.market.home.glob("worker*/tasks/*")]
            return str(self.market.home) not in mounts and not left
        m.wait_for(clean, "task folders and mounts to be gone")


if __name__ == "__main__":
    unittest.main()
