"""The existing SDK's command line, both of its lines, unmodified against a whole market: what sdk-interop promises."""
import json
import os
import pathlib
import subprocess
import unittest

import market as m

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "build/interop"
PLAIN, TEE_TDX = "0x" + "0" * 64, "0x" + "0" * 63 + "9"


def installed(version):
    """The program of one version of the SDK, fetched once."""
    folder = PACKAGES / f"iexec-{version}"
    program = folder / "node_modules/.bin/iexec"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", f"iexec@{version}"],
                       check=True, capture_output=True, timeout=600)
    return program


class Sdk:
    """One wallet of the market with a project folder of the SDK."""

    def __init__(self, market, version, chain_file, wallet):
        self.program = installed(version)
        self.market = market
        self.folder = market.home / f"sdk-{version}-{wallet}"
        self.folder.mkdir()
        self.command("init", "--skip-wallet", "--force")
        (self.folder / "chain.json").write_text((market.home / chain_file).read_text())
        account = next(a for a in market.info["accounts"] if a["name"] == wallet)
        self.address = account["address"]
        key = pathlib.Path(account["key_file"]).read_text().strip()
        (self.folder / "wallet.json").write_text(json.dumps({"privateKey": key, "publicKey": "", "address": self.address}))

    def command(self, *arguments):
        environment = {**os.environ, "HOME": str(self.market.home)}
        done = subprocess.run(["node", str(self.program), *arguments, "--raw"], cwd=self.folder, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        for text in (done.stdout, done.stderr):
            for line in reversed(text.strip().splitlines()):
                if line.startswith("{"):
                    return json.loads(line)
        raise AssertionError(f"iexec {' '.join(arguments)} printed no answer: {done.stdout}{done.stderr}")

    def must(self, *arguments):
        answer = self.command(*arguments)
        if not answer.get("ok"):
            raise AssertionError(f"iexec {' '.join(arguments)}: {answer}")
        return answer

    def edit(self, change):
        file = self.folder / "iexec.json"
        config = json.loads(file.read_text())
        change(config)
        file.write_text(json.dumps(config))


class ExistingSdk:
    """What holds for either version; `version` and `chain_file` say which."""

    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", "2").__enter__()
        try:
            cls.requester = Sdk(cls.market, cls.version, cls.chain_file, "requester")
            cls.provider = Sdk(cls.market, cls.version, cls.chain_file, "app_provider")
            cls.manager = Sdk(cls.market, cls.version, cls.chain_file, "scheduler2")
        except BaseException:
            cls.market.__exit__(None, None, None)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.market.__exit__(None, None, None)

    def test_chain_is_recognised(self):
        info = self.requester.must("info")
        self.assertEqual(info["hubAddress"], self.market.info["hub"])
        self.assertEqual(info["rlcAddress"], self.market.info["rlc"])
        self.assertEqual(self.requester.must("category", "count")["count"], "5")
        self.assertEqual(self.requester.must("category", "show", "4")["category"]["workClockTimeRef"], "36000")

    def test_money_moves(self):
        before = int(self.requester.must("account", "show")["balance"]["stake"])
        self.requester.must("account", "deposit", "1000")
        self.requester.must("account", "withdraw", "400")
        self.assertEqual(int(self.requester.must("account", "show")["balance"]["stake"]), before + 600)
        self.requester.must("account", "approve", "70", self.manager.address)
        self.requester.must("account", "revoke", self.manager.address)
        self.requester.must("wallet", "send-RLC", "2", "nRLC", "--to", self.manager.address, "--force")
        refused = self.requester.command("account", "withdraw", str(10**18))
        self.assertFalse(refused["ok"])

    def test_sweep_sends_two_transactions(self):
        poor = Sdk(self.market, self.version, self.chain_file, "worker5")
        poor.must("wallet", "sweep", "--to", self.manager.address, "--force")
        self.assertEqual(poor.must("wallet", "show")["balance"]["nRLC"], "0")

    def deploy(self, sdk, kind, name):
        sdk.must(kind, "init")
        field = "description" if kind == "workerpool" else "name"
        sdk.edit(lambda config: config[kind].update({field: name}))
        address = sdk.must(kind, "deploy")["address"]
        shown = sdk.must(kind, "show", address)
        self.assertEqual(shown["address"], address)
        self.assertEqual(shown[kind]["owner"], sdk.address)
        self.assertGreaterEqual(int(sdk.must(kind, "count")["count"]), 1)
        return address

    def test_resources_are_deployed_and_transferred(self):
        app = self.deploy(self.provider, "app", "an app")
        self.deploy(self.provider, "dataset", "a dataset")
        self.provider.must("app", "transfer", app, "--to", self.requester.address, "--force")
        self.assertEqual(self.requester.must("app", "show", app)["app"]["owner"], self.requester.address)

    def publish(self, sdk, kind, address, *options):
        return sdk.must(kind, "publish", address, "--force", "--skip-preflight-check" if kind == "app" else "--force",
                        *options)["orderHash"]

    def test_orders_are_published_cancelled_and_withdrawn(self):
        app = self.deploy(self.provider, "app", "an app on sale")
        self.provider.must("order", "init", "--app")
        self.provider.edit(lambda config: config["order"]["apporder"].update(app=app, appprice="7", volume="3"))
        self.provider.must("order", "sign", "--app", "--skip-preflight-check")
        published = self.provider.must("order", "publish", "--app", "--force", "--skip-preflight-check")
        order = published["apporder"]["orderHash"]
        book = self.requester.must("orderbook", "app", app)
        self.assertEqual([(row["orderHash"], row["price"], row["remaining"]) for row in book["appOrders"]], [(order, 7, 3)])
        self.assertEqual(self.provider.must("order", "show", "--app", order)["apporder"]["status"], "open")
        again = self.provider.command("order", "publish", "--app", "--force", "--skip-preflight-check")
        self.assertIn("already published", json.dumps(again))
        self.provider.must("order", "cancel", "--app", "--force")
        m.wait_for(lambda: self.requester.must("orderbook", "app", app)["count"] == 0, "the cancelled order to go", pause_s=0.5)
        other = self.publish(self.provider, "app", app, "--price", "9")
        self.provider.must("order", "unpublish", "--app", other, "--force")
        self.assertEqual(self.requester.must("orderbook", "app", app)["count"], 0)

    def test_deal_without_a_worker_is_claimed(self):
        """A pool that nobody serves, in a category without time (the SDK's own clock decides what is late): the deal is
        sealed, and one command takes the money back."""
        admin = Sdk(self.market, self.version, self.chain_file, "admin")
        admin.must("category", "init")
        admin.edit(lambda config: config["category"].update(name="no time", workClockTimeRef="0"))
        category = admin.must("category", "create")["catid"]
        app = self.deploy(self.provider, "app", "an app that waits")
        pool = self.deploy(self.manager, "workerpool", "a pool without workers")
        self.manager.must("account", "deposit", "1000")
        self.publish(self.provider, "app", app, "--price", "3")
        self.manager.must("workerpool", "publish", pool, "--price", "50", "--category", str(category), "--force")
        stake = int(self.requester.must("account", "show")["balance"]["stake"])
        bought = self.requester.must("app", "run", app, "--workerpool", pool, "--category", str(category), "--force",
                                     "--skip-preflight-check",
                                     *self.tag_options)
        deal = bought["deals"][0]["dealid"]
        shown = self.requester.must("deal", "show", deal)["deal"]
        self.assertEqual(shown["tag"], self.tag)
        self.assertEqual(int(self.requester.must("account", "show")["balance"]["stake"]), stake - 53)
        claimed = self.requester.must("deal", "claim", deal)
        self.assertEqual(len(claimed["claimed"]), 1)
        self.assertEqual(int(self.requester.must("account", "show")["balance"]["stake"]), stake)


class Sdk8(ExistingSdk, unittest.TestCase):
    version, chain_file, tag, tag_options = "8.24.0", "chain-v8.json", PLAIN, ()

    def test_computation_is_bought_watched_and_downloaded(self):
        hello = self.market.info["apps"]["hello"]["address"]
        bought = self.requester.must("app", "run", hello, "--watch", "--force", "--args", "world")
        task = bought["tasks"][0]
        self.assertEqual(task["statusName"], "COMPLETED")
        self.requester.must("task", "show", task["taskid"], "--download", "result")
        self.assertGreater((self.requester.folder / "result.zip").stat().st_size, 0)
        debug = self.requester.must("task", "debug", task["taskid"], "--logs")
        self.assertIn("COMPLETED", json.dumps(debug))
        self.assertIn("world", json.dumps(debug))


class Sdk9(ExistingSdk, unittest.TestCase):
    # Each deal of this version carries tee and tdx (sdk-interop §0.2): without an enclave it ends at the sealed deal.
    version, chain_file, tag, tag_options = "9.0.1", "chain.json", TEE_TDX, ("--tag", "tee,tdx")


if __name__ == "__main__":
    unittest.main()
