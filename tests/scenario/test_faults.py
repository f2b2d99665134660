"""Roles are killed by kill -9 at seeded moments while a bag of 20 tasks runs: everything completes, the books balance."""
import os
import random
import time
import unittest

import market as m

TASKS = 20
KILLS = 10
SEED = int(os.environ.get("BOURSE_SEED", "20260101"))
VICTIMS = ["node", "scheduler", "worker1", "worker2", "worker3", "market", "store"]


class Faults(unittest.TestCase):
    def test_ten_kills_lose_nothing(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        with m.Market("--workers", "3") as market:
            before = market.balances()
            bought = market.verb("run", "hello", "--trust", "3", "--volume", str(TASKS), wallet="requester")
            deal = bought["deal"]
            for number in range(KILLS):
                victim = chance.choice(VICTIMS)
                time.sleep(chance.uniform(0.0, 0.8))  # the moment of the kill, not a wait for a condition
                market.kill_role(victim)

            def done():
                try:
                    tasks = market.verb("deal", "show", deal)["tasks"]
                except m.Refused:
                    return False
                return len(tasks) == TASKS and all(task["status"] == "COMPLETED" for task in tasks)

            m.wait_for(done, f"{TASKS} completed tasks", 600, 0.5)
            after = market.balances()
            change = {name: sum(after[name]) - sum(before[name]) for name in before}
            self.assertEqual(change["requester"], -21 * TASKS)
            self.assertEqual(change["app_provider"], TASKS)
            self.assertEqual(sum(change.values()), 0)
            self.assertEqual(after["requester"][1], 0, "nothing stays locked")
            for worker in ("worker1", "worker2", "worker3"):
                self.assertEqual(after[worker][1], 0, "nothing stays locked")
            self.assertEqual(after["scheduler"][1], 0)
            self.assertEqual(sum(change[f"worker{i}"] for i in (1, 2, 3)) + change["scheduler"], 20 * TASKS)

    def test_children_end_with_up_and_the_next_up_resumes(self):
        with m.Market("--workers", "3") as market:
            first = market.verb("run", "hello", "--trust", "3", "--watch", wallet="requester")
            head = int(market.rpc("eth_blockNumber")["result"], 16)
            pids = market.kill_up()
            m.wait_for(lambda: not any(m.process_exists(pid) for pid in pids), "the children to end")
            market.start()
            self.assertGreaterEqual(int(market.rpc("eth_blockNumber")["result"], 16), head)
            shown = market.verb("task", "show", first["tasks"][0]["task"])
            self.assertEqual(shown["status"], "COMPLETED")
            again = market.verb("run", "hello", "--trust", "3", "--watch", wallet="requester")
            self.assertEqual(again["tasks"][0]["verdict"], "OK")


if __name__ == "__main__":
    unittest.main()
