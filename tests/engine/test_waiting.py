# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Waiting is free: a thousand jobs in one process have no thread each, little memory and few
connections, and stay below the provider's limits."""
import bisect
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import callers
import fake_api
import harness
from harness import check

WAITING = os.environ.get("PROMPT_TEST_WAITING", "")
DESCRIPTION = os.environ.get("PROMPT_TEST_DESCRIPTION", "")  # vibegen.json
FOR_EVER = "100000"
IS_SANITIZED = bool(os.environ.get("ASAN_OPTIONS") or os.environ.get("TSAN_OPTIONS"))


class Crowd:
    def __init__(self, case, *words, **env):
        self.process = subprocess.Popen([WAITING, *words], env=case.environment(**env), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        case.closers.insert(0, self.close)  # before its library goes

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def grow_to(self, jobs=""):
        """What the process uses once so many jobs wait; without a number: now."""
        self.process.stdin.write(f"{jobs}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        check(line, f"it ended with {self.process.wait() if not line else 0}")
        return json.loads(line)


def unlimited(case, **polling):
    """VibeGen as another provider that states no limits. Returns the environment for it."""
    with open(DESCRIPTION, encoding="utf-8") as file:
        description = json.load(file)
    description.update({"id": "unlimited", "base-url-env": "UNLIMITED_BASE_URL"})
    description["auth"]["env"] = ["UNLIMITED_API_KEY"]
    del description["limits"]
    for model in description["models"]:
        model.pop("typical-seconds", None)
    description["polling"].update(polling)
    path = case.path("unlimited.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(description, file)
    # A thousand submits are four thousand synchronous commits: not on a disk.
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None
    library = tempfile.TemporaryDirectory(prefix="prompt-test-", dir=folder)
    case.closers.append(library.cleanup)
    return {"GST_PROMPT_PROVIDER_PATH": path, "UNLIMITED_API_KEY": harness.KEY,
            "GST_PROMPT_HOME": library.name}


def a_job_costs_little_memory_and_no_thread(case):
    """With the longest plan of looks that there is; 200 jobs first, so that what is there once is not
    counted."""
    server = case.server("--rate-limit", "0", task_seconds=FOR_EVER)
    env = unlimited(case, **{"typical-seconds": {"p50": 3600, "p90": 7200}})
    crowd = Crowd(case, "provider=unlimited", "base-url=" + server.base_url, **env)
    few, many = crowd.grow_to(200), crowd.grow_to(1200)
    each = (many["heap-bytes"] - few["heap-bytes"]) / 1000
    print(f"    {each:.0f} bytes a job; threads {few['threads']}, {many['threads']}; descriptors "
          f"{few['descriptors']}, {many['descriptors']}")
    for use in (few, many):
        # The loop and three lanes of eight workers, and the main thread.
        check(use["engine-threads"] <= 25 and use["threads"] <= 26, str(use))
        check(use["descriptors"] <= 64, str(use))
    if not IS_SANITIZED:
        check(each <= 16 * 1024, f"{each:.0f} bytes a job")
    seen = server.stats()["providers"]["vibegen"]
    check((seen["submits"], seen["created"], seen["refused"]) == (1200, 1200, 0), str(seen))


def never_above_the_providers_limits(case):
    """VibeGen allows 1,000 submits and 1,000 queries a minute: 16.7 a second, and five at once. These
    jobs would like to look a hundred times a second."""
    server = case.server(task_seconds=FOR_EVER)
    crowd = Crowd(case, "base-url=" + server.base_url, "poll-interval=1000")
    crowd.grow_to(100)
    case.wait_until(lambda: server.count("queries") > 200, "two hundred queries")
    crowd.process.kill()
    seen = server.stats()["providers"]["vibegen"]
    check(seen["refused"] == 0, f"the server refused: {seen}")
    for kind, is_it in (("submits", lambda entry: entry["method"] == "POST"),
                        ("queries", lambda entry: entry["method"] == "GET"
                         and "/tasks/" in entry["path"])):
        times = sorted(entry["time"] for entry in server.requests()
                       if "method" in entry and is_it(entry))
        # What goes out evenly may arrive in clumps on a busy machine, some seconds of it at once. Without
        # the limit it would be a thousand.
        most = max(bisect.bisect_left(times, begin + 10) - i for i, begin in enumerate(times))
        check(most <= 10 * 1000 / 60 + 60, f"{most} {kind} within ten seconds")


def connections_are_used_again(case):
    """One for each submit (nothing that costs money goes over a used one), and for all looks as many
    as there are workers."""
    server = case.server("--rate-limit", "0", task_seconds=FOR_EVER)
    relay = fake_api.Relay(case, server.port).open()
    env = unlimited(case)
    base_url = server.base_url.replace(str(server.port), str(relay.port))
    crowd = Crowd(case, "provider=unlimited", "base-url=" + base_url, "poll-interval=1000", **env)
    crowd.grow_to(50)
    case.wait_until(lambda: server.count("queries") >= 300, "three hundred queries")
    submits = server.count("submits")
    check(submits == 50 and relay.count <= submits + 8,
          f"{relay.count} connections for {submits} submits and 300 queries")


class Timed(callers.Provider):
    """Notes when each task was looked at; those named in `ended` are done."""

    def __init__(self, case):
        self.times, self.ended = {}, set()
        super().__init__(case)

    def status(self, _number, task_id):
        self.times.setdefault(task_id, []).append(time.monotonic())
        return 200, {"success": True, "data": self.task(
            task_id, "completed" if task_id in self.ended else "processing")}

    def gap(self, case, task_id):
        """Between two looks, once they have become even."""
        case.wait_until(lambda: len(self.times.get(task_id, [])) >= 3, "three looks at " + task_id)
        return self.times[task_id][2] - self.times[task_id][1]


def callbacks_save_looks(case):
    """As long as the provider calls; what ends without a call makes jobs look as often as before."""
    api = Timed(case)
    env = unlimited(case, **{"average-seconds": 0.5, "floor-seconds": 0.1,
                             "typical-seconds": {"p50": 0.1, "p90": 0.11}})
    crowd = Crowd(case, "provider=unlimited", "base-url=" + api.base_url, **env, **callers.LISTEN)
    crowd.grow_to(1)
    callers.call(urllib.parse.urlsplit(api.callback_url))
    crowd.grow_to(2)
    rarely = api.gap(case, "task-2")
    check(rarely >= 2.7, f"it looks each {rarely:.1f} s although it is called")
    api.ended.add("task-2")
    case.wait_until(lambda: api.counts["media"] == 1, "the end of a task without a call")
    crowd.grow_to(3)
    often = api.gap(case, "task-3")
    check(often < rarely, f"it looks each {often:.1f} s although nobody calls")


TESTS = [a_job_costs_little_memory_and_no_thread, never_above_the_providers_limits,
         connections_are_used_again, callbacks_save_looks]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
