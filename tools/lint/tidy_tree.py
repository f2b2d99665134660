#!/usr/bin/env python3
"""Rules of the tree that a reviewer would otherwise repeat: file and line lengths, README of each library, no private
paths, no unfinished work left behind, every test named after a rule."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_LINES = 700
MAX_COLUMNS = 120
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not implemented", re.I)


def tracked():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


def breaches():
    for path in tracked():
        name = path.relative_to(ROOT)
        if name.parts[0] in {"tests", "fuzz"} and ("data" in name.parts or "corpus" in name.parts):
            continue
        if path.suffix not in {".cpp", ".hpp", ".py", ".sh", ".mjs", ".md", ".cmake", ".txt"}:
            continue
        lines = path.read_text(errors="replace").split("\n")
        if path.suffix in {".cpp", ".hpp"}:
            if len(lines) > MAX_LINES:
                yield f"{name}: {len(lines)} lines; look for the concept that wants a file of its own"
            for number, line in enumerate(lines, 1):
                if len(line) > MAX_COLUMNS:
                    yield f"{name}:{number}: {len(line)} columns"
        if name.parts[0] == "src":
            for number, line in enumerate(lines, 1):
                if UNFINISHED.search(line):
                    yield f"{name}:{number}: unfinished work: {line.strip()}"
    for library in sorted((ROOT / "src/bourse").glob("*/CMakeLists.txt")):
        if not (library.parent / "README.md").exists():
            yield f"{library.parent.relative_to(ROOT)}: README.md is missing"


def main():
    found = list(breaches())
    for breach in found:
        print(f"tree: {breach}", file=sys.stderr)
    print(f"tree: {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
