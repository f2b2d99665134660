"""The market over PostgreSQL, orders and index: the same scenarios as over SQLite, kill -9 included."""
import unittest

import postgres
import test_market_api
import test_market_faults
import test_order_book


class OverPostgres:
    """For a scenario's class: the market of `bourse up` and those beside it keep everything in a server of their own."""

    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        super().setUpClass()

    @classmethod
    def databases(cls):
        return ["--database", cls.server.create_database(), "--index-database", cls.server.create_database()]

    @classmethod
    def environment(cls):
        return {"BOURSE_MARKET_DATABASE": cls.server.create_database(),
                "BOURSE_MARKET_INDEX_DATABASE": cls.server.create_database()}


class OrderBook(OverPostgres, test_order_book.OrderBook):
    def test_nothing_is_kept_in_files(self):
        self.assertEqual(list((self.market.home / "market").glob("*.db")), [])


class MarketApi(OverPostgres, test_market_api.MarketApi):
    pass


class MarketFaults(OverPostgres, test_market_faults.MarketFaults):
    pass


if __name__ == "__main__":
    unittest.main()
