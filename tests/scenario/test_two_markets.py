"""Two markets and two pools on one chain: an order published at both markets is filled once, each market shows it gone,
and with either market down trade goes on, each time at the other one's pool. Limit orders rest and fill by themselves."""
import os
import signal
import unittest

import market as m
import second_market as two
from second_pool import SecondPool


class TwoMarkets(m.MarketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = two.SecondMarket(cls.market)
        cls.addClassCleanup(cls.other.kill)
        cls.other.start()
        cls.market.verb("order", "publish", "--app", str(cls.market.home / "orders/app-hello.json"), "--market", cls.other.url,
                        wallet="app_provider")
        cls.first, cls.second = cls.url, cls.other.url
        cls.first_pool = cls.market.info["workerpool"]
        cls.pool = SecondPool(cls.market, cls.second, 20)
        cls.addClassCleanup(cls.pool.stop)
        cls.second_pool = cls.pool.start().address
        m.wait_for(lambda: cls.pools_at(cls.second) == {cls.second_pool}, "the second pool's offer at the second market")

    @staticmethod
    def pools_at(url):
        orders = two.get(f"{url}/workerpoolorders?category=0&chainId=65535")["orders"]
        return {row["order"]["workerpool"] for row in orders}

    def pools_of(self, url, order):
        """Where the deals of a request were made, once their tasks are done."""
        rows = two.get(f"{url}/deals?requestorderHash={order}&chainId=65535&pageSize=100")["deals"]
        for row in rows:
            m.wait_for(lambda: all(task["status"] == "COMPLETED"
                                   for task in self.market.verb("deal", "show", row["dealid"])["tasks"]), "the result")
        return [row["workerpool"]["pointer"] for row in rows]

    def wait_for_status(self, url, order, wanted, what):
        m.wait_for(lambda: two.status(url, order) in wanted, what)

    def test_1_limit_order_below_the_market_rests_and_says_why(self):
        folder, _ = two.limit_order(self.market, "resting", 19)
        for url in (self.first, self.second):
            order = two.publish(self.market, folder, url)
            why = m.wait_for(lambda: self.explained(order, url), "an explanation")
            self.assertIn("05", [reason["code"] for reason in why["reasons"]])
            self.assertEqual(two.status(url, order), "open")

    def explained(self, order, url):
        try:
            answer = self.market.verb("explain", order, "--market", url)
        except m.Refused:
            return None
        return answer if answer.get("state") == "no_compatible_order" else None

    def test_2_order_at_both_is_filled_once_and_both_show_it_gone(self):
        free = self.market.account("requester")
        folder, order = two.limit_order(self.market, "both", 20)
        for url in (self.first, self.second):
            try:
                two.publish(self.market, folder, url)
            except m.Refused as refused:  # the other market may have filled it already
                self.assertIn("consumed", refused.error["message"])
        self.wait_for_status(self.first, order, ("filled",), "the first market to show it filled")
        self.wait_for_status(self.second, order, ("filled", 404), "the second to show it gone")
        m.wait_for(lambda: two.deals_of(self.first, order) == [1], "one deal at the first")
        m.wait_for(lambda: two.deals_of(self.second, order) == [1], "one deal at the second")
        now = self.market.account("requester")
        self.assertEqual(free[0] - now[0], 21, "paid for once")

    def test_3_trade_goes_on_with_either_market_down(self):
        self.other.kill()
        folder, order = two.limit_order(self.market, "first only", 20)
        two.publish(self.market, folder, self.first)
        self.wait_for_status(self.first, order, ("filled",), "the first market alone to fill it")
        m.wait_for(lambda: self.pools_of(self.first, order) == [self.first_pool], "the first pool to serve it")
        self.other.start()
        os.kill(self.market.role_pid("market"), signal.SIGSTOP)
        try:
            folder, order = two.limit_order(self.market, "second only", 20)
            two.publish(self.market, folder, self.second)
            self.wait_for_status(self.second, order, ("filled",), "the second market alone to fill it")
            m.wait_for(lambda: self.pools_of(self.second, order) == [self.second_pool], "the second pool to serve it")
        finally:
            os.kill(self.market.role_pid("market"), signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
