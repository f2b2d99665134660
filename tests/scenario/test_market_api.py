"""/v1 of the market over a real `bourse up`: every answer against the OpenAPI document, a purchase seen by index and
feed, sessions and logs, exports, a rebuilt index, a project made from the market's address."""
import base64
import csv
import io
import json
import os
import signal
import socket
import struct
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

import market as m
import openapi


class Socket:
    """A WebSocket client of a few lines: text frames only."""

    def __init__(self, url, origin=None):
        where = urllib.parse.urlparse(url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=180)
        key = base64.b64encode(os.urandom(16)).decode()
        head = (f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mkt.v1\r\n")
        if origin:
            head += f"Origin: {origin}\r\n"
        self.socket.sendall((head + "\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.receive()
        self.head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(self.head.split()[1])

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed")
        return data

    def send(self, message):
        self.send_frame(1, json.dumps(message).encode())

    def send_frame(self, code, data):
        mask = os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.socket.sendall(bytes([0x80 | code]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def frame(self):
        """Code, whether it is the last of its message, and data of the next frame."""
        def need(size):
            while len(self.buffer) < size:
                self.buffer += self.receive()

        need(2)
        size, offset = self.buffer[1] & 0x7F, 2
        if size >= 126:
            offset = 4 if size == 126 else 10
            need(offset)
            size = int.from_bytes(self.buffer[2:offset], "big")
        need(offset + size)
        first, data = self.buffer[0], self.buffer[offset:offset + size]
        self.buffer = self.buffer[offset + size:]
        return first & 0x0F, bool(first & 0x80), data

    def message(self):
        text = b""
        while True:
            code, last, data = self.frame()
            if code == 8:
                raise ConnectionError(f"closed with {int.from_bytes(data[:2], 'big')}")
            if code == 9:
                self.send_frame(10, data)  # a server that hears no pong takes its client for gone
            if code in (0, 1):
                text += data
                if last:
                    return json.loads(text)

    def until(self, fits):
        while True:
            message = self.message()
            if fits(message):
                return message

    def close(self):
        self.socket.close()


class MarketApi(m.MarketCase):
    workers = 3

    @classmethod
    def databases(cls):
        """Arguments of a market that has its own."""
        return []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls.get_json("/v1/openapi.json")
        cls.feed = Socket(cls.url.replace("http", "ws") + "/v1/ws")
        cls.addClassCleanup(cls.feed.close)
        cls.feed.until(lambda message: message["op"] == "hello")
        cls.feed.send({"op": "sub", "id": "d", "ch": "deals"})
        cls.feed.until(lambda message: message["op"] == "snap" and message["id"] == "d")
        cls.bought = cls.market.verb("run", "hello", "--trust", "3", wallet="requester")
        cls.account = next(a for a in cls.market.info["accounts"] if a["name"] == "requester")
        m.wait_for(lambda: cls.status_of_deal(cls.bought["deal"]) == "COMPLETE",
                   "the deal to be complete in the index")

    @classmethod
    def ask(cls, path, method="GET", body=None, headers=None):
        request = urllib.request.Request(cls.url + path, method=method, headers=headers or {},
                                         data=json.dumps(body).encode() if body is not None else None)
        if body is not None:
            request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers), refused.read()

    @classmethod
    def status_of_deal(cls, deal):
        """None until the index has read its block."""
        status, _, body = cls.ask("/v1/deals/" + deal)
        return json.loads(body)["deal"]["status"] if status == 200 else None

    @classmethod
    def get_json(cls, path):
        status, _, body = cls.ask(path)
        assert status == 200, f"{path}: {status} {body[:500]}"
        return json.loads(body)

    def test_every_read_has_the_shape_of_the_document(self):
        deal = self.get_json("/v1/deals?limit=1")["items"][0]
        task = self.get_json("/v1/tasks?status=COMPLETE&limit=1")["items"][0]
        worker = self.get_json("/v1/workers?limit=1")["items"][0]
        orders = {kind: self.get_json(f"/v1/{kind}orders")["items"] for kind in ("app", "dataset", "workerpool")}
        known = {"deals": deal["id"], "tasks": task["id"], "apps": deal["app"]["address"],
                 "datasets": self.get_json("/v1/datasets")["items"][0]["address"],
                 "workerpools": deal["workerpool"]["address"], "accounts": deal["requester"],
                 "workers": worker["address"], "transactions": deal["tx"], "blocks": str(deal["block"]),
                 "categories": "0", **{f"{kind}orders": rows[0]["hash"] for kind, rows in orders.items() if rows}}
        queries = {"/v1/search": "?q=hello", "/v1/challenge": "?address=" + deal["requester"],
                   "/v1/quote": f"?app={deal['app']['address']}&category={deal['category']}&trust=3"}
        seen = 0
        for path, methods in self.document["paths"].items():
            answer = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
            if "application/json" not in answer or not answer["application/json"]["schema"]:
                continue
            if path.startswith(("/v1/ops/", "/v1/logs")) and path != "/v1/ops/overview":
                continue
            real = path
            if "{" in path:
                kind = path.split("/")[2]
                if path == "/v1/explain/{subject}/{id}":
                    real = "/v1/explain/task/" + task["id"]
                elif kind not in known:
                    continue
                else:
                    real = path.replace("{id}", known[kind]).replace("{hash}", known[kind])
            with self.subTest(path=path):
                openapi.check_answer(self.document, path, "get", self.get_json(real + queries.get(path, "")))
                seen += 1
        self.assertGreater(seen, 40)

    def test_the_purchase_is_told_alike_everywhere(self):
        deal = self.get_json("/v1/deals/" + self.bought["deal"])["deal"]
        news = self.feed.until(lambda message: message["op"] == "delta" and message["id"] == "d"
                               and any(row["id"] == deal["id"] for row in message["data"]["items"]))
        self.assertEqual(news["seq"], news["prev"] + 1)
        self.assertEqual(deal["price"], "21")
        task = self.get_json("/v1/tasks/" + self.get_json(f"/v1/deals/{deal['id']}/tasks")["items"][0]["id"])
        self.assertEqual(task["task"]["status"], "COMPLETE")
        paid = {}
        for row in task["money"]:
            paid[row["role"]] = paid.get(row["role"], 0) + int(row["received"])
        self.assertEqual((paid["worker"], paid["app"]), (18, 1))
        self.assertEqual([c["status"] for c in task["contributions"]].count("PROVED"), 2)
        status, _, content = self.ask(task["task"]["result"]["path"])
        self.assertEqual(status, 200)
        self.assertGreater(len(content), 0)
        trades = self.get_json(f"/v1/trades?category={deal['category']}&tag=any")
        self.assertIn(deal["id"], [trade["deal"] for trade in trades["items"]])
        candles = self.get_json(f"/v1/candles?category={deal['category']}&tag=any&res=1m")["candles"]
        self.assertEqual(sum(c["trades"] for c in candles), trades["total"])
        found = self.get_json("/v1/search?q=" + deal["id"][:14])["items"]
        self.assertIn(("deal", deal["id"]), [(hit["kind"], hit["id"]) for hit in found])
        old = self.get_json("/deals/" + deal["id"])
        self.assertEqual(old["workerpool"]["price"], int(deal["workerpool"]["price"]))
        entries = self.get_json(f"/v1/accounts/{deal['requester']}/entries?limit=1000")["items"]
        self.assertIn(("seize", "21"), [(e["kind"], e["amount"]) for e in entries if e["task"] == task["task"]["id"]])

    def test_the_program_explains_what_the_market_explains(self):
        task = self.get_json(f"/v1/deals/{self.bought['deal']}/tasks")["items"][0]["id"]
        worker = self.get_json("/v1/workers?limit=1")["items"][0]["address"]
        offer = self.get_json("/v1/workerpoolorders?category=0")["items"][0]["hash"]
        for subject, identifier in (("deal", self.bought["deal"]), ("task", task), ("worker", worker), ("order", offer)):
            with self.subTest(subject=subject):
                told = self.get_json(f"/v1/explain/{subject}/{identifier}")
                openapi.check_answer(self.document, "/v1/explain/{subject}/{id}", "get", told)
                self.assertEqual(self.market.verb("explain", identifier)["state"], told["state"])

    def test_an_app_is_described_and_the_page_withdrawn(self):
        def verb(*words, wallet="app_provider"):
            return self.market.verb("app", *words, wallet=wallet)

        def refusal(*words, wallet="app_provider"):
            with self.assertRaises(m.Refused) as refused:
                verb("describe", *words, wallet=wallet)
            return refused.exception.error["code"]

        sample = verb("show", "hello")["page"]  # as `bourse up` has published it
        self.assertIn("# hello-world", sample["readme"])
        self.assertEqual(json.loads(sample["parameters"])["arguments"], ["{name}"])
        readme, form = self.market.home / "page.md", self.market.home / "form.json"
        readme.write_text("# Zones <b>of</b> the test\n")
        form.write_text('{"type": "object", "properties": {"zone": {"type": "text"}}, "arguments": ["{zone}"]}')
        self.assertEqual(refusal("timezones"), "NOTHING_TO_PUBLISH")
        self.assertEqual(refusal("timezones", "--parameters", str(form)), "PAGE_INVALID")
        self.assertEqual(refusal("timezones", "--readme", str(readme), wallet="requester"), "NOT_OWNER")
        form.write_text('{"type": "object", "properties": {"zone": {"type": "string"}}, "arguments": ["{zone}"]}')
        verb("describe", "timezones", "--readme", str(readme))
        app = verb("describe", "timezones", "--parameters", str(form))["app"]  # the readme stays
        page = self.get_json(f"/v1/apps/{app}/page")
        openapi.check_answer(self.document, "/v1/apps/{id}/page", "get", page)
        self.assertEqual((page["readme"], page["parameters"]), (readme.read_text(), form.read_text()))
        self.assertEqual(verb("show", "timezones")["page"]["updated"], page["updated"])
        verb("describe", "timezones", "--withdraw")
        self.assertIsNone(verb("show", "timezones")["page"])
        self.assertEqual(self.get_json(f"/v1/apps/{app}/page")["readme"], "")

    def test_the_book_of_the_feed_equals_the_book_of_the_call(self):
        def told():
            feed = Socket(self.url.replace("http", "ws") + "/v1/ws")
            self.assertIn(b"mkt.v1", feed.head)
            feed.send({"op": "sub", "id": "b", "ch": "book:0-none-0:orders"})
            snap = feed.until(lambda message: message["op"] == "snap")
            feed.close()
            return snap["data"]["asks"]

        def alike():
            return told() == (asks := self.get_json("/v1/book?category=0")["asks"]) and len(asks) > 0

        m.wait_for(alike, "the same asks in both ways")  # between the two the pool may have changed its offer
        foreign = Socket(self.url.replace("http", "ws") + "/v1/ws", origin="https://evil.example")
        self.assertEqual(foreign.status, 403)
        foreign.close()

    def test_exports_hold_every_row(self):
        total = self.get_json("/v1/deals")["total"]
        status, headers, body = self.ask("/v1/deals?format=csv")
        self.assertEqual(status, 200)
        self.assertIn("attachment", headers["content-disposition"])
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        self.assertEqual(len(rows), total)
        status, _, body = self.ask("/v1/deals?format=jsonl")
        self.assertEqual([json.loads(line)["id"] for line in body.decode().splitlines()], [row["id"] for row in rows])

    def post(self, path, body):
        status, _, answer = self.ask(path, "POST", body)
        return status, json.loads(answer)

    def test_a_signed_request_is_checked_and_matched_by_the_helper(self):
        folder = self.market.home / "matched"
        folder.mkdir()
        deal = self.get_json("/v1/deals?limit=1")["items"][0]
        self.market.verb("order", "init", "--request", wallet="requester", cwd=folder)
        file = folder / "iexec.json"
        config = json.loads(file.read_text())
        config["order"]["requestorder"].update({"app": deal["app"]["address"], "category": "0", "trust": "3",
                                                "workerpoolmaxprice": "20", "appmaxprice": "1", "volume": "1"})
        file.write_text(json.dumps(config))
        self.market.verb("order", "sign", "--request", wallet="requester", cwd=folder)
        request = next(iter(json.loads((folder / "orders.json").read_text()).values()))["requestorder"]
        app = self.get_json(f"/v1/apporders?app={deal['app']['address']}")["items"][0]
        pool = self.get_json("/v1/workerpoolorders?category=0&minTrust=3")["items"][0]
        orders = {"apporder": app["hash"], "workerpoolorder": pool["order"], "requestorder": request}
        status, cheap = self.post("/v1/match/check", {**orders, "requestorder": {**request, "workerpoolmaxprice": "5"}})
        self.assertEqual((status, cheap["ready"]), (200, False))
        self.assertEqual(cheap["reasons"][0]["code"], "05")
        self.assertEqual(cheap["reasons"][0]["fix"]["value"], "20")
        status, check = self.post("/v1/match/check", orders)
        self.assertEqual((status, check["ready"], check["reasons"]), (200, True, []))
        openapi.check_answer(self.document, "/v1/match/check", "post", check)
        self.assertEqual(check["cost"]["total"], "21")
        status, matched = self.post("/v1/match", orders)
        self.assertEqual((status, matched.get("repeated")), (200, False), matched)
        self.assertEqual(matched["deal"], check["deal"])
        self.assertEqual(self.post("/v1/match", orders)[1]["deal"], matched["deal"])
        self.assertTrue(self.post("/v1/match", orders)[1]["repeated"])
        m.wait_for(lambda: self.ask("/v1/deals/" + matched["deal"])[0] == 200, "the deal in the index")

    def test_the_rpc_has_a_list_of_methods(self):
        call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
        self.assertEqual(json.loads(self.ask("/v1/rpc", "POST", call)[2])["result"], hex(65535))
        for method in ("evm_mine", "debug_traceTransaction", "eth_accounts", "txpool_content"):
            answer = json.loads(self.ask("/v1/rpc", "POST", {**call, "method": method})[2])
            self.assertEqual(answer["error"]["code"], -32601, method)
        self.assertEqual(self.ask("/v1/rpc", "POST", call, {"origin": "https://evil.example"})[0], 403)
        self.assertEqual(self.ask("/v1/deals", headers={"host": "evil.example"})[0], 403)

    def test_a_project_from_the_market_address_alone(self):
        folder = self.market.home / "second"
        folder.mkdir()
        home = self.market.home / "second-home"
        home.mkdir()
        environment = {**os.environ, "BOURSE_HOME": str(home), "HOME": str(home)}
        done = subprocess.run([str(m.BOURSE), "init", "--network", self.url, "--json"], cwd=folder, env=environment,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        shown = subprocess.run([str(m.BOURSE), "chain", "info", "--json"], cwd=folder, env=environment,
                               capture_output=True, text=True, timeout=60)
        self.assertEqual(shown.returncode, 0, shown.stderr + shown.stdout)
        self.assertEqual(json.loads(shown.stdout)["market_url"], self.url)

    def test_the_index_is_rebuilt_with_the_same_contents(self):
        m.wait_for(lambda: all(deal["status"] == "COMPLETE" for deal in self.get_json("/v1/deals")["items"]),
                   "every deal to be complete")
        before = {path: self.get_json(path)["items"] for path in ("/v1/deals?limit=1000", "/v1/tasks?limit=1000",
                                                                  "/v1/accounts?limit=1000", "/v1/transfers?limit=1000")}
        # A copy is rebuilt, so that the market goes on.
        copy = self.market.home / "index-copy"
        copy.mkdir()
        command = [str(m.BOURSE), "market", "--data-dir", str(copy), "--rpc", self.market.info["rpc_url"],
                   *self.databases()]
        done = subprocess.run([*command, "reindex"], env=self.market.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        second = subprocess.Popen([*command, "--port", "0", "--log-format", "json"], env=self.market.environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            url = None
            while not url:
                line = second.stderr.readline()
                self.assertTrue(line, "the second market ended")
                url = json.loads(line).get("url") if line.startswith("{") else None
            for path, items in before.items():
                with urllib.request.urlopen(url + path, timeout=30) as answer:
                    rows = json.loads(answer.read())["items"]
                known = {json.dumps(row, sort_keys=True) for row in rows}
                for item in items:
                    self.assertIn(json.dumps(item, sort_keys=True), known, path)
        finally:
            second.send_signal(signal.SIGTERM)
            second.wait(30)
            second.stderr.close()


if __name__ == "__main__":
    unittest.main()
