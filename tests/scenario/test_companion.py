"""`bourse companion`: a page asks through the market, the terminal shows and signs, keys stay in the terminal."""
import codecs
import subprocess
import threading
import unittest

import market as m
from test_market_api import Socket


class Terminal:
    """The companion as a process; its questions are read, its answers written."""

    def __init__(self, market, code, wallet):
        self.process = subprocess.Popen([str(m.BOURSE), "companion", code, "--wallet", wallet], env=market.environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=market.home)
        self.text = ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a piece may end within a character
        while piece := self.process.stderr.read1(4096):
            self.text += decoder.decode(piece)

    def wait_for(self, text):
        m.wait_for(lambda: text in self.text, lambda: f"the terminal to say {text!r}; it said {self.text!r}")

    def type(self, line):
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()

    def wait_for_end(self):
        """All it said is read when this returns: the process may be gone before the thread has read its last words."""
        self.process.wait(180)
        self.reader.join()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait_for_end()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()


class Companion(m.MarketCase):
    def socket(self, origin):
        page = Socket(self.url.replace("http", "ws", 1) + "/v1/companion", origin=origin)
        self.addCleanup(page.close)
        return page

    def open_page(self):
        page = self.socket(self.url)
        page.send({"op": "open"})
        return page, page.message()

    def paired(self):
        page, code = self.open_page()
        terminal = Terminal(self.market, code["code"], "requester")
        self.addCleanup(terminal.close)
        self.assertEqual(page.message(), {"op": "paired"})
        terminal.wait_for("Paired.")
        return page, terminal, code["token"]

    def ask(self, page, number, method, params=None):
        page.send({"op": "send", "data": {"id": number, "method": method, "params": params}})

    def answer(self, page):
        frame = page.message()
        self.assertEqual(frame["op"], "data", frame)
        return frame["data"]

    def test_transaction_is_shown_confirmed_and_mined(self):
        page, terminal, _ = self.paired()
        self.ask(page, 1, "accounts")
        accounts = self.answer(page)["result"]
        self.assertEqual(accounts["addresses"], [self.market.verb("wallet", "show", wallet="requester")["address"]])
        self.assertEqual(accounts["chainId"], 65535)
        withdraw = {"to": self.market.info["hub"], "data": "0x2e1a7d4d" + f"{7:064x}"}
        self.ask(page, 2, "sendTx", withdraw)
        terminal.wait_for("Withdraw 0.000000007 RLC (7 nRLC) from the market.")
        terminal.type("y")
        sent = self.answer(page)["result"]["hash"]
        m.wait_for(lambda: self.market.rpc("eth_getTransactionReceipt", sent)["result"], "the receipt")
        self.assertEqual(self.market.rpc("eth_getTransactionReceipt", sent)["result"]["status"], "0x1")

    def test_a_no_is_an_answer_and_foreign_requests_are_not_even_asked(self):
        page, terminal, _ = self.paired()
        self.ask(page, 1, "signMessage", {"text": "hello"})
        terminal.wait_for('"hello"')
        terminal.type("n")
        self.assertEqual(self.answer(page)["error"]["code"], "USER_REFUSED")
        domain = {"name": "iExecODB", "version": "5.0.0", "chainId": 134, "verifyingContract": self.market.info["hub"]}
        self.ask(page, 2, "signTyped", {"domain": domain, "primaryType": "AppOrder", "types": {}, "message": {}})
        self.assertEqual(self.answer(page)["error"]["code"], "CHAIN_FOREIGN")
        self.ask(page, 3, "sendTx", {"to": "0x" + "11" * 20, "data": "0xa9059cbb"})
        self.assertEqual(self.answer(page)["error"]["code"], "CONTRACT_FOREIGN")
        self.ask(page, 4, "exportKey")
        self.assertEqual(self.answer(page)["error"]["code"], "METHOD_UNKNOWN")

    def test_page_reload_and_market_restart_keep_the_pairing_or_say_that_it_is_over(self):
        page, terminal, token = self.paired()
        page.close()
        terminal.wait_for("The page is closed.")
        again = self.socket(self.url)
        again.send({"op": "resume", "token": token})
        self.assertEqual(again.message(), {"op": "paired"})
        terminal.wait_for("The page is back.")
        self.ask(again, 1, "accounts")
        self.assertIn("result", self.answer(again))
        self.market.kill_role("market")
        terminal.wait_for_end()
        self.assertEqual(terminal.process.returncode, 1)
        self.assertIn("PAIRING_UNKNOWN", terminal.text)

    def test_wrong_code_and_foreign_page(self):
        code, _, said = self.market.run("companion", "12", wallet="requester")
        self.assertEqual(code, 1)
        self.assertIn("CODE_UNKNOWN", said)
        foreign = self.socket("https://evil.example")
        self.assertEqual(foreign.status, 403)


if __name__ == "__main__":
    unittest.main()
