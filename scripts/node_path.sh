# Sourced by the scripts that run Node: puts the one that scripts/setup.sh fetched before the system's.
node_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build/tools/node/node_modules/node/bin
if [ -x "$node_folder/node" ]; then PATH=$node_folder:$PATH; fi
