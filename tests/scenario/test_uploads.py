"""Files of data providers: an upload outlives kill -9 of the store, and what a dataset refers to stays, what none does goes."""
import hashlib
import json
import os
import subprocess
import unittest
import urllib.request

import market as m
from byte_door import ByteDoor

CHUNK = 4 << 20
LET_THROUGH = 3 * CHUNK  # of an upload, until the test opens the door


class Uploads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", "1").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.market.__exit__(None, None, None)

    def file(self, name, size):
        path = self.market.home / name
        path.write_bytes(os.urandom(size))
        return path

    def content(self, location):
        with urllib.request.urlopen(self.market.info["market_url"] + location, timeout=60) as answer:
            return hashlib.sha256(answer.read()).hexdigest()

    def parts(self):
        """Bytes of unfinished uploads on the store's disk."""
        with os.scandir(self.market.home / "store" / "uploads") as entries:
            return sum(entry.stat().st_size for entry in entries)

    def door(self):
        """In front of the store."""
        door = ByteDoor(int(self.market.info["store_url"].rsplit(":", 1)[1]), LET_THROUGH)
        self.addCleanup(door.close)
        return door

    def test_an_upload_goes_on_after_kill_9_of_the_store(self):
        file, door = self.file("large", 6 * CHUNK), self.door()
        command = [str(m.BOURSE), "dataset", "deploy", "--name", "large", "--file", str(file), "--wallet", "dataset_provider",
                   "--store", door.url, "--json"]
        upload = subprocess.Popen(command, env=self.market.environment, cwd=self.market.home, stdout=subprocess.PIPE, text=True)
        m.wait_for(lambda: self.parts() >= 2 * CHUNK, "the first chunks")
        self.market.kill_role("store")
        door.open()
        out, _ = upload.communicate(timeout=600)
        self.assertEqual(upload.returncode, 0, out)
        deployed = json.loads(out)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        self.assertEqual(deployed["checksum"], "0x" + digest)
        self.assertEqual(self.content(deployed["multiaddr"]), digest)

    def test_a_client_that_was_killed_goes_on_where_it_stopped(self):
        file, door = self.file("a name; with $(hostile) 'parts'\n", 6 * CHUNK), self.door()
        command = [str(m.BOURSE), "upload", str(file), "--wallet", "requester", "--store", door.url]
        first = subprocess.Popen(command, env=self.market.environment, cwd=self.market.home, stdout=subprocess.DEVNULL)
        m.wait_for(lambda: self.parts() >= 2 * CHUNK, "the first chunks")
        first.kill()
        first.wait()
        answer = self.market.verb("upload", str(file), wallet="requester")
        self.assertGreaterEqual(answer["resumed"], 2 * CHUNK)
        self.assertEqual(self.content(answer["location"]), hashlib.sha256(file.read_bytes()).hexdigest())

    def test_encrypted_data_open_with_their_key_only(self):
        file = self.file("clear", 100_000)
        made = self.market.verb("dataset", "encrypt", str(file))
        key = subprocess.run(["base64", "-d", made["key_file"]], capture_output=True, check=True).stdout
        sealed = (self.market.home / made["file"]).read_bytes()
        opened = subprocess.run(["openssl", "enc", "-d", "-aes-256-cbc", "-K", key.hex(), "-iv", sealed[:16].hex()],
                                input=sealed[16:], capture_output=True, check=True).stdout
        self.assertEqual(opened, file.read_bytes())
        self.assertEqual(os.stat(made["key_file"]).st_mode & 0o777, 0o600)

    def test_a_store_for_depositors_takes_files_of_nobody_else(self):
        port = m.free_port()
        url = f"http://127.0.0.1:{port}"
        command = [str(m.BOURSE), "store", "--rpc", self.market.info["rpc_url"], "--port", str(port), "--data-dir",
                   str(self.market.home / "strict-store"), "--log-file", str(self.market.home / "logs" / "strict-store.log")]
        store = subprocess.Popen(command, env=self.market.environment, cwd=self.market.home)
        self.addCleanup(store.wait)
        self.addCleanup(store.terminate)
        m.wait_for(lambda: self.market.answers(url + "/version"), "the strict store")
        file = self.file("small", 1000)
        with self.assertRaises(m.Refused) as refused:
            self.market.verb("upload", str(file), "--store", url, wallet="dataset_provider")
        self.assertIn("deposit", str(refused.exception))
        self.assertTrue(self.market.verb("upload", str(file), "--store", url, wallet="requester")["ok"])


if __name__ == "__main__":
    unittest.main()
