#!/usr/bin/env python3
"""Refuses names in the deterministic zone that bring in time, chance, threads, files, network, floating point, or an
order that differs from node to node (hash tables of the library, addresses as keys).

The same blocks must give the same state on every node. A line that needs an exception carries `zone-ok: reason`.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ZONE = ["base", "crypto", "codec", "poco", "state", "evm", "native", "chain"]
BANNED = [
    (r"std::chrono|\bclock_gettime\b|\btime\(nullptr\)|\bgettimeofday\b", "a clock"),
    (r"std::rand\b|std::random_device|std::mt19937|\brand\(\)", "a random source"),
    (r"std::thread|std::jthread|std::async|std::condition_variable", "threads"),
    (r"std::(i|o)?fstream|\bfopen\(|std::filesystem|\bopen\(", "files"),
    (r"\bdouble\b|\bfloat\b|std::pow\b|std::log2?\b", "floating point"),
    (r"std::locale|\bsetlocale\b|std::stod\b|std::stof\b", "locale"),
    (r"<boost/asio|<sys/socket|<curl/", "network"),
    (r"\bunordered_(multi)?(map|set)\b|<unordered_", "iteration in an order of its own"),
    (r"\b(map|set)<[^,<>]*\*|\buintptr_t\b", "an order of addresses"),
]
# Not part of any rule of the chain: keys and salts of outsiders.
EXEMPT_FILES = {"crypto/cipher.hpp", "crypto/cipher.cpp"}


def code_lines(text):
    """Lines without comments and string literals, numbered."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    for number, line in enumerate(text.split("\n"), 1):
        if "zone-ok:" in line:
            continue
        line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        yield number, line.split("//")[0]


def main():
    found = 0
    for folder in ZONE:
        for source in sorted((ROOT / "src/bourse" / folder).glob("**/*.[ch]pp")):
            name = str(source.relative_to(ROOT / "src/bourse"))
            if name.endswith("_test.cpp") or name in EXEMPT_FILES:
                continue
            for number, line in code_lines(source.read_text()):
                for pattern, what in BANNED:
                    if re.search(pattern, line):
                        print(f"zone: src/bourse/{name}:{number}: {what}: {line.strip()}", file=sys.stderr)
                        found += 1
    print(f"zone: {found} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
