# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What the tables of the fault matrix are made of.

A Row says, before anything is run: its number in the catalogue, the fault, how it is injected, what
is expected. Its scenarios are run, each with a server of its own; the row survives if all do.
"""
import dataclasses
import json
import os
import sys
import typing

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

FAKE_SYSTEM = os.environ.get("PROMPT_TEST_FAKE_SYSTEM", "")
FAKE_NETWORK = os.environ.get("PROMPT_TEST_FAKE_NETWORK", "")


@dataclasses.dataclass
class Row:
    number: int
    fault: str
    injection: str
    expected: str
    scenarios: list = dataclasses.field(default_factory=list)
    long_only: bool = False  # takes minutes
    elsewhere: str = ""      # the test that covers it
    later: str = ""          # the issue that it belongs to
    impossible: str = ""     # why it cannot be injected here


def asked(server, provider="vibegen"):
    """Submits and tasks that the server counted."""
    if hasattr(server, "counts"):
        return server.counts["submit"], len(server.tasks)
    seen = server.stats()["providers"][provider]
    return seen["submits"], seen["created"]


def expect(run, server, ends="ready", says=(), submits=1, created=1):
    """`ends`: "ready" or the error's kind, or several that will do."""
    kinds = (ends,) if isinstance(ends, str) else ends
    ended = "ready" if run.is_ready else run.error
    check(ended in kinds, f"expected {' or '.join(kinds)}, got {ended}: {run.tail()}")
    for piece in (says,) if isinstance(says, str) else says:
        check(piece in run.message, f"{piece!r} is not in: {run.message}")
    if ended == "ready":
        check(run.clip() == server.clip, "the clip has other bytes than the server's")
    counted = asked(server)
    check(counted == (submits, created), f"submits and tasks: expected {submits} and {created}, "
          f"counted {counted}")


def struck(server, faults):
    counts = server.stats()["faults"]
    for fault in faults:
        name = fault.split(":")[0].split("@")[0].split("%")[0]
        # media-403-once is written so and counted so.
        check(counts.get(name, 0) > 0, f"{name} did not strike: {counts}")


def play(*faults, ends="ready", says=(), submits=1, created=1, args=(), env=None, options=(),
         again=None, after=None, clip=None, task_seconds=0.3, patience=harness.PATIENCE):
    """A scenario with gst-prompt-rehearsal. `again`: with the faults gone, the same request is
    opened once more, ends so, and submits no more. `after(case, server, run)` looks further."""
    def scenario(case):
        server = case.server(*options, faults=faults, clip=clip, task_seconds=task_seconds)
        run = case.open(server, *args, env=env, patience=patience)
        expect(run, server, ends, says, submits, created)
        struck(server, faults)
        if after:
            after(case, server, run)
        if again:
            server.set_faults()
            expect(case.open(server, env=env), server, again, (), submits, created)
    return scenario


def never_armed(case, *_):
    check(not any(row["armed_at"] for row in case.rows()), "a row was armed: " + str(case.rows()))


def log_times(server, method, path):
    """Seconds at which such requests came."""
    return [entry["time"] for entry in server.requests()
            if entry["method"] == method and entry["path"].endswith(path)]


MINUTES = 1200.0  # the patience of what takes minutes by design


def as_json(value):
    return json.dumps(value).encode()


def preload(*libraries):
    for library in libraries:
        check(os.path.exists(library), f"the library to preload is not there: '{library}'")
    return {"LD_PRELOAD": ":".join(libraries), "ASAN_OPTIONS": ":".join(
        filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))}


Scenario = typing.Callable[[harness.Case], None]
