# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Programs that we did not write and are loaded into: those that have libsoup 2, which cannot work
beside libsoup 3 in one process, and machines without libsoup 3."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from harness import check

SOUP_2 = "libsoup-2.4.so.1"
PLUGIN = os.path.join(os.environ["GST_PLUGIN_PATH"], "libgstprompt.so")
# A new clip takes this long at most to be refused, and most of it is Python's and GStreamer's start.
SECONDS = 30 * harness.SLOWNESS

# As an application has it that was written for libsoup 2: it is there before GStreamer is.
APPLICATION = """
import ctypes, os, sys
library = ctypes.CDLL("libsoup-2.4.so.1", mode=getattr(ctypes, sys.argv[1]))
library.soup_session_new.restype = ctypes.c_void_p
if sys.argv[2] == "used":
    assert library.soup_session_new()
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
pipeline = Gst.parse_launch(sys.argv[3])
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(120 * Gst.SECOND,
                                                Gst.MessageType.EOS | Gst.MessageType.ERROR)
failed = message is None or message.type == Gst.MessageType.ERROR
if failed and message:
    error, debug = message.parse_error()
    print("ERROR:", error.domain, error.code, error.message, debug)
pipeline.set_state(Gst.State.NULL)
assert library.soup_session_new()
sys.stdout.flush()
os._exit(int(failed))
"""

def need_soup_2():
    if subprocess.run(["/usr/bin/python3", "-c", f"import ctypes; ctypes.CDLL('{SOUP_2}')"],
                      check=False, capture_output=True).returncode:
        raise harness.Skipped("libsoup 2 is not installed")


class Host:
    """An API, a library, and programs that play."""

    def __init__(self, case, **hooks):
        self.case = case
        self.api = fake_api.FakeApi(case, **hooks)

    def environment(self, **more):
        env = self.case.environment(self.api.base_url, GST_PLUGIN_PATH=os.path.dirname(PLUGIN),
                                    GST_REGISTRY=self.case.path("registry.bin"), **more)
        env["G_DEBUG"] = "fatal-criticals"
        return env

    def line(self, prompt, more=""):
        return (f'promptsrc prompt="{prompt}" provider=vibegen poll-interval=1000 {more} '
                "! fakesink")

    def run(self, command, patience=harness.PATIENCE, **more):
        """Ends with (exit code, what it printed, seconds)."""
        began = time.monotonic()
        done = subprocess.run(command, env=self.environment(**more), text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience)
        check(harness.KEY not in done.stdout, "the key is in the output")
        return done.returncode, done.stdout, time.monotonic() - began

    def launch(self, prompt, more="", **environment):
        return self.run(["sh", "-c", "exec gst-launch-1.0 " + self.line(prompt, more)],
                        **environment)

    def application(self, prompt, mode="RTLD_LOCAL", used="used"):
        return self.run(["/usr/bin/python3", "-c", APPLICATION, mode, used, self.line(prompt)])

    def store(self, prompt):
        code, output, _ = self.launch(prompt)
        check(code == 0 and "The clip is ready" in output, output)

    def refused(self, outcome, *words):
        code, output, seconds = outcome
        check(code == 1, f"{code}: {output}")
        check("CRITICAL" not in output and "WARNING" not in output, output)
        check(output.count("ERROR") <= 2 and all(word in output for word in words), output)
        check(seconds < SECONDS, f"{seconds:.1f} s: {output}")

    def played(self, outcome):
        code, output, _ = outcome
        check(code == 0, f"{code}: {output}")
        check("CRITICAL" not in output, output)


def nothing_of_ours_links_libsoup(_case):
    needed = subprocess.run(["ldd", PLUGIN], check=True, capture_output=True, text=True).stdout
    check("libgstreamer" in needed and "soup" not in needed, needed)


def preloaded_libsoup_2(case):
    need_soup_2()
    host = Host(case)
    host.store("a fox")
    counts = dict(host.api.counts)
    host.played(host.launch("a fox", LD_PRELOAD=SOUP_2))
    host.refused(host.launch("an owl", LD_PRELOAD=SOUP_2), "libsoup 2", "another program",
                 "unavailable error")
    check(host.api.counts == counts, f"asked: {host.api.counts}")
    check(len(case.rows()) == 1, "a job was begun")
    host.store("an owl")  # nothing of it is remembered
    check(host.api.counts["submit"] == 2, str(host.api.counts))


def application_with_libsoup_2(case):
    need_soup_2()
    host = Host(case)
    host.store("a fox")
    for mode in ("RTLD_LOCAL", "RTLD_GLOBAL"):
        for used in ("used", "loaded"):
            host.played(host.application("a fox", mode, used))
            host.refused(host.application("an owl", mode, used), "gst-resource-error", "libsoup 2",
                         "another program")
    check(host.api.counts["submit"] == 1, str(host.api.counts))


def job_that_another_program_sent(case):
    """It stays what it is: paid, and fetched by the next program that can."""
    need_soup_2()
    host = Host(case, on_status=lambda number, task: (200, {
        "success": True, "data": host.api.task(task, "processing")}) if number < 3 else None)
    process = subprocess.Popen(["sh", "-c", "exec gst-launch-1.0 " + host.line("a fox")],
                               env=host.environment(), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    case.wait_until(lambda: any(row["task_id"] for row in case.rows()), "the task's id")
    process.kill()
    process.wait()
    before = case.rows()
    host.refused(host.launch("a fox", LD_PRELOAD=SOUP_2), "libsoup 2")
    check([row["state"] for row in case.rows()] == [row["state"] for row in before],
          str(case.rows()))
    host.store("a fox")
    check(host.api.counts["submit"] == 1, str(host.api.counts))


def without_libsoup_3(case):
    host = Host(case)
    host.store("a fox")
    os.mkdir(case.path("broken"))
    with open(case.path("broken/libsoup-3.0.so.0"), "wb"):
        pass
    broken = {"LD_LIBRARY_PATH": case.path("broken")}
    host.played(host.launch("a fox", **broken))
    host.refused(host.launch("an owl", **broken), "libsoup 3", "libsoup-3.0-0", "file too short")
    check(host.api.counts["submit"] == 1 and len(case.rows()) == 1, str(host.api.counts))


if __name__ == "__main__":
    harness.run_suite([
        nothing_of_ours_links_libsoup, preloaded_libsoup_2, application_with_libsoup_2,
        job_that_another_program_sent, without_libsoup_3])
