"""A second pool beside the one of `bourse up`, with a scheduler and a worker of its own: it sells at any market."""
import json
import subprocess

import market as m


class SecondPool:
    """Runs from start() to stop(). `at`: the address of the market where it offers its tasks, of category XS at `price`
    nRLC and at trust 1."""

    OWNER, WORKER = "scheduler2", "worker5"  # development accounts that no role of `up` uses here

    def __init__(self, market, at, price):
        self.market, self.at, self.price = market, at, price
        self.key = {account["name"]: account["key_file"] for account in market.info["accounts"]}
        self.processes = []

    def deploy(self):
        folder = self.market.home / "second-pool"
        folder.mkdir()
        self.market.verb("workerpool", "init", cwd=folder)
        file = folder / "iexec.json"
        config = json.loads(file.read_text())
        config["workerpool"]["description"] = "second-pool"
        file.write_text(json.dumps(config))
        for wallet in (self.OWNER, self.WORKER):
            self.market.verb("account", "deposit", "1 RLC", wallet=wallet)
        return self.market.verb("workerpool", "deploy", wallet=self.OWNER, cwd=folder)["address"]

    def role(self, name, port, *arguments):
        home, info = self.market.home, self.market.info
        command = [str(m.BOURSE), name, "--data-dir", str(home / f"{name}-second"), "--port", str(port), "--log-file",
                   str(home / "logs" / f"{name}-second.log"), "--rpc", info["rpc_url"], "--store-url", info["store_url"], *arguments]
        self.processes.append(subprocess.Popen(command, env=self.market.environment, stdin=subprocess.DEVNULL, cwd=home))
        url = f"http://127.0.0.1:{port}"
        m.wait_for(lambda: self.market.answers(url + "/version"), f"the second {name}")
        return url

    def start(self):
        self.address = self.deploy()
        self.url = self.role("scheduler", m.free_port(), "--market", self.at, "--pool", self.address, "--private-pool",
                             "--key-file", self.key[self.OWNER], "--prices", str(self.price), "--trust", "1")
        info = self.market.info
        self.role("worker", m.free_port(), "--scheduler", self.url, "--key-file", self.key[self.WORKER], "--name", "second",
                  "--registry", info["registry_url"].removeprefix("http://"), "--fetch-allow", info["store_url"])
        return self

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
