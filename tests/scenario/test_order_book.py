"""The order book and the faucet as their users meet them, kill -9 of the market included."""
import json
import os
import re
import threading
import unittest
import urllib.error
import urllib.request

import market as m

CHECKSUM = "0x" + "11" * 32


class OrderBook(m.MarketCase):
    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def project(self, name, kind, wallet, **order):
        """A folder with a deployed resource of its own and a prepared order."""
        folder = self.market.home / name
        folder.mkdir()
        self.market.verb(kind, "init", cwd=folder)
        file = folder / "iexec.json"
        config = json.loads(file.read_text())
        config[kind]["description" if kind == "workerpool" else "name"] = name
        file.write_text(json.dumps(config))
        checksum = ["--checksum", CHECKSUM] if kind != "workerpool" else []
        address = self.market.verb(kind, "deploy", *checksum, wallet=wallet, cwd=folder)["address"]
        self.market.verb("order", "init", "--" + kind, wallet=wallet, cwd=folder)
        config = json.loads(file.read_text())
        config["order"][kind + "order"].update(order)
        file.write_text(json.dumps(config))
        return folder, address

    def publish(self, folder, kind, wallet):
        self.market.verb("order", "sign", "--" + kind, wallet=wallet, cwd=folder)
        answer = self.market.verb("order", "publish", "--" + kind, wallet=wallet, cwd=folder)
        return re.search(r"0x[0-9a-f]{64}", json.dumps(answer)).group(0)

    def status(self, kind, order_hash):
        code, answer = self.get(f"/{kind}orders/{order_hash}?chainId=65535")
        return answer["status"] if code == 200 else code

    def wait_for_status(self, kind, order_hash, status):
        m.wait_for(lambda: self.status(kind, order_hash) == status, f"the order to be {status}")

    def test_order_is_published_withdrawn_and_cancelled(self):
        folder, app = self.project("book-app", "app", "app_provider", appprice="7", volume="5")
        order = self.publish(folder, "app", "app_provider")
        _, page = self.get(f"/apporders?app={app}&chainId=65535")
        self.assertEqual([(o["orderHash"], o["remaining"], o["order"]["appprice"]) for o in page["orders"]], [(order, 5, 7)])
        with self.assertRaises(m.Refused) as again:
            self.market.verb("order", "publish", "--app", wallet="app_provider", cwd=folder)
        self.assertIn("already published", again.exception.error["message"])
        with self.assertRaises(m.Refused):
            self.market.verb("order", "publish", "--app", wallet="requester", cwd=folder)
        self.market.verb("order", "unpublish", "--app", order, wallet="app_provider", cwd=folder)
        self.assertEqual(self.status("app", order), 404)
        self.market.verb("order", "publish", "--app", wallet="app_provider", cwd=folder)
        self.market.verb("order", "cancel", "--app", wallet="app_provider", cwd=folder)
        self.wait_for_status("app", order, "canceled")
        self.assertEqual(self.get(f"/apporders?app={app}&chainId=65535")[1]["count"], 0)

    def test_pool_order_dies_with_its_stake(self):
        folder, _ = self.project("book-pool", "workerpool", "requester2", workerpoolprice="100", volume="10", trust="1")
        order = self.publish(folder, "workerpool", "requester2")
        self.assertEqual(self.status("workerpool", order), "open")
        free = self.market.verb("account", "show", wallet="requester2")
        stake = next(int(v) for k, v in free.items() if k in ("stake", "stake_nrlc"))
        self.market.verb("account", "withdraw", f"{stake - 299}nRLC", wallet="requester2")
        self.wait_for_status("workerpool", order, "dead")
        with self.assertRaises(m.Refused) as poor:
            self.market.verb("order", "publish", "--workerpool", wallet="requester2", cwd=folder)
        self.assertIn("300 nRLC", poor.exception.error["message"])
        self.market.verb("account", "deposit", f"{stake - 299}nRLC", wallet="requester2")
        self.publish(folder, "workerpool", "requester2")

    def test_faucet_pays_a_new_wallet_once_a_day(self):
        address = "0x" + os.urandom(20).hex()
        first = self.market.verb("wallet", "getRLC", address)
        self.assertIn("Successfully requested 200 nRLC. Your position in the waiting list is ", json.dumps(first))
        call = "0x70a08231" + "00" * 12 + address[2:]
        balance = lambda: self.market.rpc("eth_call", {"to": self.market.info["rlc"], "data": call}, "latest")["result"]
        m.wait_for(lambda: int(balance(), 16) == 200, "the faucet's payment")
        with self.assertRaises(m.Refused) as second:
            self.market.verb("wallet", "getRLC", address)
        self.assertRegex(json.dumps(second.exception.error), r"\d{4}-\d\d-\d\dT")

    def test_no_acknowledged_order_is_lost_by_kill_9(self):
        folder, _ = self.project("book-kill", "app", "extra1")
        done = threading.Event()
        published = []

        def publish_all():
            while not done.is_set() and len(published) < 45:
                try:
                    published.append(self.publish(folder, "app", "extra1"))
                except m.Refused as away:
                    self.assertIn(away.error.get("code"), ("MARKET_UNREACHABLE", "MARKET_REFUSED", "MARKET_BAD_ANSWER"))

        writer = threading.Thread(target=publish_all)
        writer.start()
        try:
            for _ in range(3):
                seen = len(published)
                m.wait_for(lambda: len(published) > seen, "a published order")
                self.market.kill_role("market")
        finally:
            done.set()
            writer.join()
        self.assertGreater(len(published), 2)
        self.assertEqual([h for h in published if self.status("app", h) != "open"], [])


if __name__ == "__main__":
    unittest.main()
