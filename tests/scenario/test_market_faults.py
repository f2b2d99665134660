"""kill -9 of a market in the middle of a match: no order is lost, none is filled twice, and the match goes on or is known
afterwards. The market reaches its node through a door that the test shuts at the moment in question."""
import os
import random
import time
import unittest

import market as m
import rpc_door
import second_market as two

SEND = "bourse_sendRawTransaction"
PRICE = 21  # nRLC a task of hello: 1 for the app, 20 for the pool
SEED = int(os.environ.get("BOURSE_SEED", "20260101"))


class MarketFaults(m.MarketCase):
    @classmethod
    def databases(cls):
        """More arguments of the market that is killed."""
        return []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.door = rpc_door.RpcDoor(cls.market.info["rpc_url"])
        cls.addClassCleanup(cls.door.close)
        cls.victim = two.SecondMarket(cls.market, *cls.databases(), rpc=cls.door.url)
        cls.addClassCleanup(cls.victim.kill)
        cls.victim.start().offer()
        cls.witness = cls.url  # sees the chain, knows none of the orders
        cls.resting = [two.publish(cls.market, two.limit_order(cls.market, f"resting {price}", price)[0], cls.victim.url)
                       for price in (17, 18, 19)]

    def killed(self, name, hand_on):
        """The hash of an order whose match was under way when the market was killed."""
        folder, order = two.limit_order(self.market, name, 20)
        self.before = self.market.account("requester")[0]
        two.publish(self.market, folder, self.victim.url)
        self.door.wait_until_reached()
        self.assertEqual(two.status(self.victim.url, order), "open", "not recorded yet")
        self.victim.kill()
        self.door.open(hand_on)
        return order

    def check_filled_once(self, *orders, volume=1):
        for order in orders:
            m.wait_for(lambda: two.status(self.victim.url, order) == "filled", "the killed market to show it filled")
            m.wait_for(lambda: sum(two.deals_of(self.victim.url, order)) == volume, "its deals")
        m.wait_for(lambda: sum(sum(two.deals_of(self.witness, order)) for order in orders) == volume * len(orders),
                   "the witness to see it")
        self.assertEqual(self.before - self.market.account("requester")[0], PRICE * volume * len(orders), "paid for once")
        self.assertEqual([two.status(self.victim.url, order) for order in self.resting], ["open"] * 3, "no order lost")

    def test_killed_after_the_decision_and_before_anything_was_sent(self):
        self.door.keep_back(SEND)
        order = self.killed("before sending", hand_on=False)
        self.assertEqual(two.deals_of(self.witness, order), [], "nothing has left the market")
        self.victim.start()
        self.check_filled_once(order)

    def test_killed_while_its_transaction_was_on_the_way(self):
        self.door.keep_back(SEND)
        order = self.killed("on the way", hand_on=True)
        m.wait_for(lambda: two.deals_of(self.witness, order) == [1], "the transaction to arrive after the kill")
        self.victim.start()
        self.check_filled_once(order)

    def test_killed_after_the_block_and_before_it_was_recorded(self):
        self.door.keep_answer(SEND)
        folder, order = two.limit_order(self.market, "not recorded", 20)
        self.before = self.market.account("requester")[0]
        two.publish(self.market, folder, self.victim.url)
        self.door.wait_until_reached()
        m.wait_for(lambda: two.deals_of(self.witness, order) == [1], "the deal in a block")
        self.assertEqual(two.status(self.victim.url, order), "open", "the killed market has not heard of it")
        self.victim.kill()
        self.door.open(False)
        self.victim.start()
        self.check_filled_once(order)

    def test_killed_again_and_again_while_orders_come(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        orders = [two.limit_order(self.market, f"again {i}", 20, volume=3) for i in range(6)]
        self.before = self.market.account("requester")[0]
        for folder, _ in orders:
            two.publish(self.market, folder, self.victim.url)
            time.sleep(chance.uniform(0, 0.3))  # the moment of the kill, not a wait for a condition
            self.victim.kill()
            self.victim.start()
        self.check_filled_once(*(order for _, order in orders), volume=3)

    def tearDown(self):
        self.door.open(False)
        if self.victim.process is None:
            self.victim.start()


if __name__ == "__main__":
    unittest.main()
