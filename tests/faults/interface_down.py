# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Row 20, inside a network namespace: the only interface goes down while a task runs."""
import subprocess
import sys

from rows import expect, harness
from harness import check


def set_link(state):
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def scenario(case):
    server = case.server(task_seconds=2)
    run = case.start(server)
    run.wait_for_state("queued")
    queries = server.count("queries")
    set_link("down")
    case.wait_until(lambda: b"no status" in b"".join(run.errors), "a poll in vain")
    set_link("up")
    expect(run.wait(), server)
    check(server.count("queries") > queries, "nobody asked again")


if __name__ == "__main__":
    set_link("up")
    outcome, _, text = harness.run_one(scenario, "interface_down")
    print(outcome, text)
    sys.exit(outcome == "failed")
