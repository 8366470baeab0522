#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What the pages on providers say is so: the tables of docs/providers.md are those of the descriptions that
ship, and each piece of JSON that docs/adding-a-provider.md shows while it builds one is a piece of the whole
that the loader accepts.

usage: test_docs.py SOURCE_ROOT"""
import json
import pathlib
import sys

import provider_tables

root = pathlib.Path(sys.argv[1])
page = (root / "docs/providers.md").read_text(encoding="utf-8")
guide = (root / "docs/adding-a-provider.md").read_text(encoding="utf-8")
kiln = json.loads((root / "tests/provider/kiln.json").read_text(encoding="utf-8"))
problems = []


def is_part(piece, whole):
    """Whether everything in the piece stands in the whole, lists from their beginning."""
    if isinstance(piece, dict) and isinstance(whole, dict):
        return all(name in whole and is_part(value, whole[name]) for name, value in piece.items())
    if isinstance(piece, list) and isinstance(whole, list):
        return len(piece) <= len(whole) and all(map(is_part, piece, whole))
    return type(piece) is type(whole) and piece == whole


def values_in(value):
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    for item in inner:
        yield from values_in(item)


def read_snippet(text):
    """A value, or the members of an object."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads("{" + text + "}")


def check_snippets():
    begin = guide.index("## A description from start to end")
    blocks = guide[begin:].split("```")[1::2]
    if len(blocks) < 7:
        problems.append(f"only {len(blocks)} pieces of JSON are shown")
    for block in blocks:
        kind, _, text = block.partition("\n")
        if kind not in ("", "json"):
            continue
        try:
            piece = read_snippet(text)
        except ValueError as error:
            problems.append(f"no JSON ({error}): {text.strip()[:200]}")
            continue
        if not any(is_part(piece, whole) for whole in values_in(kiln)):
            problems.append(f"not in kiln.json: {text.strip()[:200]}")


def check_tables():
    shown = page.partition(provider_tables.BEGIN)[2].partition(provider_tables.END)[0]
    if shown.strip() != provider_tables.tables(root):
        problems.append("the tables are stale: run tests/provider/provider_tables.py . --write")


check_snippets()
check_tables()
for problem in problems:
    print("docs, providers:", problem)
sys.exit(1 if problems else 0)
