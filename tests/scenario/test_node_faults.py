"""A node that cannot start or go on says what to do, ends with exit code 1 or 2, and damages nothing."""
import contextlib
import http.client
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

import market as m

START_LIMIT_S = 180
NO_HEARTBEAT = ("--heartbeat-ms", "0")  # where a test counts blocks


class Folder(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="bourse-faults-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.data = self.home / "node"
        self.environment = {**os.environ, "BOURSE_HOME": str(self.home)}

    def node(self, *arguments, limit_s=180):
        done = subprocess.run([str(m.BOURSE), "node", *map(str, arguments)], env=self.environment, capture_output=True,
                              text=True, timeout=limit_s)
        return done.returncode, done.stdout, done.stderr

    def verb(self, *arguments):
        """A verb with --json: (exit code, answer)."""
        code, out, err = self.node(*arguments, "--json")
        self.assertTrue(out.strip(), err)
        return code, json.loads(out.strip().splitlines()[-1])

    def refused(self, *arguments, code, exit_code=1, limit_s=180):
        got, out, err = self.node(*arguments, limit_s=limit_s)
        self.assertEqual(got, exit_code, out + err)
        if code:
            self.assertIn(f"[{code}]", err)
        self.assertNotIn("terminate called", err)
        return err

    @contextlib.contextmanager
    def running(self, *arguments, wrapper=(), preexec=None):
        port = m.free_port()
        log = open(self.home / "node.log", "ab")
        process = subprocess.Popen([*wrapper, str(m.BOURSE), "node", "--data-dir", str(self.data), "--port", str(port),
                                    *map(str, arguments)], env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log, preexec_fn=preexec)
        process.url = f"http://127.0.0.1:{port}"
        try:
            m.wait_for(lambda: process.poll() is not None or m.Market.answers(process.url + "/version"), "the node",
                       START_LIMIT_S)
            self.assertIsNone(process.poll(), m.Market.tail(self.home / "node.log"))
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(180)
            log.close()

    @staticmethod
    def rpc(process, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
        request = urllib.request.Request(process.url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.loads(answer.read())["result"]

    @staticmethod
    def rpc_error(process, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
        request = urllib.request.Request(process.url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.loads(answer.read())["error"]

    def edit_chain(self, *arguments):
        """The folder as another program or a bad disk would leave it."""
        subprocess.run([str(m.BOURSE.parent / "bourse-edit-chain"), str(self.data), *map(str, arguments)], check=True)

    def make_chain(self, blocks=3):
        with self.running("--dev") as process:
            for _ in range(blocks):
                self.rpc(process, "evm_mine")
            return int(self.rpc(process, "eth_blockNumber"), 16)

    def check_sound(self, height):
        """The node starts again with everything it had, goes on, and the chain is what its transactions give."""
        with self.running() as process:
            self.assertGreaterEqual(int(self.rpc(process, "eth_blockNumber"), 16), height)
            self.rpc(process, "evm_mine")
        code, answer = self.verb("verify", "--data-dir", self.data)
        self.assertEqual(code, 0, answer)
        self.assertGreater(answer["height"], height)


class SmallDisk:
    """A file system of a few MiB that no other process sees: ext4 on a loop device, or in memory where an ordinary user
    may mount only that. Skips the test, naming the reason, where neither can be made."""

    def __init__(self, test, mib):
        self.test, self.mib = test, mib
        self.mount = test.home / "mount"
        self.holder = None

    def __enter__(self):
        self.mount.mkdir()
        refusals = []
        for kind, prefix, command in (("ext4 on a loop device", ["unshare", "-m"], self.loop_mount()),
                                      ("memory", ["unshare", "-rm"], f'mount -t tmpfs -o size={self.mib}m none "$1"')):
            if not command or not shutil.which("unshare") or not shutil.which("nsenter"):
                refusals.append(f"{kind}: mkfs.ext4, unshare or nsenter is missing")
                continue
            self.holder = subprocess.Popen([*prefix, "sh", "-c", command + " && echo ready && exec cat", "sh",
                                            str(self.mount)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, text=True)
            if self.holder.stdout.readline() == "ready\n":
                same_user = ["-U", "--preserve-credentials"] if "-rm" in prefix else []
                self.inside = ["nsenter", "-t", str(self.holder.pid), "-m", *same_user]
                self.root = pathlib.Path(f"/proc/{self.holder.pid}/root{self.mount}")
                return self
            refusals.append(f"{kind}: {self.holder.communicate()[1].strip()}")
        self.test.skipTest("no small file system can be mounted here: " + "; ".join(refusals))

    def loop_mount(self):
        if not shutil.which("mkfs.ext4"):
            return None
        image = self.test.home / "disk"
        with open(image, "wb") as file:
            file.truncate(self.mib << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-F", str(image)], check=True)
        return f'mount -o loop "{image}" "$1"'

    def __exit__(self, *_):
        self.holder.communicate()  # its end ends the namespace

    def fill(self, leave):
        free = os.statvfs(self.root)
        size = free.f_bavail * free.f_frsize - leave
        with contextlib.suppress(OSError), open(self.root / "ballast", "wb", buffering=0) as file:
            for _ in range(size >> 12):
                file.write(bytes(4096))
            while leave == 0:
                file.write(bytes(4096))

    def free(self):
        (self.root / "ballast").unlink()


class Start(Folder):
    def test_wrong_configuration(self):
        self.refused("--no-such-option", code=None, exit_code=2)
        self.refused("--dev", "--port", "notaport", code=None, exit_code=2)
        self.refused("--dev", "--log-level", "loud", code=None, exit_code=2)
        self.refused("--dev", "--bind", "0.0.0.0", code=None, exit_code=2)
        self.assertIn("--genesis", self.refused("--data-dir", self.data, code="GENESIS_MISSING"))
        broken = self.home / "genesis.json"
        broken.write_text("{")
        self.refused("--data-dir", self.data, "--genesis", broken, code="GENESIS_INVALID")
        self.refused("--data-dir", self.data, "--genesis", self.home / "none.json", code="FILE_NOT_FOUND")
        (self.home / "bourse.toml").write_text("[node]\nno_such_key = 1\n")
        self.refused("--dev", code=None, exit_code=2)

    def test_a_taken_port(self):
        height = self.make_chain()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            said = self.refused("--data-dir", self.data, "--port", taken.getsockname()[1], code="PORT_TAKEN")
            self.assertIn("port", said)
        self.check_sound(height)

    def test_wrong_and_foreign_folders(self):
        height = self.make_chain()
        conformance = self.home / "other.json"
        conformance.write_text(self.node("genesis", "--conformance")[1])
        self.refused("--data-dir", self.data, "--genesis", conformance, code="DATA_FOREIGN")
        other = self.home / "other"
        (other / "chain").mkdir(parents=True)
        (other / "chain" / "letter.txt").write_text("mine")
        self.refused("--dev", "--data-dir", other, code="DATA_FOREIGN")
        self.assertEqual((other / "chain" / "letter.txt").read_text(), "mine")
        file = self.home / "file"
        file.write_text("")
        self.refused("--dev", "--data-dir", file, code="DATA_UNWRITABLE")
        with self.running():
            self.refused("--data-dir", self.data, "--port", "0", code="DATA_LOCKED")
        self.check_sound(height)

    def test_a_clock_behind_the_head(self):
        height = self.make_chain()
        said = self.refused("--data-dir", self.data, "--port", "0", "--dev-clock-offset", "-7200", code="CLOCK_BEHIND")
        self.assertIn("--dev-clock-offset", said)
        with self.running("--dev-clock-offset", "7200") as process:
            self.rpc(process, "evm_mine")
            ahead = int(self.rpc(process, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        said = self.refused("--data-dir", self.data, "--port", "0", code="CLOCK_BEHIND")
        offset = said.split("--dev-clock-offset ")[1].split(".")[0]  # what the sentence says helps
        with self.running("--dev-clock-offset", offset) as process:
            self.rpc(process, "evm_mine")
            now = int(self.rpc(process, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
            self.assertGreaterEqual(now, ahead)
        code, answer = self.verb("verify", "--data-dir", self.data)
        self.assertEqual(code, 0, answer)
        self.assertGreater(answer["height"], height)


    def test_another_format_of_the_data_folder(self):
        height = self.make_chain()
        for number, code, hint in ((99, "DATA_NEWER", "newer program"), (1, "DATA_OLDER", "bourse node export")):
            self.edit_chain("format", number)
            said = self.refused("--data-dir", self.data, "--port", "0", code=code)
            self.assertIn(f"format {number}", said)
            self.assertIn(hint, said)
            for verb in (["status"], ["verify"], ["export", "--out", self.home / "chain"],
                         ["backup", "--to", self.home / f"backup-{number}"]):
                self.refused(*verb, "--data-dir", self.data, code=code)
            self.assertFalse((self.home / "chain").exists())
        self.edit_chain("format", 2)
        self.check_sound(height)

    def test_damaged_blocks(self):
        self.make_chain()
        self.edit_chain("remove-logs", 1)
        for verb in ([], ["verify"], ["export", "--out", self.home / "chain"]):
            said = self.refused(*verb, "--data-dir", self.data, code=None)
            self.assertIn("logs of block 1 are missing", said)
            self.assertIn("Restore the folder from a backup", said)


class Full(Folder):
    def mine_until_it_ends(self, process, limit=20_000):
        """Gives the last height that was answered."""
        height = 0
        for _ in range(limit):
            try:
                self.rpc(process, "evm_mine")
                height = int(self.rpc(process, "eth_blockNumber"), 16)
            except (OSError, http.client.HTTPException, KeyError, ValueError):  # no answer, half of one, or a refusal
                break
        self.assertIn(process.wait(180), (1, 2), m.Market.tail(self.home / "node.log"))
        self.assertIn("Check the disk's free space", m.Market.tail(self.home / "node.log"))
        return height

    def test_files_that_may_not_grow(self):
        self.make_chain()

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (96 << 10, 96 << 10))

        with self.running(preexec=limit) as process:
            height = self.mine_until_it_ends(process)
        self.check_sound(height)

    def test_a_disk_that_is_full_at_the_start(self):
        with SmallDisk(self, 48) as disk:
            self.data = disk.mount / "node"
            with self.running("--dev", wrapper=disk.inside) as process:
                self.rpc(process, "evm_mine")
                height = int(self.rpc(process, "eth_blockNumber"), 16)
            disk.fill(leave=0)
            done = subprocess.run([*disk.inside, str(m.BOURSE), "node", "--data-dir", str(self.data), "--port", "0"],
                                  env=self.environment, capture_output=True, text=True, timeout=START_LIMIT_S)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("Free space", done.stderr)
            disk.free()
            self.check_sound_inside(disk, height)

    def test_a_disk_that_fills_while_blocks_are_made(self):
        with SmallDisk(self, 48) as disk:
            self.data = disk.mount / "node"
            with self.running("--dev", wrapper=disk.inside) as process:
                self.rpc(process, "evm_mine")
            disk.fill(leave=2 << 20)
            with self.running(wrapper=disk.inside) as process:
                height = self.mine_until_it_ends(process)
            disk.free()
            self.check_sound_inside(disk, height)

    def check_sound_inside(self, disk, height):
        with self.running(wrapper=disk.inside) as process:
            self.assertGreaterEqual(int(self.rpc(process, "eth_blockNumber"), 16), height)
            self.rpc(process, "evm_mine")
        done = subprocess.run([*disk.inside, str(m.BOURSE), "node", "verify", "--data-dir", str(self.data), "--json"],
                              env=self.environment, capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreater(json.loads(done.stdout)["height"], height)


class Copies(Folder):
    def test_backup_export_and_status_beside_a_working_node(self):
        with self.running("--dev", *NO_HEARTBEAT) as process:
            for _ in range(5):
                self.rpc(process, "evm_mine")
            code, status = self.verb("status", "--data-dir", self.data)
            self.assertEqual((code, status["running"], status["height"]), (0, True, 6))
            code, saved = self.verb("backup", "--data-dir", self.data, "--to", self.home / "backup")
            self.assertEqual(code, 0, saved)
            self.rpc(process, "evm_mine")
            code, restored = self.verb("restore", "--from", self.home / "backup", "--data-dir", self.home / "second")
            self.assertEqual((code, restored["hash"], restored["height"]), (0, saved["hash"], 6), restored)
            code, written = self.verb("export", "--data-dir", self.data, "--out", self.home / "chain")
            self.assertEqual((code, written["height"]), (0, 7), written)
            code, verified = self.verb("verify", "--data-dir", self.data)
            self.assertEqual((code, verified["hash"]), (0, written["hash"]), verified)
            code, error = self.verb("prune", "--data-dir", self.data)
            self.assertEqual((code, error["error"]["code"]), (1, "DATA_LOCKED"))
        code, status = self.verb("status", "--data-dir", self.data)
        self.assertEqual((code, status["running"]), (0, False))
        third = self.home / "third"
        code, taken = self.verb("import", "--in", self.home / "chain", "--data-dir", third)
        self.assertEqual((code, taken["hash"]), (0, written["hash"]), taken)
        code, verified = self.verb("verify", "--data-dir", third)
        self.assertEqual((code, verified["hash"]), (0, written["hash"]), verified)
        # Through a pipe, and into a folder that has some of it.
        pipe = f'"{m.BOURSE}" node export --data-dir "{third}" --out - | ' \
               f'"{m.BOURSE}" node import --in - --data-dir "{self.home / "second"}" --json'
        done = subprocess.run(pipe, shell=True, capture_output=True, text=True)
        answer = json.loads(done.stdout)
        self.assertEqual((answer["hash"], answer["known"], answer["blocks"]), (written["hash"], 7, 1), done.stderr)

    def test_prune(self):
        genesis = json.loads(self.node("genesis", "--dev")[1])
        genesis["archive"] = False
        file = self.home / "genesis.json"
        file.write_text(json.dumps(genesis))
        someone = genesis["accounts"][0]["address"]
        with self.running("--genesis", file, "--history-blocks", "1000", *NO_HEARTBEAT) as process:
            for _ in range(300):
                self.rpc(process, "evm_mine")
            self.rpc(process, "eth_getBalance", someone, "0x1")
        code, answer = self.verb("prune", "--data-dir", self.data, "--history-blocks", "130")
        self.assertEqual((code, answer["height"], answer["dropped"], answer["oldestState"]), (0, 301, 171, 171), answer)
        self.assertGreater(answer["bytes"], 0)
        with self.running("--history-blocks", "1000", *NO_HEARTBEAT) as process:
            refused = self.rpc_error(process, "eth_getBalance", someone, "0xaa")
            self.assertIn("kept are blocks 171 to", refused["message"])
            self.rpc(process, "eth_getBalance", someone, "0xab")
            self.assertEqual(self.rpc(process, "eth_getBlockByNumber", "0x1", False)["number"], "0x1")
        self.check_sound(301)
        self.data = self.home / "archive"
        self.make_chain()
        code, answer = self.verb("prune", "--data-dir", self.data)
        self.assertEqual((code, answer["error"]["code"]), (1, "ARCHIVE"))

    def test_what_a_killed_verb_left_is_removed_by_the_next(self):
        with self.running("--dev") as process:
            gone = subprocess.Popen(["true"])
            gone.wait()
            for name in (f".copy-{gone.pid}", f".verify-{gone.pid}"):
                (self.data / name).mkdir()
                (self.data / name / "CURRENT").write_text("left")
            self.rpc(process, "evm_mine")
            code, answer = self.verb("verify", "--data-dir", self.data)
            self.assertEqual(code, 0, answer)
            self.assertEqual([path.name for path in self.data.iterdir() if path.name.startswith(".")], [])

    def test_a_clock_that_was_set_forward_goes_with_the_chain(self):
        with self.running("--dev") as process:
            self.rpc(process, "evm_increaseTime", 1_000_000)
            self.rpc(process, "evm_mine")
            ahead = int(self.rpc(process, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
            code, answer = self.verb("export", "--data-dir", self.data, "--out", self.home / "chain")
            self.assertEqual(code, 0, answer)
        self.data = self.home / "second"
        code, answer = self.verb("import", "--in", self.home / "chain", "--data-dir", self.data)
        self.assertEqual(code, 0, answer)
        with self.running() as process:
            self.rpc(process, "evm_mine")
            now = int(self.rpc(process, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
            self.assertGreaterEqual(now, ahead)

    def test_what_cannot_be_imported_or_restored(self):
        self.make_chain()
        code, written = self.verb("export", "--data-dir", self.data, "--out", self.home / "chain")
        self.assertEqual(code, 0, written)
        whole = (self.home / "chain").read_bytes()
        for content, name in [(b"", "EXPORT_FOREIGN"), (whole[:-5], "EXPORT_CUT"),
                              (whole[:-60] + bytes([whole[-60] ^ 1]) + whole[-59:], "EXPORT_DAMAGED")]:
            (self.home / "bad").write_bytes(content)
            code, answer = self.verb("import", "--in", self.home / "bad", "--data-dir", self.home / "new")
            self.assertEqual((code, answer["error"]["code"]), (1, name))
        code, answer = self.verb("export", "--data-dir", self.data, "--out", self.home / "chain")
        self.assertEqual((code, answer["error"]["code"]), (1, "EXPORT_EXISTS"))
        code, answer = self.verb("restore", "--from", self.home, "--data-dir", self.home / "newer")
        self.assertEqual((code, answer["error"]["code"]), (1, "BACKUP_INVALID"))
        code, answer = self.verb("status", "--data-dir", self.home / "nothing")
        self.assertEqual((code, answer["error"]["code"]), (1, "GENESIS_MISSING"))
        for verb in ("export", "import", "backup", "restore"):
            self.refused(verb, code=None, exit_code=2)


if __name__ == "__main__":
    unittest.main()
