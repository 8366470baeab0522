# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A clip is found again by its request's hash, so a hash that changes makes people pay again.

kept/requests.json is never changed: rows may be added to it, and that is all. What it says of a
request is what a library that was made by an earlier version has: today's program knows the request
by this hash, or has it as an alias.
"""
import hashlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kept")
# Over the rows of the first version; see the text above before this is changed.
ROWS = 142
DIGEST = "a85bc06d72d7881317a8b208f4d5c699c1425c915c660bbac2bf15ca90e703a2"


def table():
    with open(os.path.join(KEPT, "requests.json"), encoding="utf-8") as file:
        return json.load(file)


def known_as(rows):
    """What today's program says of each."""
    env = harness.clean_environment()
    env.update(HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent")
    done = subprocess.run([os.environ["PROMPT_TEST_HASHES"]], input=json.dumps(rows), text=True,
                          capture_output=True, check=False, timeout=harness.PATIENCE, env=env,
                          cwd=KEPT)
    check(done.returncode == 0, done.stderr)
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


def the_table_itself_is_what_it_was(_case):
    rows = table()
    first = json.dumps(rows[:ROWS], sort_keys=True)
    check(hashlib.sha256(first.encode()).hexdigest() == DIGEST, "requests.json was changed")
    for row in rows:
        if row["settings"].get("prompt") != "":
            digest = hashlib.sha256(row["request"].encode()).hexdigest()
            check(digest == row["hash"], f"no hash of its own text: {row}")
    check(len({row["hash"] for row in rows}) >= 100, "fewer than 100 different requests")
    providers = {json.loads(row["request"])["provider"].split(":")[0] for row in rows}
    shipped = os.path.join(KEPT, "../../../src/provider/descriptions")
    for name in os.listdir(shipped):
        if name.endswith(".json") and name not in LATER:
            check(name[:-5] in providers, f"no request of {name}")


# Descriptions that did not exist when the table was made.
LATER = ()


def every_request_is_known_by_its_hash(_case):
    rows = table()
    today = known_as(rows)
    check(len(today) == len(rows), f"{len(today)} answers to {len(rows)} requests")
    wrong = []
    for row, now in zip(rows, today):
        if row["hash"] not in [now.get("hash"), *now.get("aliases", [])]:
            wrong.append(f"{row['settings']}\n      was {row['request']}\n      is  {now}")
    check(not wrong, f"{len(wrong)} of {len(rows)} would be paid again:\n    " +
          "\n    ".join(wrong[:10]))


TESTS = [the_table_itself_is_what_it_was, every_request_is_known_by_its_hash]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
