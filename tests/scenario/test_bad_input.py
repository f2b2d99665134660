"""Bad input gets a clear error with a code where the user looks, and later tasks are unaffected."""
import json
import socket
import subprocess
import unittest
import zipfile

import market as m

NOBODY = "0x000000000000000000000000000000000000dEaD"


class Rpc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", "2").__enter__()
        cls.url = cls.market.info["rpc_url"]

    @classmethod
    def tearDownClass(cls):
        cls.market.__exit__(None, None, None)

    def post(self, body):
        status, text = self.market.raw_post(self.url, body)
        return status, json.loads(text) if text else None

    def test_malformed_bodies_are_answered_and_the_node_goes_on(self):
        for body, code in [(b"{", -32700), (b"", -32700), (b"[]", -32600), (b"42", -32600), (b'{"jsonrpc":"2.0","id":1}', -32600),
                           (b'{"jsonrpc":"2.0","id":1,"method":"eth_nothing","params":[]}', -32601),
                           (b'{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x12","latest"]}', -32602),
                           (b'{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{"a":1}}', -32602)]:
            with self.subTest(body=body):
                _, answer = self.post(body)
                self.assertEqual(answer["error"]["code"], code)
                self.assertTrue(answer["error"]["message"])
        self.assertEqual(self.market.rpc("eth_chainId")["result"], "0xffff")

    def test_malformed_transactions_are_refused(self):
        for raw in ["0x", "0x00", "0x02c0", "0xc0", "0x03" + "00" * 40, "zz", "0xf8" + "ff" * 100]:
            with self.subTest(raw=raw):
                error = self.market.rpc("eth_sendRawTransaction", raw)["error"]
                self.assertLess(error["code"], 0)
                self.assertTrue(error["message"])

    def test_a_body_above_the_limit_is_413(self):
        status, _ = self.market.raw_post(self.url, b"[" + b" " * (6 << 20) + b"]")
        self.assertEqual(status, 413)

    def test_market_refuses_orders_that_fail_a_check(self):
        url = self.market.info["market_url"] + "/apporders?chainId=65535"
        for body, want in [(b"{", 400), (b"{}", None), (b'{"order":{"app":"0x12"}}', None)]:
            with self.subTest(body=body):
                status, text = self.market.raw_post(url, body)
                self.assertIn(status, (400, 403))
                answer = json.loads(text)
                self.assertFalse(answer["ok"])
                self.assertTrue(answer["error"])

    def test_verbs_say_what_is_wrong(self):
        cases = [
            (["run", "0x12"], None), (["run", NOBODY], None), (["run", "hello", "--budget", "much"], None),
            (["run", "hello", "--params", '{"iexec_argz":"x"}'], None), (["run", "hello", "--category", "99"], None),
            (["deal", "show", "0x" + "11" * 32], None), (["task", "show", "0x" + "22" * 32], None),
            (["account", "deposit", "9999999 RLC"], None), (["account", "withdraw", "9999999 RLC"], None),
            (["task", "claim", "0x" + "22" * 32], None), (["wallet", "show", "nobody"], None),
        ]
        for arguments, _ in cases:
            with self.subTest(arguments=arguments):
                with self.assertRaises(m.Refused) as refused:
                    self.market.verb(*arguments, wallet="requester")
                self.assertIn(refused.exception.exit_code, (1, 2))
                if refused.exception.exit_code == 1:
                    self.assertTrue(refused.exception.error["code"])
                    self.assertGreater(len(refused.exception.error["message"]), 10)

    def test_usage_errors_exit_2(self):
        for arguments in (["nothing"], ["run"], ["deal"], ["run", "hello", "--no-such-option"], []):
            code, out, err = self.market.run(*arguments)
            self.assertEqual(code, 2, arguments)
            self.assertTrue(err or out)


class Failures(unittest.TestCase):
    """Failures of app, data and registry end in an agreed, paid ERROR(cause); the next task is unaffected."""

    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", "3").__enter__()
        cls.addClassCleanup(cls.market.__exit__, None, None, None)
        cls.images = cls.build_images()

    @classmethod
    def build_images(cls):
        work = cls.market.home / "test-images"
        registry = cls.market.info["registry_url"].removeprefix("http://")
        done = subprocess.run(["bash", str(m.ROOT / "tests/images/build.sh"), str(work), registry], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads((work / "images.json").read_text())

    def deploy(self, name, multiaddr, checksum):
        project = self.market.home / f"app-{name}"
        project.mkdir()
        (project / "iexec.json").write_text(json.dumps({"app": {"owner": self.address("requester"), "name": name, "type": "DOCKER",
                                                               "multiaddr": multiaddr, "checksum": checksum}}))
        return self.market.verb("app", "deploy", wallet="requester", cwd=project)["address"]

    def address(self, name):
        return next(a["address"] for a in self.market.info["accounts"] if a["name"] == name)

    def run_for_error(self, app, *arguments):
        """Buys a task that must end in ERROR(cause); gives the cause after checking money and the next task."""
        with self.assertRaises(m.Refused) as refused:
            self.market.verb("run", app, "--trust", "3", "--watch", *arguments, wallet="requester")
        self.assertEqual(refused.exception.exit_code, 1)
        task = refused.exception.answer["tasks"][0]
        self.assertEqual(task["status"], "COMPLETED", "an agreed failure is a result and is paid")
        self.assertRegex(task["verdict"], r"^ERROR\(.+\)$")
        good = self.market.verb("run", "hello", "--trust", "3", "--watch", wallet="requester")
        self.assertEqual(good["tasks"][0]["verdict"], "OK")
        return task["verdict"].removeprefix("ERROR(").removesuffix(")")

    def image(self, name):
        return self.images[name]["multiaddr"], self.images[name]["checksum"]

    def test_wrong_digest(self):
        multiaddr, _ = self.image("exit1")
        app = self.deploy("wrong-digest", multiaddr, "0x" + "ab" * 32)
        self.assertEqual(self.run_for_error(app), "APP_IMAGE_DOWNLOAD_FAILED")

    def test_unreachable_registry(self):
        app = self.deploy("unreachable", "127.0.0.1:1/nothing:1", "0x" + "cd" * 32)
        self.assertEqual(self.run_for_error(app), "APP_REGISTRY_UNREACHABLE")

    def test_app_that_exits_1(self):
        self.assertEqual(self.run_for_error(self.deploy("exit1", *self.image("exit1"))), "APP_COMPUTE_FAILED")

    def test_app_that_tries_the_network_has_none(self):
        app = self.deploy("network", *self.image("network"))
        with socket.create_server(("127.0.0.1", 0)) as listener:  # open for everybody on this machine but the app
            port = str(listener.getsockname()[1])
            socket.create_connection(("127.0.0.1", int(port)), 2).close()
            answer = self.market.verb("run", app, "--trust", "3", "--watch", "--args", f"127.0.0.1 {port}", wallet="requester")
        task = answer["tasks"][0]
        self.assertEqual(task["verdict"], "OK")
        with zipfile.ZipFile(task["result_file"]) as archive:
            self.assertEqual(archive.read("result.txt"), b"closed\n")

    def test_app_that_never_ends(self):
        category = self.market.verb("category", "create", "TEN", "--time", "10", wallet="admin")["category"]
        app = self.deploy("endless", *self.image("endless"))
        project = self.market.home / "pool-order"
        project.mkdir()
        (project / "iexec.json").write_text(json.dumps({"order": {"workerpoolorder": {
            "workerpool": self.market.info["workerpool"], "workerpoolprice": "20", "volume": "10", "tag": "0x0",
            "category": str(category), "trust": "3"}}}))
        for step in ("sign", "publish"):
            self.market.verb("order", step, "--workerpool", wallet="scheduler", cwd=project)
        self.assertEqual(self.run_for_error(app, "--category", str(category)), "APP_COMPUTE_TIMEOUT")

    def test_dataset_with_a_wrong_checksum(self):
        dataset = next(iter(self.market.info["datasets"].values()))
        project = self.market.home / "bad-dataset"
        project.mkdir()
        (project / "iexec.json").write_text(json.dumps({"dataset": {"owner": self.address("requester"), "name": "bad",
                                                                   "multiaddr": dataset["multiaddr"], "checksum": "0x" + "ef" * 32}}))
        bad = self.market.verb("dataset", "deploy", wallet="requester", cwd=project)["address"]
        self.assertEqual(self.run_for_error("hello", "--dataset", bad), "DATASET_FILE_BAD_CHECKSUM")


if __name__ == "__main__":
    unittest.main()
