#!/usr/bin/env bash
# Starts nodes and a store on free ports and checks them with other makers' programs: ethers and viem against the
# JSON-RPC, a trie against its proofs, anvil with the official contracts against every answer, the reference importer of
# IPFS against the store's identifiers; and the node's server with wrong configuration, strangers and 64 clients at once.
#
#   tests/interop/run.sh PROGRAM [PACKAGES_FOLDER]     packages are fetched once, into build/interop and build/peer
#
# Last line: N passed, M failed, K skipped.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:?usage: tests/interop/run.sh PROGRAM}")
packages=${2:-$here/../../build/interop}
mkdir -p "$packages"
packages=$(realpath "$packages")
home=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
    rm -rf "$home"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
start() { # NAME PORT ARGUMENTS…
    local name=$1 port=$2
    shift 2
    "$program" "$name" --data-dir "$home/$name" --port "$port" "$@" 2>"$home/$name.log" &
    pids+=($!)
    for _ in $(seq 2000); do
        if python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/version', timeout=1)" 2>/dev/null; then return; fi
        kill -0 $! 2>/dev/null || break
    done
    echo "interop: $name does not answer:" >&2
    tail -n 20 "$home/$name.log" >&2
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}

passed=0 failed=0 skipped=0
suite() {
    local log=$home/suite.log last
    "$@" 2>&1 | tee "$log" | grep -v '^ok '
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
    if [ -z "$last" ]; then failed=$((failed + 1)); return; fi
    read -r p _ f _ k _ <<<"$last"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
}

# shellcheck source=/dev/null
[ -f "$here/../../scripts/node_path.sh" ] && . "$here/../../scripts/node_path.sh"

node_port=$(free_port)
start node "$node_port" --dev
suite node "$here/ethers.mjs" "$packages" "http://127.0.0.1:$node_port"

# These start their own nodes.
suite node "$here/viem.mjs" "$program" "$packages"
suite node "$here/logs.mjs" "$program" "$packages"
suite node "$here/proofs.mjs" "$program" "$packages"
suite node "$here/server.mjs" "$program"
suite node "$here/clients.mjs" "$program" "$packages"
peer=$(cd "$here/../../bench/macro" && python3 -c 'import common; print(common.peer_packages())') &&
    suite node "$here/anvil.mjs" "$program" "$packages" "$peer" &&
    suite node "$here/rollback.mjs" "$program" "$packages" "$peer" &&
    suite node "$here/groups.mjs" "$program" "$packages" "$peer" ||
    { echo "interop: the peer's packages cannot be fetched" >&2; failed=$((failed + 1)); }

store_port=$(free_port)
start store "$store_port" --rpc "http://127.0.0.1:$node_port" --uploads-from anyone
(cd "$packages" && [ -d node_modules/ipfs-unixfs-importer ] ||
    npm install --prefix "$packages" --no-audit --no-fund ipfs-unixfs-importer@17 blockstore-core@7 >/dev/null 2>&1)
suite env -C "$packages" node "$here/cid.mjs" "$program" "http://127.0.0.1:$node_port" "http://127.0.0.1:$store_port"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
