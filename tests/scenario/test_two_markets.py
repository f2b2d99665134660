"""Two markets on one chain: an order published at both is filled once, each market shows it gone, and with either market
down trade goes on. Limit orders rest and fill by themselves."""
import json
import os
import re
import signal
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

import market as m


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TwoMarkets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", "1").__enter__()
        cls.first = cls.market.info["market_url"]
        cls.port = free_port()
        cls.second = f"http://127.0.0.1:{cls.port}"
        cls.process = None
        try:
            cls.start_second()
            orders = cls.market.home / "orders"
            # What `up` sells at its own market is offered at the second one too.
            cls.market.verb("order", "publish", "--app", str(orders / "app-hello.json"), "--market", cls.second,
                            wallet="app_provider")
            cls.market.verb("order", "publish", "--workerpool", str(orders / "workerpool-XS.json"), "--market", cls.second,
                            wallet="scheduler")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.stop_second()
        cls.market.__exit__(None, None, None)

    @classmethod
    def start_second(cls):
        info = cls.market.info
        key = next(a["key_file"] for a in info["accounts"] if a["name"] == "beneficiary")
        folder = cls.market.home / "market-2"
        folder.mkdir(exist_ok=True)
        cls.process = subprocess.Popen(
            [str(m.BOURSE), "market", "--data-dir", str(folder), "--port", str(cls.port), "--rpc", info["rpc_url"],
             "--broker-key-file", key, "--log-file", str(cls.market.home / "logs" / "market-2.log")],
            env=cls.market.environment, stdin=subprocess.DEVNULL, cwd=cls.market.home)
        m.wait_for(lambda: cls.market.answers(cls.second + "/version"), "the second market", 30)

    @classmethod
    def stop_second(cls):
        if cls.process and cls.process.poll() is None:
            cls.process.kill()
        if cls.process:
            cls.process.wait()
        cls.process = None

    def status(self, url, order_hash):
        try:
            with urllib.request.urlopen(f"{url}/requestorders/{order_hash}?chainId=65535", timeout=10) as answer:
                return json.loads(answer.read())["status"]
        except urllib.error.HTTPError as refused:
            return refused.code

    def limit_order(self, name, pool_max):
        """A folder with a signed request for one hello task at most at this pool price; its hash."""
        folder = self.market.home / name
        folder.mkdir()
        self.market.verb("init", cwd=folder)
        self.market.verb("order", "init", "--request", wallet="requester", cwd=folder)
        file = folder / "iexec.json"
        config = json.loads(file.read_text())
        config["order"]["requestorder"].update(
            app=self.market.info["apps"]["hello"]["address"], appmaxprice="1", workerpoolmaxprice=str(pool_max), volume="1",
            category="0", trust="0", workerpool="0x" + "0" * 40, dataset="0x" + "0" * 40, datasetmaxprice="0",
            params=json.dumps({"iexec_args": name}))
        file.write_text(json.dumps(config))
        signed = self.market.verb("order", "sign", "--request", wallet="requester", cwd=folder)
        return folder, re.search(r"0x[0-9a-f]{64}", json.dumps(signed)).group(0)

    def publish(self, folder, url):
        answer = self.market.verb("order", "publish", "--request", "--market", url, wallet="requester", cwd=folder)
        return re.search(r"0x[0-9a-f]{64}", json.dumps(answer)).group(0)

    def deals_of(self, url, order_hash):
        with urllib.request.urlopen(f"{url}/deals?requestorderHash={order_hash}&chainId=65535", timeout=10) as answer:
            return json.loads(answer.read())["count"]

    def test_1_limit_order_below_the_market_rests_and_says_why(self):
        folder, _ = self.limit_order("resting", 19)
        for url in (self.first, self.second):
            order = self.publish(folder, url)
            why = m.wait_for(lambda: self.explained(order, url), "an explanation", 20)
            self.assertIn("05", [reason["code"] for reason in why["reasons"]])
            self.assertEqual(self.status(url, order), "open")

    def explained(self, order, url):
        try:
            answer = self.market.verb("explain", order, "--market", url)
        except m.Refused:
            return None
        return answer if answer.get("state") == "no_compatible_order" else None

    def test_2_order_at_both_is_filled_once_and_both_show_it_gone(self):
        free = self.market.account("requester")
        folder, _ = self.limit_order("both", 20)
        order = None
        for url in (self.first, self.second):
            try:
                order = self.publish(folder, url)
            except m.Refused as refused:  # the other market may have filled it already
                self.assertIn("consumed", refused.error["message"])
        m.wait_for(lambda: self.status(self.first, order) == "filled", "the first market to show it filled", 30)
        m.wait_for(lambda: self.status(self.second, order) in ("filled", 404), "the second to show it gone", 30)
        m.wait_for(lambda: self.deals_of(self.first, order) == 1, "one deal at the first", 20)
        m.wait_for(lambda: self.deals_of(self.second, order) == 1, "one deal at the second", 20)
        now = self.market.account("requester")
        self.assertEqual(free[0] - now[0], 21, "paid for once")

    def test_3_trade_goes_on_with_either_market_down(self):
        self.stop_second()
        folder, _ = self.limit_order("first only", 20)
        order = self.publish(folder, self.first)
        m.wait_for(lambda: self.status(self.first, order) == "filled", "the first market alone to fill it", 30)
        self.start_second()
        os.kill(self.market.role_pid("market"), signal.SIGSTOP)
        try:
            folder, _ = self.limit_order("second only", 20)
            order = self.publish(folder, self.second)
            m.wait_for(lambda: self.status(self.second, order) == "filled", "the second market alone to fill it", 30)
        finally:
            os.kill(self.market.role_pid("market"), signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
