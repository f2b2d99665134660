"""The main line: a computation is bought, done, agreed upon, paid, downloaded and verified."""
import json
import os
import unittest
import zipfile

import market as m


class Line(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.market = m.Market("--workers", "3").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.market.__exit__(None, None, None)

    def buy(self, *arguments, wallet="requester", **options):
        folder = self.market.home / "downloads" / self.id().split(".")[-1]
        return self.market.verb("run", *arguments, "--watch", "--output", str(folder), wallet=wallet, **options)

    def test_hello_at_trust_3_moves_what_the_design_says(self):
        before = self.market.balances()
        answer = self.buy("hello", "--args", "Bourse", "--trust", "3")
        after = self.market.balances()
        task = answer["tasks"][0]
        self.assertEqual((task["status"], task["verdict"]), ("COMPLETED", "OK"))
        change = {name: sum(after[name]) - sum(before[name]) for name in before}
        self.assertEqual(change["requester"], -21)
        self.assertEqual(change["app_provider"], 1)
        self.assertEqual(change["scheduler"], 2)
        self.assertEqual(sorted(change[f"worker{i}"] for i in (1, 2, 3)), [0, 9, 9])
        self.assertEqual(sum(change.values()), 0)
        with zipfile.ZipFile(task["result_file"]) as archive:
            self.assertIn("computed.json", archive.namelist())
            self.assertIn("Bourse", archive.read("result.txt").decode())

    def test_bag_of_three_gives_each_task_its_own_line(self):
        params = json.dumps({"0": "first line", "1": "second line", "2": "third line"})
        answer = self.buy("hello", "--params", params, "--volume", "3")
        self.assertEqual(len(answer["tasks"]), 3)
        for task, words in zip(sorted(answer["tasks"], key=lambda t: int(t["index"])), ["first", "second", "third"]):
            self.assertEqual(task["verdict"], "OK")
            with zipfile.ZipFile(task["result_file"]) as archive:
                self.assertIn(words, archive.read("result.txt").decode())

    def test_trust_below_three_warns_that_nobody_checks(self):
        code, out, err = self.market.run("run", "hello", "--trust", "1", "--watch", wallet="requester")
        self.assertEqual(code, 0, out + err)
        self.assertIn("trust", (out + err).lower())

    def test_budget_is_for_all_tasks_together(self):
        with self.assertRaises(m.Refused) as refused:
            self.market.verb("run", "hello", "--trust", "3", "--volume", "2", "--budget", "41nRLC", wallet="requester")
        self.assertEqual(refused.exception.exit_code, 1)
        self.assertIn("41", refused.exception.error["message"])

    def test_dataset_app_reads_the_dataset(self):
        name, app = next((n, a) for n, a in self.market.info["apps"].items() if n not in ("hello", "vanitygen"))
        dataset = next(iter(self.market.info["datasets"].values()))
        answer = self.buy(name, "--dataset", dataset["address"], "--trust", "3")
        self.assertEqual(answer["tasks"][0]["verdict"], "OK")

    def test_orders_as_files_are_filled_while_the_market_is_down(self):
        orders = self.market.home / "orders"
        m.wait_for(lambda: (orders / "workerpool-XS.json").exists(), "the pool's order file")
        project = self.market.home / "project-files"
        project.mkdir()
        pid = self.market.role_pid("market")
        os.kill(pid, 19)  # SIGSTOP: the market hangs, the worst way to be down
        try:
            answer = self.market.verb("order", "fill", "--app", str(orders / "app-hello.json"), "--workerpool",
                                      str(orders / "workerpool-XS.json"), "--trust", "3", wallet="requester", cwd=project)
        finally:
            os.kill(pid, 18)
        self.assertIn("deal", answer)
        shown = m.wait_for(lambda: self.completed(answer["deal"]), "the deal's task")
        self.assertTrue(shown)

    def completed(self, deal):
        answer = self.market.verb("deal", "show", deal)
        return all(task["status"] == "COMPLETED" for task in answer["tasks"])

    def test_the_requester_reads_the_log_and_nobody_else(self):
        answer = self.buy("hello", "--args", "logged", "--trust", "3")
        task = answer["tasks"][0]["task"]
        logs = self.market.verb("task", "logs", task, wallet="requester")
        self.assertTrue(logs["logs"])
        with self.assertRaises(m.Refused):
            self.market.verb("task", "logs", task, wallet="requester2")

    def test_private_run_of_an_own_app_needs_no_published_app_order(self):
        hello = self.market.info["apps"]["hello"]
        project = self.market.home / "private"
        project.mkdir()
        (project / "iexec.json").write_text(json.dumps({"app": {"owner": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "name": "mine",
                                                               "type": "DOCKER", "multiaddr": hello["multiaddr"], "checksum": hello["checksum"]}}))
        deployed = self.market.verb("app", "deploy", wallet="requester", cwd=project)
        answer = self.buy(deployed["address"], "--args", "mine", "--trust", "3")
        self.assertEqual(answer["tasks"][0]["verdict"], "OK")


if __name__ == "__main__":
    unittest.main()
