"""A second market beside the one of `bourse up`, with a broker of its own, and limit orders to try it with."""
import json
import re
import subprocess
import urllib.error
import urllib.request

import market as m


class SecondMarket:
    """`bourse market` on the chain of `market`, reached through `rpc` (the node itself by default)."""

    def __init__(self, market, *arguments, rpc=None):
        self.market = market
        self.port = m.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = market.home / f"market-{self.port}"
        self.folder.mkdir()
        key = next(a["key_file"] for a in market.info["accounts"] if a["name"] == "beneficiary")
        self.command = [str(m.BOURSE), "market", "--data-dir", str(self.folder), "--port", str(self.port),
                        "--rpc", rpc or market.info["rpc_url"], "--broker-key-file", key,
                        "--log-file", str(market.home / "logs" / f"market-{self.port}.log"), *arguments]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, env=self.market.environment, stdin=subprocess.DEVNULL,
                                        cwd=self.market.home)
        m.wait_for(lambda: self.market.answers(self.url + "/version"), "the second market")
        return self

    def kill(self):
        """kill -9; nothing happens where it does not run."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
        self.process = None

    def offer(self):
        """What `up` sells at its own market is offered at this one too."""
        orders = self.market.home / "orders"
        self.market.verb("order", "publish", "--app", str(orders / "app-hello.json"), "--market", self.url,
                         wallet="app_provider")
        self.market.verb("order", "publish", "--workerpool", str(orders / "workerpool-XS.json"), "--market", self.url,
                         wallet="scheduler")


def limit_order(market, name, pool_max, volume=1, wallet="requester"):
    """A folder with a signed request for tasks of hello at most at this pool price; its hash."""
    folder = market.home / name
    folder.mkdir()
    market.verb("init", cwd=folder)
    market.verb("order", "init", "--request", wallet=wallet, cwd=folder)
    file = folder / "iexec.json"
    config = json.loads(file.read_text())
    config["order"]["requestorder"].update(
        app=market.info["apps"]["hello"]["address"], appmaxprice="1", workerpoolmaxprice=str(pool_max),
        volume=str(volume), category="0", trust="0", workerpool="0x" + "0" * 40, dataset="0x" + "0" * 40,
        datasetmaxprice="0", params=json.dumps({"iexec_args": name}))
    file.write_text(json.dumps(config))
    signed = market.verb("order", "sign", "--request", wallet=wallet, cwd=folder)
    return folder, re.search(r"0x[0-9a-f]{64}", json.dumps(signed)).group(0)


def publish(market, folder, url, wallet="requester"):
    """Its hash, as the market at `url` tells it."""
    answer = market.verb("order", "publish", "--request", "--market", url, wallet=wallet, cwd=folder)
    return re.search(r"0x[0-9a-f]{64}", json.dumps(answer)).group(0)


def get(url):
    """The JSON at an address; of a refusal its status."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code


def status(url, order_hash):
    answer = get(f"{url}/requestorders/{order_hash}?chainId=65535")
    return answer if isinstance(answer, int) else answer["status"]


def deals_of(url, order_hash):
    """Volumes of the deals that were made of a request."""
    rows = get(f"{url}/deals?requestorderHash={order_hash}&chainId=65535&pageSize=100")["deals"]
    return [row["volume"] for row in rows]
