#!/usr/bin/env bash
# Installs the Debian packages that Bourse needs. Does nothing where they are already there.
#
#   scripts/setup.sh            what building and running needs, the web app included
#   scripts/setup.sh --test     also what scripts/test.sh needs
#   scripts/setup.sh --bench    also what scripts/bench.sh needs
#   scripts/setup.sh --dev      all of it, and clang tools: tidy, libFuzzer
set -euo pipefail

packages=(
    # build
    ca-certificates git cmake ninja-build g++ ccache mold pkg-config
    # libraries
    libboost1.81-dev libssl-dev nlohmann-json3-dev libsimdjson-dev libcli11-dev libfmt-dev libspdlog-dev
    libexpected-dev libsecp256k1-dev libcrypto++-dev librocksdb-dev libsoci-dev libsqlite3-dev libpq-dev libarchive-dev
    libcurl4-openssl-dev libzstd-dev prometheus-cpp-dev
    # containers: sandbox, images, registry
    runc skopeo umoci docker-registry busybox-static e2fsprogs mount
    # samples and scripts
    python3 tzdata iproute2 procps
    # web app
    nodejs npm
    # unit tests are a part of every preset
    libgtest-dev libgmock-dev librapidcheck-dev
)
test=(clang-format libbenchmark-dev openssl postgresql chromium)
bench=(libbenchmark-dev postgresql chromium)
dev=(clang clang-tidy libclang-rt-14-dev)

for argument in "$@"; do
    case "$argument" in
        --test) packages+=("${test[@]}") ;;
        --bench) packages+=("${bench[@]}") ;;
        --dev) packages+=("${test[@]}" "${dev[@]}") ;;
        -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "setup: unknown argument '$argument'; see scripts/setup.sh --help" >&2; exit 2 ;;
    esac
done

# What a program of another source offers already is left alone (Node.js and Chromium often come otherwise).
offered() {
    case "$1" in
        nodejs) command -v node >/dev/null 2>&1 ;;
        npm) command -v npm >/dev/null 2>&1 ;;
        chromium) command -v chromium >/dev/null 2>&1 ;;
        *) return 1 ;;
    esac
}
missing=()
for package in "${packages[@]}"; do
    offered "$package" && continue
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing+=("$package")
done
# libcurl's development packages exclude each other: any of them will do.
if [[ " ${missing[*]-} " == *" libcurl4-openssl-dev "* ]] && pkg-config --exists libcurl 2>/dev/null; then
    missing=("${missing[@]/libcurl4-openssl-dev/}")
    missing=($(printf '%s\n' "${missing[@]}" | grep -v '^$' || true))
fi
as_root=()
install_packages() {
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "setup: these packages are missing: ${missing[*]}" >&2
            echo "setup: run this script as root, or install sudo, or install them yourself with apt-get install." >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "setup: installing ${#missing[@]} of ${#packages[@]} packages: ${missing[*]}"
    if ! { apt update -qq && apt install -y --no-install-recommends "${missing[@]}"; }; then
        echo "setup: apt-get failed; the end of its output:" >&2
        tail -n 20 "$log" >&2
        exit 1
    fi
}
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1; }

# The web app's tools need a newer Node.js than Debian 12 has: npm's own package of it, in the build folder.
node_is_new_enough() { node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; }
install_node() {
    . "$(dirname "$0")/node_path.sh"
    node_is_new_enough && return
    local folder
    folder=$(cd "$(dirname "$0")/.." && pwd)/build/tools/node
    echo "setup: installing Node.js 22 into build/tools/node (this machine has $(node --version))"
    mkdir -p "$folder"
    if ! npm install --prefix "$folder" --no-audit --no-fund node@22 >>"$log" 2>&1; then
        echo "setup: npm failed; the end of its output:" >&2
        tail -n 20 "$log" >&2
        exit 1
    fi
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ "${#missing[@]}" -eq 0 ]; then
    echo "setup: all ${#packages[@]} packages are installed"
else
    install_packages
fi
install_node
echo "setup: done"
