# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""on-stop=cancel: at a provider that can cancel, at one that cannot, and while nobody knows."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from harness import check

DESCRIPTION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "provider",
                           "descriptions", "vibegen.json")


class CancellingApi(fake_api.FakeApi):
    """VibeGen's protocol at a provider that has DELETE /tasks/ID besides."""

    def __init__(self, case, reply):
        super().__init__(case, on_status=self.on_status)
        self.reply = reply
        self.counts["cancel"] = 0
        self.cancelled = False

    def reply_to(self, method, target, body):
        if method != "DELETE":
            return super().reply_to(method, target, body)
        self.counts["cancel"] += 1
        self.cancelled = self.reply[0] < 300
        return (*self.reply, {"Content-Type": "application/json"})

    def on_status(self, _number, task_id):
        return 200, {"success": True, "data": self.task(task_id, "processing")}


fake_api.Handler.do_DELETE = fake_api.Handler.answer


def environment(case, api):
    with open(DESCRIPTION, encoding="utf-8") as file:
        description = json.load(file)
    description["operations"]["cancel"] = [{"method": "DELETE", "path": "/tasks/${task-id}"}]
    description.update({"id": "cancelling", "name": "Cancelling",
                        "base-url-env": "CANCELLING_BASE_URL"})
    description["auth"]["env"] = ["CANCELLING_API_KEY"]
    os.makedirs(case.path("providers"), exist_ok=True)
    with open(case.path("providers/cancelling.json"), "w", encoding="utf-8") as file:
        json.dump(description, file)
    return {"GST_PROMPT_PROVIDER_PATH": case.path("providers"),
            "CANCELLING_API_KEY": harness.KEY, "CANCELLING_BASE_URL": api.base_url}


def stopped(case, api):
    run = case.start(None, "provider=cancelling", "on-stop=cancel", "stop-at=running",
                     env=environment(case, api))
    case.wait_until(lambda: case.rows() and case.rows()[0]["state"] == "cancelled", "the end")
    run.close_input()
    run.wait()
    row, = case.rows()
    return row


def where_the_provider_can(case):
    """It is asked, once, and what it confirms is not called perhaps charged."""
    api = CancellingApi(case, (200, {"success": True, "data": {}}))
    row = stopped(case, api)
    check(api.counts["cancel"] == 1 and api.cancelled, str(api.counts))
    check("was cancelled at Cancelling" in row["error_message"], str(row))
    check(row["error_maybe_billed"] == 0, str(row))
    # What is cancelled for good is another job when it is asked for again.
    again = case.start(None, "provider=cancelling", "stop-at=running", env=environment(case, api))
    case.wait_until(lambda: api.counts["submit"] == 2, "the second submit")
    again.kill()


def where_it_is_too_late(case):
    """The provider refuses: it may finish and be charged, and the same request takes it up."""
    api = CancellingApi(case, (409, {"success": False, "error": {
        "code": "INVALID_PARAMETER", "message": "too late"}}))
    row = stopped(case, api)
    check(api.counts["cancel"] == 1, str(api.counts))
    check("may still finish and be charged" in row["error_message"], str(row))
    check(row["error_maybe_billed"] == 1, str(row))
    api.hooks["status"] = None
    again = case.open(None, "provider=cancelling", env=environment(case, api))
    check(again.is_ready and again.clip() == api.clip, again.tail())
    check(api.counts["submit"] == 1, str(api.counts))


def while_the_task_is_looked_for(case):
    """The answer was lost and the search goes on: whether it costs is not known, so the job is not
    forgotten, and the next one that asks pays for no other."""
    server = case.server(faults=["submit-lost-reply", "list-hides"])
    run = case.start(server, "on-stop=cancel",
                     "stop-at=not found yet", env={"GST_PROMPT_SETTLING_SECONDS": "6"})
    case.wait_until(lambda: case.rows() and case.rows()[0]["state"] in ("cancelled", "uncertain"),
                    "the end")
    run.close_input()
    run.wait()
    row, = case.rows()
    check(row["state"] == "uncertain" and row["error_maybe_billed"] == 1, str(row))
    server.set_faults()
    again = case.open(server)
    check(again.is_ready and again.clip() == server.clip, again.tail())
    check(server.count("submits") == 1 and server.count("created") == 1, str(server.stats()))


def while_it_waits_to_be_sent_again(case):
    """Refused for its rate: nothing exists, nothing costs, and nothing is sent any more. Before the
    refusal is known, too: then it is the refusal that ends it."""
    for take, moment in enumerate(("trying again in", "submitting"), 1):
        server = case.server(faults=["submit-429:200@1"])
        case.library = case.path(f"library-{take}")
        run = case.start(server, "on-stop=cancel", "stop-at=" + moment, f"take={take}")
        case.wait_until(lambda: [row["state"] for row in case.rows()] == ["cancelled"], "the end")
        run.close_input()
        run.wait()
        row, = case.rows()
        check(not row["armed_at"] and row["error_maybe_billed"] == 0, str(row))
        check(server.count("submits") <= 1 and server.count("created") == 0, str(server.stats()))
        server.set_faults()
        check(case.open(server, f"take={take}").is_ready and server.count("created") == 1,
              str(server.stats()))


TESTS = [where_the_provider_can, where_it_is_too_late, while_the_task_is_looked_for,
         while_it_waits_to_be_sent_again]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
