"""Order kinds beyond bid and ask, made of the same four signed orders: OTC, volume discount, subscription."""
import json
import time
import unittest

import market as m
import second_market as two

NOBODY = "0x" + "0" * 40
PERIOD_S = 20  # a busy machine serves a period's tasks within it
OWN_POOL_PRICE = 20  # of the XS orders that `up` keeps at the market


class OrderKinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", "1")
        cls.subscriptions = cls.market.home / "subscriptions.json"
        cls.market.more_environment["BOURSE_SCHEDULER_SUBSCRIPTIONS"] = str(cls.subscriptions)
        cls.market.__enter__()
        cls.addClassCleanup(cls.market.__exit__, None, None, None)
        cls.url = cls.market.info["market_url"]
        cls.address = {account["name"]: account["address"] for account in cls.market.info["accounts"]}

    def sell(self, name, **terms):
        """Publishes an order of the stack's own pool by its owner; its hash."""
        folder = self.market.home / name
        folder.mkdir()
        self.market.verb("init", cwd=folder)
        self.market.verb("order", "init", "--workerpool", wallet="scheduler", cwd=folder)
        file = folder / "iexec.json"
        config = json.loads(file.read_text())
        config["order"]["workerpoolorder"].update(
            {"workerpool": self.market.info["workerpool"], "category": "0", "trust": "1", "volume": "1",
             "apprestrict": NOBODY, "datasetrestrict": NOBODY, "requesterrestrict": NOBODY, **terms})
        file.write_text(json.dumps(config))
        self.market.verb("order", "sign", "--workerpool", wallet="scheduler", cwd=folder)
        return self.market.verb("order", "publish", "--workerpool", wallet="scheduler", cwd=folder)

    def ask(self, name, price, volume=1, wallet="requester", wait=True):
        """A limit order for hello; its hash once it is filled."""
        folder, order = two.limit_order(self.market, name, price, volume, wallet)
        two.publish(self.market, folder, self.url, wallet)
        if wait:
            m.wait_for(lambda: two.status(self.url, order) == "filled", f"{name} to be filled")
        return order

    def prices(self, order):
        """(price, tasks) of the deals of a request, cheapest first."""
        rows = two.get(f"{self.url}/deals?requestorderHash={order}&chainId=65535&pageSize=100")["deals"]
        return sorted((row["workerpool"]["price"], row["volume"]) for row in rows)

    def test_otc_order_serves_its_requester_only(self):
        self.sell("otc", workerpoolprice="9", requesterrestrict=self.address["requester"])
        stranger = self.ask("stranger", 12, wallet="requester2", wait=False)
        order = self.ask("otc buyer", 12)
        m.wait_for(lambda: self.prices(order) == [(9, 1)], "the deal at the OTC price")
        self.assertEqual(two.status(self.url, stranger), "open")
        self.market.verb("order", "unpublish", "--request", stranger, wallet="requester2", cwd=self.market.home / "stranger")

    def test_discount_from_a_volume_on(self):
        self.sell("bulk", workerpoolprice="13", volume="5")
        query = f"{self.url}/v1/quote?app={self.market.info['apps']['hello']['address']}&category=0&volume=8"
        legs = lambda: [(int(leg["price"]), leg["volume"]) for leg in two.get(query)["legs"]]
        m.wait_for(lambda: legs() == [(14, 5), (OWN_POOL_PRICE + 1, 3)], lambda: f"cheap tasks first, not {legs()}")
        order = self.ask("bulk buyer", OWN_POOL_PRICE, volume=8)
        m.wait_for(lambda: self.prices(order) == [(13, 5), (OWN_POOL_PRICE, 3)], "the deals of the bag")

    def test_subscription_is_renewed_each_period_until_its_end(self):
        order = self.ask("subscriber", 7, volume=6, wallet="requester2", wait=False)
        stranger = self.ask("no subscriber", 7, wait=False)
        begin = int(time.time())
        terms = {"requester": self.address["requester2"], "category": 0, "trust": 1, "price_nrlc": 7, "tasks": 2,
                 "from": begin, "until": begin + 2 * PERIOD_S, "period_s": PERIOD_S}
        self.subscriptions.write_text(json.dumps([terms]))
        served = lambda: sum(two.deals_of(self.url, order))
        m.wait_for(lambda: served() >= 2, "the first period's tasks")
        m.wait_for(lambda: served() >= 4, "the second period's tasks")
        self.assertGreaterEqual(time.time(), begin + PERIOD_S, "not before the second period began")
        query = f"{self.url}/workerpoolorders?requester={self.address['requester2']}&isRequesterStrict=true&chainId=65535"
        m.wait_for(lambda: time.time() > begin + 2 * PERIOD_S and two.get(query)["count"] == 0, "the end")
        self.assertEqual(served(), 4, "nothing after the end")
        self.assertEqual((two.status(self.url, order), two.status(self.url, stranger)), ("open", "open"))
        self.assertEqual(self.prices(order), [(7, 2), (7, 2)])


if __name__ == "__main__":
    unittest.main()
