# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Prints "passed|failed|skipped LABEL NAME" for each test in a meson test log."""
import json
import sys

OUTCOMES = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}

label, path = sys.argv[1:3]
with open(path, encoding="utf-8") as log:
    tests = [json.loads(line) for line in log]
for test in tests:
    print(OUTCOMES.get(test["result"], "failed"), label, test["name"])
sys.exit(0 if tests else 1)
