"""What the macro benches share: free ports, programs that are ended again, the peer's packages, the line of a figure."""
import contextlib
import json
import pathlib
import socket
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEER_PACKAGES = ["@foundry-rs/anvil@1.7.1", "ethers@6", "rlc-faucet-contract@1.0.10"]
POCO_PACKAGE = "@iexec/poco@6.1.0"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url, rpc=None):
    try:
        if rpc:
            body = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
            request = urllib.request.Request(rpc, body, {"content-type": "application/json"})
        else:
            request = urllib.request.Request(url)
        with urllib.request.urlopen(request, timeout=2):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def running(command, url, log, rpc=None, limit_s=60, env=None):
    """A program that answers at url (or as a node at rpc); ended with the block."""
    with open(log, "ab") as out:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env)
    try:
        deadline = time.monotonic() + limit_s
        while not answers(url, rpc):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"bench: {command[0]} does not run; see {log}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def peer_packages():
    """The peer's packages, fetched once into build/peer."""
    folder = ROOT / "build/peer"
    if not (folder / "package").exists():
        folder.mkdir(parents=True, exist_ok=True)
        run = lambda *words: subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)  # noqa: E731
        run("npm", "init", "-y")
        run("npm", "install", "--no-audit", "--no-fund", *PEER_PACKAGES)
        tarball = run("npm", "pack", POCO_PACKAGE).stdout.strip().splitlines()[-1]
        run("tar", "xzf", tarball)
    return folder


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def rounded(value):
    return None if value is None else float(f"{value:.4g}")


def report(bench, value, unit, better, peer=None, peer_value=None, limit=None):
    share = None
    if limit:
        share = value / limit if better == "higher" else limit / value
    print(json.dumps({"bench": bench, "value": rounded(value), "unit": unit, "better": better, "peer": peer,
                      "peer_value": rounded(peer_value), "ratio": rounded(value / peer_value) if peer_value else None,
                      "limit": rounded(limit), "limit_share": rounded(share), "cpu": processor()}), flush=True)
