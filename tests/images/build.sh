#!/usr/bin/env bash
# Packs the test apps into OCI images: tests/images/build.sh OUTDIR [REGISTRY]. Writes OUTDIR/images.json.
set -euo pipefail

[ $# -ge 1 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
registry=${2:-}
busybox=$(command -v busybox) || { echo "tests/images: busybox-static is missing" >&2; exit 1; }
. "$here/../../samples/image_tools.sh"

for script in "$here"/*.sh; do
    name=$(basename "$script" .sh)
    [ "$name" != build ] || continue
    layout="$out/$name"
    if [ ! -f "$layout.digest" ] || [ "$script" -nt "$layout.digest" ]; then
        root="$out/root"
        rm -rf "$root" "$layout"
        mkdir -p "$root/bin"
        install -m 0755 "$busybox" "$root/bin/busybox"
        for applet in sh sleep cat echo printf ln md5sum dd tr env grep sort mkdir cp nc ls id sed head mkfifo touch true; do
            ln -s busybox "$root/bin/$applet"
        done
        install -m 0755 "$script" "$root/app.sh"
        pack_image "$layout" 1 "$root" /bin/sh /app.sh
        rm -rf "$root"
        image_digest "$layout" 1 >"$layout.digest"
    fi
    [ -z "$registry" ] || push_image "$layout" 1 "$registry" "tests/$name"
done
{
    printf '{'
    separator=
    for digest in "$out"/*.digest; do
        name=$(basename "$digest" .digest)
        printf '%s\n  "%s": {"multiaddr": "%s/tests/%s:1", "checksum": "0x%s"}' "$separator" "$name" "${registry:-127.0.0.1:5000}" "$name" "$(cat "$digest")"
        separator=,
    done
    printf '\n}\n'
} >"$out/images.json.new"
mv "$out/images.json.new" "$out/images.json"
echo "$out/images.json"
