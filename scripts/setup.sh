#!/usr/bin/env bash
# Installs the Debian packages that Bourse needs. Does nothing where they are already there.
#
#   scripts/setup.sh            what building and running needs
#   scripts/setup.sh --test     also what scripts/test.sh needs
#   scripts/setup.sh --bench    also what scripts/bench.sh needs
#   scripts/setup.sh --dev      all of it, and clang tools: tidy, libFuzzer
set -euo pipefail

packages=(
    # build
    ca-certificates git cmake ninja-build g++ ccache mold pkg-config
    # libraries
    libboost1.81-dev libssl-dev nlohmann-json3-dev libsimdjson-dev libcli11-dev libfmt-dev libspdlog-dev
    libexpected-dev libsecp256k1-dev libcrypto++-dev librocksdb-dev libsoci-dev libsqlite3-dev libarchive-dev
    libcurl4-openssl-dev libzstd-dev prometheus-cpp-dev
    # containers: sandbox, images, registry
    runc skopeo umoci docker-registry busybox-static e2fsprogs mount
    # samples and scripts
    python3 tzdata iproute2 procps
    # unit tests are a part of every preset
    libgtest-dev libgmock-dev librapidcheck-dev
)
test=(clang-format libbenchmark-dev)
bench=(libbenchmark-dev)
dev=(clang clang-tidy libclang-rt-14-dev)
node=no

for argument in "$@"; do
    case "$argument" in
        --test) packages+=("${test[@]}") node=yes ;;
        --bench) packages+=("${bench[@]}") node=yes ;;
        --dev) packages+=("${test[@]}" "${dev[@]}") node=yes ;;
        -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "setup: unknown argument '$argument'; see scripts/setup.sh --help" >&2; exit 2 ;;
    esac
done

# Node.js runs other makers' clients and the bench's peer; one that is newer than Debian's is kept.
if [ "$node" = yes ]; then
    command -v node >/dev/null 2>&1 || packages+=(nodejs)
    command -v npm >/dev/null 2>&1 || packages+=(npm)
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing+=("$package")
done
# libcurl's development packages exclude each other: any of them will do.
if [[ " ${missing[*]-} " == *" libcurl4-openssl-dev "* ]] && pkg-config --exists libcurl 2>/dev/null; then
    missing=("${missing[@]/libcurl4-openssl-dev/}")
    missing=($(printf '%s\n' "${missing[@]}" | grep -v '^$' || true))
fi
if [ "${#missing[@]}" -eq 0 ]; then
    echo "setup: all ${#packages[@]} packages are installed"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: these packages are missing: ${missing[*]}" >&2
        echo "setup: run this script as root, or install sudo, or install them yourself with apt-get install." >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "setup: installing ${#missing[@]} of ${#packages[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1; }
if ! { apt update -qq && apt install -y --no-install-recommends "${missing[@]}"; }; then
    echo "setup: apt-get failed; the end of its output:" >&2
    tail -n 20 "$log" >&2
    exit 1
fi
echo "setup: done"
