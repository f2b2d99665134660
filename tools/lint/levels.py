#!/usr/bin/env python3
"""Compares the includes of src/bourse with the dependencies that each library declares.

A library may include itself and what its CMakeLists.txt names under DEPS; a dependency has a lower level; the libraries
of the deterministic zone depend on zone libraries only; the outsiders never reach into the node. Where a library is
divided by bourse_unit(), a unit includes itself, the interface headers of the units it names under DEPS, and the public
headers beside the library's CMakeLists.txt; no two units depend on each other. Exit code 1 on any breach.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "bourse"
ZONE = {"base", "crypto", "codec", "poco", "state", "evm", "native", "chain"}
OUTSIDERS = {"client", "broker", "orderbook", "explorer", "market", "scheduler", "worker", "secrets", "store", "bridge", "cli"}
NODE_SIDE = {"state", "evm", "native", "chain", "engine", "rpc", "node"}
CALL = re.compile(r"bourse_library\(([^)]*)\)", re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*<bourse/(?:([a-z0-9_]+)/)[^>]*>', re.M)
KEYWORDS = {"NAME", "LEVEL", "DEPS", "EXTERNAL", "TEST_DEPS", "INTERFACE"}
UNIT_CALL = re.compile(r"^bourse_unit\(([^)]*)\)", re.S | re.M)
UNIT_INCLUDE = re.compile(r'^\s*#\s*include\s*<bourse/([a-z0-9_]+)/([^>]*)>', re.M)
PUBLIC_IN_UNITS = {"native": {"modules.hpp"}}


def fields_of(body):
    fields, key = {}, None
    for word in body.split():
        if word in KEYWORDS:
            key = word
            fields[key] = []
        else:
            fields[key].append(word)
    return fields


def declared():
    libraries = {}
    for listing in sorted(SOURCES.glob("*/CMakeLists.txt")):
        for body in CALL.findall(listing.read_text()):
            fields = fields_of(body)
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


def declared_units():
    """Per library with units: name -> interface headers and dependencies, in order of declaration."""
    units = {}
    for listing in sorted(SOURCES.glob("*/CMakeLists.txt")):
        for body in UNIT_CALL.findall(listing.read_text()):
            fields = fields_of(body)
            units.setdefault(listing.parent.name, {})[fields["NAME"][0]] = {
                "interface": set(fields.get("INTERFACE", [])),
                "deps": fields.get("DEPS", []),
            }
    return units


def unit_breaches(units):
    for library, parts in units.items():
        known = []
        for name, unit in parts.items():
            for dep in unit["deps"]:
                if dep not in known:
                    yield f"{library}/{name}: depends on {dep}, which is not declared before it"
            known.append(name)
        for folder in sorted(p.name for p in (SOURCES / library).iterdir() if p.is_dir()):
            if folder not in parts:
                yield f"{library}/{folder}: folder without bourse_unit()"
        for source in sorted((SOURCES / library).glob("*/*.[ch]pp")):
            yield from unit_include_breaches(library, parts, source)


def unit_include_breaches(library, parts, source):
    name = source.parent.name
    if name not in parts or source.name.endswith("_test.cpp"):
        return
    for used_library, path in UNIT_INCLUDE.findall(source.read_text()):
        if used_library != library:
            continue
        used, _, header = path.rpartition("/")
        if used == name or (used == "" and header in PUBLIC_IN_UNITS.get(library, ())):
            continue
        if used not in parts[name]["deps"]:
            yield f"{source.relative_to(ROOT)}: includes {path}, which unit {name} does not declare"
        elif header not in parts[used]["interface"]:
            yield f"{source.relative_to(ROOT)}: includes {path}, which is no interface of unit {used}"


def main():
    libraries = declared()
    units = declared_units()
    breaches = list(declaration_breaches(libraries)) + list(include_breaches(libraries)) + list(unit_breaches(units))
    for breach in breaches:
        print(f"levels: {breach}", file=sys.stderr)
    count = sum(len(parts) for parts in units.values())
    print(f"levels: {len(libraries)} libraries, {count} units, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
