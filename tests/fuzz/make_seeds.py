#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What the fuzzers begin with: the descriptions that ship, the documented replies to each of them, and an
empty folder for what they find.

usage: make_seeds.py SOURCE_ROOT OUTPUT_FOLDER STAMP"""
import pathlib
import re
import shutil
import sys

root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
shutil.rmtree(out, ignore_errors=True)
for name in ("description", "reply", "found-description", "found-reply", "found-json", "found-clip",
             "found-request"):
    (out / name).mkdir(parents=True)

descriptions = sorted((root / "src/provider/descriptions").glob("*.json"))
for file in [*descriptions, root / "tests/provider/kiln.json"]:
    shutil.copy(file, out / "description")

bodies = [file.read_bytes() for file in sorted((root / "tests/transcripts").rglob("*.reply.json"))]
samples = (root / "tests/provider/test_mutations.cpp").read_text(encoding="utf-8")
bodies += [text.encode() for text in re.findall(r'R"\((\{.*?)\)"', samples, re.S)]
if len(bodies) < 30:
    sys.exit(f"only {len(bodies)} documented replies were found")
# The first three bytes choose the description, its model and the HTTP status (200, 422).
for which in range(len(descriptions)):
    for number, body in enumerate(bodies):
        for status in (0, 14):
            path = out / "reply" / f"{which:02}-{number:02}-{status:02}"
            path.write_bytes(bytes((which, number % 3, status)) + body)
pathlib.Path(sys.argv[3]).touch()
