# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Errors that the provider reports: each is told in its own words, with the status and the code, and
a submit that was refused is not sent again by itself.

Each row: the fault, the kind of the error, what its message says, the code, the HTTP status, and how
many submits and tasks the server counts.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

ROWS = [
    ("submit_400", "submit-400", "rejected", ["Invalid request parameters"], "INVALID_PARAMETER",
     400, 1, 0),
    ("submit_401", "submit-401", "not_authorized", ["Invalid or missing API key", "check the key"],
     "INVALID_API_KEY", 401, 1, 0),
    ("submit_402", "submit-402", "not_authorized", ["Required: 100, Available: 50", "recharge"],
     "INSUFFICIENT_CREDITS", 402, 1, 0),
    ("submit_403", "submit-403", "rejected", ["HTTP 403"], "INVALID_PARAMETER", 403, 1, 0),
    ("submit_404", "submit-404", "not_found", ["Task not found", "base-url"], "TASK_NOT_FOUND", 404,
     1, 0),
    ("submit_422", "submit-422", "rejected", ["HTTP 422"], "INVALID_PARAMETER", 422, 1, 0),
    ("submit_429_each_time", "submit-429:1", "busy", ["Rate limit exceeded", "wait"],
     "RATE_LIMIT_EXCEEDED", 429, 6, 0),
    ("submit_500", "submit-500", "uncertain", ["Internal server error", "task-id", "cache=refresh"],
     "INTERNAL_ERROR", 500, 1, 0),
    ("submit_502", "submit-502", "uncertain", ["Third-party service error", "cache=refresh"],
     "PROVIDER_ERROR", 502, 1, 0),
    ("submit_is_answered_by_a_web_page", "submit-html:404", "not_found", ["HTTP 404"], "", 404, 1,
     0),
    ("status_401", "status-401", "not_authorized", ["Invalid or missing API key"],
     "INVALID_API_KEY", 401, 1, 1),
    ("status_400", "status-400", "rejected", ["Invalid request parameters"], "INVALID_PARAMETER",
     400, 1, 1),
    ("task_fails", "task-fails:No kings, please", "failed", ["No kings, please", "another prompt"],
     "", 0, 1, 1),
    ("task_fails_by_error_message", "task-fails-error-message:No kings", "failed", ["No kings"], "",
     0, 1, 1),
]


def row_test(name, fault, kind, pieces, code, status, submits, created):
    def test(case):
        server = case.server(faults=[fault])
        run = case.open(server)
        check(run.error == kind, f"expected {kind}, got {run.last}")
        for piece in pieces:
            check(piece in run.message, f"{piece!r} is not in: {run.message}")
        check(run.last["code"] == code and run.last["status"] == status, str(run.last))
        stats = server.stats()
        check(stats["faults"].get(fault.split(":")[0], 0) > 0, "the fault did not strike")
        seen = stats["providers"]["vibegen"]
        check((seen["submits"], seen["created"]) == (submits, created), str(seen))
    test.__name__ = name
    return test


def account_without_credits(case):
    """The numbers of the account are the provider's."""
    server = case.server("--credits", "20")
    check(case.open(server).is_ready, "15 of 20 credits were not enough")
    run = case.open(server, "take=2")
    check(run.error == "not_authorized" and "Required: 15, Available: 5" in run.message,
          str(run.last))
    check(server.count("created") == 1, str(server.stats()))


def provider_that_echoes_the_key(case):
    """Case.check_secrets() looks for it in the output and in the ledger."""
    server = case.server(faults=["task-fails:Your key " + harness.KEY + " is not allowed to"])
    run = case.open(server)
    check(run.error == "failed" and "is not allowed to" in run.message, str(run.last))


def hostile_words(case):
    server = case.server(faults=["task-fails:" + "ring \a bell \x1b[31m " + "long " * 500])
    run = case.open(server)
    check(run.error == "failed" and len(run.message.encode()) < 800, str(len(run.message)))
    check("\a" not in run.message and "\x1b" not in run.message, repr(run.message))


TESTS = [row_test(*row) for row in ROWS] + [account_without_credits, provider_that_echoes_the_key,
                                            hostile_words]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
