# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What a provider asks of a key it asks of all jobs of the key: after a 429 that says for how long,
none of a process sends anything before that."""
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from harness import check

QUIET = 4


class Strict(fake_api.FakeApi):
    """Answers one request of a kind with 429, and remembers when each of the API's came."""

    def __init__(self, case, kind, number):
        self.moments = []
        self.refused_at = None
        self.mutex = threading.Lock()
        self.refuses = (kind, number)
        super().__init__(case, on_submit=lambda n, _: self.look("submit", n),
                         on_status=lambda n, _: self.look("status", n))

    def look(self, kind, number):
        now = time.monotonic()
        with self.mutex:
            self.moments.append(now)
            if (kind, number) != self.refuses:
                return None
            self.refused_at = now
        return 429, {"error": {"code": "RATE_LIMITED", "message": "slow down"}}, {
            "Retry-After": str(QUIET)}

    def check_quiet(self, grace=0.5):
        """`grace` is for what was on its way when the answer came."""
        check(self.refused_at is not None, "nothing was refused")
        early = [moment - self.refused_at for moment in self.moments
                 if grace < moment - self.refused_at < QUIET - 0.2]
        check(not early, f"asked again after {early} s")


def launch(case, api, prompts):
    line = " ".join(f'promptsrc prompt="{prompt}" provider=vibegen poll-interval=1000 ! fakesink'
                    for prompt in prompts)
    env = case.environment(api.base_url, GST_PLUGIN_PATH=os.environ["GST_PLUGIN_PATH"],
                           GST_REGISTRY=case.path("registry.bin"))
    done = subprocess.run(["sh", "-c", "exec gst-launch-1.0 " + line], env=env, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=harness.PATIENCE)
    check(done.returncode == 0, done.stdout)


def one_submit_is_refused(case):
    prompts = [f"fox {number}" for number in range(8)]
    api = Strict(case, "submit", 3)
    launch(case, api, prompts)
    api.check_quiet()
    check(api.counts["submit"] == len(prompts) + 1, str(api.counts))


def one_look_is_refused(case):
    api = Strict(case, "status", 2)
    launch(case, api, [f"owl {number}" for number in range(5)])
    api.check_quiet()
    check(api.counts["submit"] == 5, str(api.counts))


if __name__ == "__main__":
    harness.run_suite([one_submit_is_refused, one_look_is_refused])
