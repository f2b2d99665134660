#!/usr/bin/env bash
# Builds the sample apps into OCI images and pushes them.
#
#   samples/build.sh OUTDIR [REGISTRY]     REGISTRY: HOST:PORT, e.g. 127.0.0.1:5000
#
# Writes OUTDIR/samples.json and prints its path. Programs that are newer than their source are not compiled again.
set -euo pipefail

[ $# -ge 1 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
registry=${2:-}
version=1.0
. "$here/image_tools.sh"

compile() { # NAME SOURCE LIBRARIES...
    local name=$1 source=$2
    shift 2
    mkdir -p "$out/bin"
    if [ "$out/bin/$name" -nt "$source" ] && [ "$out/bin/$name" -nt "$0" ]; then return; fi
    echo "samples: compiling $name" >&2
    g++ -std=c++20 -O2 -Wall -Wextra -static -s -ffunction-sections -fdata-sections -Wl,--gc-sections -Wl,--build-id=none \
        -ffile-prefix-map="$here=." -o "$out/bin/$name.new" "$source" "$@"
    mv "$out/bin/$name.new" "$out/bin/$name"
}

pack() { # NAME
    local name=$1 root="$out/root/$1"
    if [ -f "$out/layout/$name.digest" ] && [ "$out/layout/$name.digest" -nt "$out/bin/$name" ]; then return; fi
    echo "samples: packing $name" >&2
    rm -rf "$root" "$out/layout/$name"
    mkdir -p "$root" "$out/layout"
    install -m 0755 "$out/bin/$name" "$root/$name"
    pack_image "$out/layout/$name" "$version" "$root" "/$name"
    rm -rf "$root"
    image_digest "$out/layout/$name" "$version" >"$out/layout/$name.digest"
}

compile hello-world "$here/hello-world/hello.cpp"
compile vanitygen "$here/vanitygen/vanitygen.cpp" -lsecp256k1 -lcryptopp
compile timezones "$here/timezones/timezones.cpp"
for name in hello-world vanitygen timezones; do
    pack "$name"
    [ -z "$registry" ] || push_image "$out/layout/$name" "$version" "$registry" "bourse/$name"
done

zoneinfo=${ZONEINFO:-/usr/share/zoneinfo}
[ -f "$zoneinfo/zone1970.tab" ] || { echo "samples: $zoneinfo/zone1970.tab is missing; install tzdata" >&2; exit 1; }
cat "$zoneinfo/iso3166.tab" "$zoneinfo/zone1970.tab" >"$out/timezones.tab.new"
mv "$out/timezones.tab.new" "$out/timezones.tab"

# What is known beforehand, by other means than the apps themselves.
python3 - "$out" "$registry" "$version" "$here" <<'PYTHON'
import hashlib, json, pathlib, sys
out, registry, version, here = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])

def app(name, args, answer):
    digest = (out / "layout" / f"{name}.digest").read_text().strip()
    host = registry or "127.0.0.1:5000"
    page = {"readme": here / name / "README.md", "parameters": here / name / "parameters.json"}
    return {"name": name, "type": "DOCKER", "multiaddr": f"{host}/bourse/{name}:{version}", "checksum": "0x" + digest,
            "program": str(out / "bin" / name), "args": args, "answer": answer,
            "page": {part: str(file) for part, file in page.items() if file.exists()}}

table = (out / "timezones.tab").read_bytes()
rows = [line.split("\t") for line in table.decode().splitlines() if line and not line.startswith("#")]
zones = [row for row in rows if len(row) >= 3]
statistics = {"zones": len(zones), "countries": sum(len(row) == 2 for row in rows),
              "countries_with_zone": len({code for row in zones for code in row[0].split(",")})}
hello = b"Hello, world!\n"
samples = {
    "apps": {
        "hello": app("hello-world", "", {"file": "result.txt", "text": hello.decode(), "digest": "0x" + hashlib.sha256(hello).hexdigest()}),
        "vanitygen": app("vanitygen", "caf", {"file": "keypair.txt", "prefix": "0xcaf"}),
        "timezones": app("timezones", "", {"file": "statistics.json", "json": statistics, "picture": "map.png"}),
    },
    "datasets": {"timezones": {"name": "timezones", "file": str(out / "timezones.tab"),
                               "checksum": "0x" + hashlib.sha256(table).hexdigest(), "answer": statistics}},
}
target = out / "samples.json"
target.with_suffix(".new").write_text(json.dumps(samples, indent=2) + "\n")
target.with_suffix(".new").rename(target)
PYTHON
echo "$out/samples.json"
