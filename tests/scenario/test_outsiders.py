"""The three programs under samples/outsiders: whoever has a market's address can make a market, resell, or trade by file."""
import json
import pathlib
import shutil
import subprocess
import unittest

import market as m

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "build/interop/outsiders"


def programs():
    """The samples with their packages, beside the sources."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for file in (ROOT / "samples/outsiders").glob("*.*"):
        shutil.copy(file, PACKAGES)
    if not (PACKAGES / "node_modules/ethers").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=PACKAGES, check=True, capture_output=True, timeout=600)
    return PACKAGES


class Outsiders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.programs = programs()
        cls.market = m.Market("--workers", "3").__enter__()
        cls.address = {account["name"]: account["address"] for account in cls.market.info["accounts"]}
        cls.key = {account["name"]: account["key_file"] for account in cls.market.info["accounts"]}
        cls.hello = cls.market.info["apps"]["hello"]["address"]

    @classmethod
    def tearDownClass(cls):
        cls.market.__exit__(None, None, None)

    def call(self, program, wallet, *arguments):
        command = ["node", str(self.programs / program), *arguments, "--market", self.market.info["market_url"],
                   "--key-file", self.key[wallet]]
        return subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=self.market.home)

    def lines(self, program, wallet, *arguments):
        done = self.call(program, wallet, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def pool(self, name):
        """A pool of scheduler2, who has something staked."""
        folder = self.market.home / name
        folder.mkdir()
        self.market.verb("workerpool", "init", cwd=folder)
        config = json.loads((folder / "iexec.json").read_text())
        config["workerpool"]["description"] = name
        (folder / "iexec.json").write_text(json.dumps(config))
        return self.market.verb("workerpool", "deploy", wallet="scheduler2", cwd=folder)["address"]

    def test_market_maker_follows_the_median(self):
        self.market.verb("account", "deposit", "100 RLC", wallet="scheduler2")
        pool = self.pool("made-market")
        m.wait_for(lambda: self.market.verb("orderbook", "workerpool", "--category", "1")["count"], "an offer to follow")
        first, = self.lines("market_maker.mjs", "scheduler2", "--pool", pool, "--category", "1", "--offset", "-10")
        self.assertEqual((first["median"], first["price"]), (40, 36))
        book = self.market.verb("orderbook", "workerpool", "--category", "1")
        self.assertIn(first["order"], json.dumps(book))

    def test_reseller_pays_and_bills(self):
        request = self.market.home / "wanted.json"
        sign = ["node", "--input-type=module", "-e", """
            import { Market, blankOrder } from "%s/bourse.mjs";
            import { writeFileSync } from "node:fs";
            const [url, key, app, file] = process.argv.slice(1);
            const market = await Market.open(url, key);
            const wallet = market.wallet.address;
            writeFileSync(file, JSON.stringify(await market.sign("request", { ...blankOrder("request"), app,
              appmaxprice: "1", workerpoolmaxprice: "20", requester: wallet, beneficiary: wallet, volume: "1", trust: "1",
              params: JSON.stringify({ iexec_args: "customer" }) })));
            process.exit(0);""" % self.programs, self.market.info["market_url"], self.key["requester2"], self.hello,
                str(request)]
        subprocess.run(sign, check=True, timeout=600)
        self.market.verb("account", "deposit", "10 RLC", wallet="sponsor")
        before, customer = self.market.account("sponsor")[0], self.market.account("requester2")
        sealed, = self.lines("reseller.mjs", "sponsor", "buy", str(request))
        self.assertEqual(sealed["customer"], self.address["requester2"])
        self.assertEqual(self.market.account("requester2"), customer)
        self.assertEqual(self.market.account("sponsor")[0], before - 21)
        bills = m.wait_for(lambda: self.lines("reseller.mjs", "sponsor", "bill", "--margin", "10"), "the bill")
        self.assertEqual(bills, [{"customer": self.address["requester2"], "deals": 1, "cost_nrlc": "21", "bill_nrlc": "24"}])
        refused = self.call("reseller.mjs", "sponsor", "buy", str(request))
        self.assertEqual(refused.returncode, 1)
        self.assertIn("iExecV5-matchOrders", refused.stderr)

    def test_desk_trades_without_a_market(self):
        buyer = self.address["requester"]
        pool = self.market.info["workerpool"]
        self.lines("otc_desk.mjs", "scheduler", "offer", "offer.json", "--pool", pool, "--to", buyer, "--price", "11")
        self.lines("otc_desk.mjs", "app_provider", "app", "app.json", "--app", self.hello, "--to", buyer, "--price", "2")
        stranger = self.call("otc_desk.mjs", "requester2", "accept", "offer.json", "app.json")
        self.assertEqual(stranger.returncode, 1)
        sealed, = self.lines("otc_desk.mjs", "requester", "accept", "offer.json", "app.json", "--args", "desk")
        done = m.wait_for(lambda: (shown := self.market.verb("deal", "show", sealed["deal"]))["tasks"][0]["status"]
                          == "COMPLETED" and shown, "the desk's deal to be computed", 60, 0.2)
        self.assertEqual(len(done["tasks"]), 1)

    def test_wrong_use_is_explained(self):
        done = subprocess.run(["node", str(self.programs / "market_maker.mjs")], capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--market", done.stderr)


if __name__ == "__main__":
    unittest.main()
