# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The engine's library shows its face and no more, and whoever links it has no second engine.

usage: face.py SOURCE-FOLDER LIBRARY LINKED... -- ARCHIVE-OF-THE-ENGINE... -- ARCHIVE-WITHOUT-STATE...

What the library exports stands in a header of src/engine/ or src/base/ with default visibility.
LINKED (the plugin and programs) define nothing that the archives of the engine do. The archives that
are linked into both keep no state. Nothing needs libsoup, which is opened when it is due.
"""
import itertools
import pathlib
import re
import subprocess
import sys

VISIBLE = r'\[\[(?:nodiscard, )?gnu::visibility\("default"\)\]\]'
# Weak symbols are inline functions and templates, which everybody has.
STRONG = "TBDR"
# Made at the first use, and never changed.
CONSTANTS = ("prompt::json::Wanted::member(",)

failures = []


def nm(path, *options):
    """(type, demangled name) of all that is defined there."""
    text = subprocess.run(["nm", "-C", "--defined-only", *options, path], check=True,
                          capture_output=True, text=True).stdout
    return [tuple(found.groups()) for line in text.splitlines()
            if (found := re.match(r"[0-9a-f]+ (\w) (.*)", line))]


def visible_names(source):
    """What the headers show: classes (whose members count) and functions."""
    names = set()
    for header in itertools.chain(source.glob("src/engine/*.h"), source.glob("src/base/*.h")):
        text = header.read_text(encoding="utf-8")
        space = re.search(r"^namespace ([\w:]+) {", text, re.MULTILINE)
        for found in re.finditer(rf"class {VISIBLE} (\w+)|{VISIBLE}[^;({{]*?(\w+)\(", text):
            names.add(f"{space[1]}::{found[1] or found[2]}")
    return names


def check_exports(source, library):
    visible = visible_names(source)
    exported = [name for _, name in nm(library, "-D")]
    if not exported:
        failures.append(f"{library}: exports nothing")
    for name in exported:
        # "prompt::engine::Engine::open(...) const" -> "prompt::engine::Engine::open"
        path = re.split(r"[\[(]", name)[0]
        if path not in visible and path.rsplit("::", 1)[0] not in visible:
            failures.append(f"{library}: exports {name}, which no header of the face shows")


def check_linked(path, engine):
    for _, name in nm(path):
        if name in engine:
            failures.append(f"{path}: has a {name} of its own, which is the engine's")


def check_plain(path):
    """Addresses in tables are written when the library is loaded (.data.rel), and not again."""
    symbols = subprocess.run(["objdump", "-C", "-t", path], check=True, capture_output=True,
                             text=True).stdout
    for line in symbols.splitlines():
        found = re.search(r"\s\.t?(?:bss|data)(?!\.rel)\S*\s+\S+\s+(?:\.hidden )?(prompt::.*)", line)
        if found and not found[1].startswith(CONSTANTS):
            failures.append(f"{path}: keeps {found[1]}, of which each that links it has its own")


def check_needed(path):
    text = subprocess.run(["readelf", "-d", path], check=True, capture_output=True, text=True).stdout
    for found in re.finditer(r"\(NEEDED\).*\[(libsoup\S*)\]", text):
        failures.append(f"{path}: needs {found[1]} at once")


groups = [list(group) for is_end, group in itertools.groupby(sys.argv[1:], lambda word: word == "--")
          if not is_end]
(source, library, *linked), engine_archives, plain_archives = groups
engine = {name for archive in engine_archives for kind, name in nm(archive) if kind in STRONG}
for expected in ("prompt::ledger::Ledger::try_own(long)", "prompt::log(prompt::LogLine const&, char const*, ...)"):
    if not any(name.startswith(expected.split("(")[0]) for name in engine):
        failures.append(f"the archives of the engine have no {expected}: is this still the right list?")
check_exports(pathlib.Path(source), library)
for path in linked:
    check_linked(path, engine)
for path in plain_archives:
    check_plain(path)
for path in [library, *linked]:
    check_needed(path)
print("\n".join(failures))
sys.exit(1 if failures else 0)
