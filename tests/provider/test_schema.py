#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The JSON Schema in docs/ accepts every shipped description and the one that the docs build, and
refuses what the loader refuses, but for what refers from one place of a file to another.

usage: test_schema.py SOURCE_ROOT; exit status 77 (skipped) without python3-jsonschema."""
import copy
import json
import pathlib
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

root = pathlib.Path(sys.argv[1])
schema = json.loads((root / "docs/provider-description.schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
problems = []


def first_error(description):
    return next(iter(validator.iter_errors(description)), None)


def step(value, name):
    return value[int(name)] if isinstance(value, list) else value[name]


def parent_of(value, pointer):
    names = [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]
    for name in names[:-1]:
        value = step(value, name)
    return value, names[-1]


def changed(base, case):
    out = copy.deepcopy(base)
    for pointer, value in case.get("set", {}).items():
        parent, name = parent_of(out, pointer)
        if isinstance(parent, list):
            parent[int(name)] = value
        else:
            parent[name] = value
    for pointer in case.get("remove", []):
        parent, name = parent_of(out, pointer)
        if isinstance(parent, list):
            del parent[int(name)]
        else:
            del parent[name]
    return out


good = sorted((root / "src/provider/descriptions").glob("*.json"))
kiln = root / "tests/provider/kiln.json"
for file in [*good, kiln]:
    error = first_error(json.loads(file.read_text()))
    if error is not None:
        problems.append(f"{file.name} at {error.json_path}: {error.message}")
if len(good) < 1:
    problems.append("no shipped description was found")

base = json.loads(kiln.read_text())
cases = json.loads((root / "tests/provider/broken.json").read_text())
for case in cases:
    error = first_error(changed(base, case))
    accepts = case.get("schema") == "accepts"
    if accepts and error is not None:
        problems.append(f"{case['name']}: refused, against the test's word: {error.message}")
    if not accepts and error is None:
        problems.append(f"{case['name']}: accepted, although the loader refuses it")

# What the docs build step by step ends as the file that these tests use.
guide = (root / "docs/adding-a-provider.md").read_text()
blocks = [block.split("```")[0] for block in guide.split("```json\n")[1:]]
if not any(block.strip() == kiln.read_text().strip() for block in blocks):
    problems.append("docs/adding-a-provider.md does not end in tests/provider/kiln.json as it is")

for problem in problems:
    print(problem)
print(f"{len(good) + 1} good, {len(cases)} broken descriptions, {len(problems)} problems")
sys.exit(1 if problems else 0)
