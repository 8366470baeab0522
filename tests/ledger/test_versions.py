#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A program of the first version and this one on the same ledger, at the same time and in turns. The first
one's ledger is built from the history of the repository, or is the program PROMPT_TEST_OLD_HELPER."""
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FIRST_VERSION = "e6b9c20"
NEW = os.environ.get("LEDGER_HELPER", "")
PATIENCE = 120


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **more).stdout


def build_old(folder):
    """Its helper program, which does the same as ours."""
    given = os.environ.get("PROMPT_TEST_OLD_HELPER", "")
    if given:
        return given
    if os.environ.get("PROMPT_TEST_LONG", "") in ("", "0"):
        raise unittest.SkipTest("building it takes a minute: with --long")
    if subprocess.run(["git", "-C", SOURCE, "cat-file", "-e", FIRST_VERSION + "^{commit}"],
                      stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise unittest.SkipTest(f"the history does not reach back to {FIRST_VERSION}")
    archive = os.path.join(folder, "source.tar")
    run("git", "-C", SOURCE, "archive", "-o", archive, FIRST_VERSION)
    run("tar", "-xf", archive, "-C", folder)
    run("meson", "setup", "--buildtype=debug", "build", cwd=folder)
    run("ninja", "-C", "build", "tests/ledger/ledger-helper", cwd=folder)
    return os.path.join(folder, "build/tests/ledger/ledger-helper")


class Versions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.mkdtemp(prefix="prompt-test-")
        cls.addClassCleanup(shutil.rmtree, cls.scratch, ignore_errors=True)
        cls.old = build_old(cls.scratch)

    def setUp(self):
        # Those who read have given up root's rights.
        folder = tempfile.mkdtemp(prefix="prompt-test-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        os.chmod(folder, 0o755)
        self.library = os.path.join(folder, "library")

    def start(self, program, *words):
        process = subprocess.Popen([program, self.library, *words], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)

        def end():
            process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def begin(self, program):
        """It has opened the ledger."""
        process = self.start(program, "single", "100")
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        self.assertEqual(process.stdout.readline(), "ready\n")
        watchdog.cancel()
        return process

    def finish(self, process):
        """It looks for a hundred requests and makes the jobs that are missing."""
        out, _ = process.communicate("\n", timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        return out.strip()

    def single(self, program):
        return self.finish(self.begin(program))

    def test_each_goes_on_when_the_other_has_opened(self):
        for first, second in ((self.old, NEW), (NEW, self.old)):
            with self.subTest(first=first):
                shutil.rmtree(self.library, ignore_errors=True)
                running = self.begin(first)
                other = self.begin(second)
                self.assertEqual(self.finish(running), "1" * 100)
                self.assertEqual(self.finish(other), "0" * 100)

    def test_each_finds_what_the_other_has_made(self):
        for first, second in ((self.old, NEW), (NEW, self.old)):
            with self.subTest(first=first):
                shutil.rmtree(self.library, ignore_errors=True)
                self.assertEqual(self.single(first), "1" * 100)
                self.assertEqual(self.single(second), "0" * 100)
                self.assertEqual(self.single(first), "0" * 100)


if __name__ == "__main__":
    unittest.main(argv=sys.argv, verbosity=2)
