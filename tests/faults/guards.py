# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The crash matrix without a guard: it has to fail.

test-headless-unguarded is test-headless with guards that can be taken out (without_guards.cpp). With
all of them in place it passes the same crashes.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

MATRIX = os.path.join(os.path.dirname(os.path.abspath(__file__)), "crash_matrix.py")

# The guard, the crashes that need it, and what the matrix has to say without it.
GUARDS = [
    ("arm", ["last-byte-sent", "reply"], "paid twice"),
    ("accept", ["after-accepted"], "uncertain: 1 submits, 1 tasks"),
]


def crashes(without, steps):
    env = {**os.environ, "PROMPT_TEST_WITHOUT": without,
           "PROMPT_TEST_HEADLESS": os.environ["PROMPT_TEST_UNGUARDED"]}
    return subprocess.run([sys.executable, MATRIX, "--times", "2", "--randoms", "0", *steps],
                          env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


def guard_test(guard, steps, complaint):
    def test(_case):
        whole = crashes("", steps)
        check(whole.returncode == 0, "it fails with all guards in place: " + whole.stdout)
        without = crashes(guard, steps)
        check(without.returncode == 1, f"nobody misses {guard}: {without.stdout}")
        check(complaint in without.stdout, f"{guard}: {without.stdout}")
        print(f"without {guard}: " + without.stdout.strip().splitlines()[-1])
    test.__name__ = f"without_{guard}"
    return test


TESTS = [guard_test(*row) for row in GUARDS]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
