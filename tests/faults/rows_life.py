# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Rows 126 to 138: callbacks, states of an application, crashes."""
import test_opening
from rows import Row, expect
from harness import check
from rows_disk import order_of_syncs


def process_ends_during_the_submit(case):
    """The process's end does not wait for the network; the submit is found again."""
    test_opening.exit_does_not_wait(case)


def submit_is_finished_after_the_element(case):
    """The element goes while the submit is on its way: the reply is waited for and written down."""
    server = case.server(faults=["submit-slow:2"])
    run = case.start(server, "stop-at=submitting")
    case.wait_until(lambda: case.rows() and case.rows()[0]["task_id"], "the id")
    run.close_input()
    run.wait()
    expect(case.open(server), server)
    check(server.stats()["faults"].get("submit-slow", 0) == 1, "the fault did not strike")


CALLERS = "engine-hostile_callers"

ROWS = [
    Row(126, "a forged callback", "", "one status request, its URL is never used", elsewhere=CALLERS),
    Row(127, "callbacks with wrong tokens and paths", "", "refused quickly", elsewhere=CALLERS),
    Row(128, "hostile clients of the listener", "", "bounded, the pipeline is unaffected",
        elsewhere=CALLERS),
    Row(129, "a flood of callbacks", "", "one more poll a second at most", elsewhere=CALLERS),
    Row(130, "callbacks too early, too late, of strangers", "", "harmless",
        elsewhere="engine-callbacks"),
    Row(131, "NULL at random moments", "", "at once, nothing left behind",
        elsewhere="gst suite; cancelling itself: http-cancel"),
    Row(132, "NULL during the submit", "submit-slow, the job is let go of; the process ends",
        "at once; the reply is still written down, or the task is found again",
        [submit_is_finished_after_the_element, process_ends_during_the_submit]),
    Row(133, "PAUSED and PLAYING again and again, flushes, seeks, EOS", "", "no second job",
        elsewhere="gst suite"),
    Row(134, "properties change in PLAYING, the key is rotated", "", "count from the next start",
        elsewhere="gst suite"),
    Row(135, "set_state from a bus callback or a streaming thread", "", "no deadlock",
        elsewhere="gst suite"),
    Row(136, "SIGKILL at every step", "", "one task, the clip whole",
        elsewhere="faults-crash-matrix"),
    Row(137, "a power cut at each write",
        "the order of writes, syncs and renames; SQLite's WAL with synchronous=FULL",
        "the old state or the new one", [order_of_syncs]),
    Row(138, "fork and exec, two pipelines, unloading", "", "no descriptor inherited, no crash",
        elsewhere="gst suite; ledger-ownership: a_forked_child_owns_nothing"),
]
