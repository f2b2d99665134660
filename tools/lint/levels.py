#!/usr/bin/env python3
"""Compares the includes of src/bourse with the dependencies that each library declares.

A library may include itself and what its CMakeLists.txt names under DEPS; a dependency has a lower level; the libraries
of the deterministic zone depend on zone libraries only; the outsiders never reach into the node. Exit code 1 on any breach.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "bourse"
ZONE = {"base", "crypto", "codec", "poco", "state", "evm", "native", "chain"}
OUTSIDERS = {"client", "market", "scheduler", "worker", "secrets", "store", "bridge", "cli"}
NODE_SIDE = {"state", "evm", "native", "chain", "engine", "rpc", "node"}
CALL = re.compile(r"bourse_library\(([^)]*)\)", re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*<bourse/(?:([a-z0-9_]+)/)[^>]*>', re.M)
KEYWORDS = {"NAME", "LEVEL", "DEPS", "EXTERNAL", "TEST_DEPS"}


def declared():
    libraries = {}
    for listing in sorted(SOURCES.glob("*/CMakeLists.txt")):
        for body in CALL.findall(listing.read_text()):
            fields, key = {}, None
            for word in body.split():
                if word in KEYWORDS:
                    key = word
                    fields[key] = []
                else:
                    fields[key].append(word)
            libraries[fields["NAME"][0]] = {
                "level": int(fields["LEVEL"][0]),
                "deps": set(fields.get("DEPS", [])),
                "test_deps": set(fields.get("TEST_DEPS", [])),
            }
    return libraries


def declaration_breaches(libraries):
    for name, library in libraries.items():
        for dep in sorted(library["deps"]):
            if dep not in libraries:
                yield f"{name}: depends on unknown library {dep}"
            elif libraries[dep]["level"] >= library["level"]:
                yield f"{name} (level {library['level']}) depends on {dep} (level {libraries[dep]['level']})"
        if name in ZONE and not library["deps"] <= ZONE:
            yield f"{name}: leaves the deterministic zone by {sorted(library['deps'] - ZONE)}"
        if name in OUTSIDERS and library["deps"] & NODE_SIDE:
            yield f"{name}: an outsider depends on the node's {sorted(library['deps'] & NODE_SIDE)}"


def include_breaches(libraries):
    for source in sorted(SOURCES.glob("*/**/*.[ch]pp")):
        name = source.relative_to(SOURCES).parts[0]
        if name not in libraries:
            yield f"{source.relative_to(ROOT)}: folder without bourse_library()"
            continue
        allowed = {name} | libraries[name]["deps"]
        if source.name.endswith("_test.cpp"):
            allowed |= libraries[name]["test_deps"]
        for used in INCLUDE.findall(source.read_text()):
            if used not in allowed:
                yield f"{source.relative_to(ROOT)}: includes {used}, which {name} does not declare"


def main():
    libraries = declared()
    breaches = list(declaration_breaches(libraries)) + list(include_breaches(libraries))
    for breach in breaches:
        print(f"levels: {breach}", file=sys.stderr)
    print(f"levels: {len(libraries)} libraries, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
