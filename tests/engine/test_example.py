# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""docs/examples/generate.cpp does what it says: quotes, generates by rehearsal, lists, sums up."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

EXAMPLE = os.environ["PROMPT_TEST_EXAMPLE"]


def run(case, *words, server=None, ends_with=0):
    clip = case.path("clip.mp4")
    with open(clip, "wb") as file:
        file.write(harness.make_mp4())
    env = case.environment(server, None, GST_PROMPT_REHEARSAL=harness.REHEARSAL,
                           GST_PROMPT_REHEARSAL_OPTIONS=f"--media '{clip}' --task-seconds 0.3")
    done = subprocess.run([EXAMPLE, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, timeout=harness.PATIENCE)
    check(done.returncode == ends_with, f"{done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def from_a_prompt_to_a_clip(case):
    text = run(case, "a blue whale")
    check(re.search(r"^Price: 15 credits, were it not rehearsed\.$", text, re.M), text)
    path = re.search(r"^Clip: (.*)$", text, re.M)[1]
    with open(path, "rb") as file:
        check(file.read() == harness.make_mp4(), "another clip")
    check(re.search(r"^  [0-9a-f]{8}  ready +rehearsal, .*: a blue whale$", text, re.M), text)
    check(text.endswith("Spent: nothing.\n"), text)
    check("Price: nothing, the clip is in the library." in run(case, "a blue whale"), "asked again")


def price_alone(case):
    """Without a key, and nothing is begun."""
    server = case.server()
    text = run(case, "--quote", "provider=vibegen", server=server)
    check(text.startswith("Price: 15 credits.\n"), text)
    check(server.count("requests") == 0 and not os.path.exists(case.library), "something was begun")


def what_is_wrong_is_said(case):
    check("'durations'" in run(case, "durations=5", ends_with=1), "an unknown property")
    check("nonesuch" in run(case, "model=nonesuch", ends_with=1), "an unknown model")


TESTS = [from_a_prompt_to_a_clip, price_alone, what_is_wrong_is_said]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
