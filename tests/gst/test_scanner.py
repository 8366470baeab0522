# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""GStreamer's scanner, with a registry that is empty: it finds the elements where they were built and where
they were installed, and these find the engine and the rehearsal server by where they lie."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

BUILD = os.environ["PROMPT_TEST_BUILD"]
ELEMENTS = ["promptdecodebin", "promptsrc"]
PROGRAM = "gst-prompt-rehearsal"


class Place:
    """A folder with the plugin, of which nobody knows anything but this folder."""

    def __init__(self, case, folder):
        self.env = harness.clean_environment()
        for name in ("LD_LIBRARY_PATH", "G_DEBUG"):
            self.env.pop(name, None)
        self.env["PATH"] = os.pathsep.join(
            path for path in os.environ["PATH"].split(os.pathsep)
            if not os.path.exists(os.path.join(path, PROGRAM)))
        self.env.update(HOME=case.folder, GST_PROMPT_HOME=case.library, GST_PLUGIN_PATH=folder,
                        GST_REGISTRY=case.path("registry.bin"),
                        GST_PROMPT_REHEARSAL_OPTIONS="--task-seconds 0.3")

    def run(self, *words):
        done = subprocess.run(words, env=self.env, text=True, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=harness.PATIENCE)
        check(done.returncode == 0, f"{' '.join(words)}: {done.returncode}: {done.stdout[-800:]}")
        return done.stdout

    def works(self):
        # The first one scans.
        listed = self.run("gst-inspect-1.0", "prompt")
        check(os.path.join(self.env["GST_PLUGIN_PATH"], "libgstprompt.so") in listed, listed)
        check(all(f"  {name}:" in listed for name in ELEMENTS), listed)
        check("libgstprompt" not in self.run("gst-inspect-1.0", "--print-blacklist"), "it is refused")
        for name in ELEMENTS:
            check(name in self.run("gst-inspect-1.0", name), name)
        output = self.run("gst-launch-1.0", "promptsrc", "provider=rehearsal", "prompt=a fox",
                          "resolution=480p", "!", "fakesink")
        check("EOS" in output, output)


def where_it_was_built(case):
    Place(case, os.path.join(BUILD, "gst")).works()


def where_it_was_installed(case):
    done = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir",
                           case.path("root")], text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=harness.PATIENCE)
    if "could not be found" in done.stdout:
        raise harness.Skipped("not all is built that is installed: ninja, and again")
    check(done.returncode == 0, done.stdout[-800:])
    found = [folder for folder, _, names in os.walk(case.path("root"))
             if "libgstprompt.so" in names]
    check(len(found) == 1, str(found))
    Place(case, found[0]).works()


TESTS = [where_it_was_built, where_it_was_installed]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
