# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Callbacks: what a provider says ends the wait at once, whenever it comes; and they tell whose a task
is when the answer to the submit was lost. (What strangers say: test_hostile_callers.py.)"""
import json
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from callers import LISTEN, RARELY, Provider, call, exchange, finish, request, wait_for_statuses
from callers import waiting
from harness import check

# ---- What callbacks are for ----

def the_wait_ends_at_once(case):
    server = case.server(task_seconds=0.8)
    run = case.open(server, RARELY, env=LISTEN)
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("queries") == 1, f"it looked {server.count('queries')} times")
    called, = [line for line in server.requests() if line.get("origin") == "callback"]
    check(called["status"] == 200, str(called))
    row, = case.rows()
    token = row["callback_token"]
    check(len(token) == 32, "the token is short: " + token)
    check(token.encode() not in b"".join(run.lines + run.errors), "the token was printed")


def a_failed_task_is_told_too(case):
    server = case.server(faults=["task-fails:no foxes today"], task_seconds=0.5)
    run = case.open(server, RARELY, env=LISTEN)
    check(run.error == "failed" and "no foxes today" in run.message, run.tail())
    check(server.count("queries") == 1, str(server.stats()))


def off_by_default(case):
    api = Provider(case)
    api.done.set()
    run = case.open(api.base_url)
    check(run.is_ready and "callback_url" not in api.submitted[0], str(api.submitted))
    check(case.rows()[0]["callback_token"] == "", "a token without a listener")


def the_users_own_address_wins(case):
    api = Provider(case)
    api.done.set()
    run = case.open(api.base_url, "callback-url=http://127.0.0.1:9/mine", env=LISTEN)
    check(run.is_ready and api.callback_url == "http://127.0.0.1:9/mine", str(api.submitted))


def the_address_is_the_operators(case):
    api = Provider(case)
    env = {"GST_PROMPT_CALLBACK_URL": "https://studio.example/hooks/", **LISTEN}
    run = case.start(api.base_url, RARELY, env=env)
    run.wait_for_state("queued")
    token = case.rows()[0]["callback_token"]
    check(api.callback_url == "https://studio.example/hooks/" + token, api.callback_url)
    line, = [line for line in run.errors if b"listening at" in line]
    port = int(line.split(b":")[-1])
    api.done.set()
    # As a proxy hands it on, with or without the prefix.
    status, _ = exchange(port, request("/hooks/" + token + "?from=proxy"))
    check(status == 200 and run.wait().is_ready, run.tail())


def a_provider_without_callbacks(case):
    """Vibetool's document has a place for the address but not what is posted to it; Omni Video's has
    none. Both work as ever."""
    server = case.server("--rate-limit", "0")
    env = {"OMNIVIDEO_API_KEY": harness.KEY, "OMNIVIDEO_BASE_URL": server.base_urls["omnivideo"],
           **LISTEN}
    run = case.open(None, "provider=omnivideo", env=env)
    check(run.is_ready, run.tail())


# ---- Row 130 of the fault catalogue: at the wrong time, or for the wrong task ----

def before_the_reply_to_the_submit(case):
    """130: it is remembered until the task is known."""
    server = case.server(faults=["submit-slow:2"], task_seconds=0.2)
    run = case.open(server, RARELY, env=LISTEN)
    check(run.is_ready and server.count("queries") == 1, run.tail())


def while_a_look_is_under_way(case):
    """The answer that is on its way may be older than the callback: it looks again."""
    def status(number, task_id):
        if number > 1:
            return None
        answer = Provider.status(api, number, task_id)
        api.done.set()
        call(url)
        return answer

    api = Provider(case, on_status=status)
    run, url = waiting(case, api)
    call(url)
    run.wait()
    check(run.is_ready and api.counts["status"] == 2, f"{api.counts} {run.tail()}")


def after_the_pipeline(case):
    """130: nobody uses the job any more, and it is finished all the same."""
    api = Provider(case)
    run, url = waiting(case, api, "stop-at=queued")
    api.done.set()
    call(url)
    case.wait_until(lambda: case.rows()[0]["state"] == "ready", "the clip")
    # And when the job has ended, its address has, too.
    status, _ = exchange(url.port, request(url.path))
    check(status == 404, f"a job that has ended still listens: {status}")
    run.close_input()
    run.wait()
    check(api.counts["status"] == 1, str(api.counts))


def of_another_task_and_twice(case):
    """130: whatever the body says, it is our task that is asked for."""
    asked = []

    def status(number, task_id):
        asked.append(task_id)
        return Provider.status(api, number, task_id)

    api = Provider(case, on_status=status)
    run, url = waiting(case, api)
    for body in (b'{"task_id": "task-9"}', b'{"task_id": "../../etc/passwd"}', b"[" * 60000, b"\xff",
                 b"", b'{"task_id": {"task_id": 1}}'):
        call(url, body)
    call(url)
    wait_for_statuses(case, api, 1)
    finish(case, api, run, url)
    check(set(asked) == {"task-1"}, str(asked))


def never(case):
    """130: polling goes on."""
    api = Provider(case)
    api.done.set()
    run = case.open(api.base_url, env=LISTEN)
    check(run.is_ready and api.counts["status"] == 1, run.tail())


def port_in_use(case):
    """130: a warning, and polling goes on, without an address that nobody hears."""
    other = fake_api.Listener(case).open()
    api = Provider(case)
    api.done.set()
    run = case.open(api.base_url, env={"GST_PROMPT_CALLBACK_LISTEN": f"127.0.0.1:{other.port}"})
    check(run.is_ready and "callback_url" not in api.submitted[0], run.tail())
    check(b"cannot be listened at" in b"".join(run.errors), run.tail())


def after_a_restart(case):
    """The address is the same for whoever takes the job up."""
    free = fake_api.Listener(case)
    env = {"GST_PROMPT_CALLBACK_LISTEN": f"127.0.0.1:{free.port}"}
    free.close()
    api = Provider(case)
    run, url = waiting(case, api, env=env)
    run.kill()
    again = case.start(api.base_url, RARELY, env=env)
    again.wait_for_state("queued")
    finish(case, api, again, url)
    check(len(api.submitted) == 1, "it was submitted again")


# ---- Row 55: the answer to the submit was lost, and the token tells whose the task is ----

def lost(case, *faults, provider, patience="60"):
    server = case.server(faults=["submit-lost-reply", *faults], task_seconds=0.5)
    env = {"GST_PROMPT_SETTLING_SECONDS": patience, "VIDGO_BASE_URL": server.base_urls["vidgo"],
           "VIDGO_API_KEY": harness.KEY, **LISTEN}
    run = case.open(server, RARELY, "provider=" + provider, env=env)
    seen = server.stats()["providers"][provider]
    check((seen["submits"], seen["created"]) == (1, 1), str(seen))
    return run, server


def lost_answer_without_a_list(case):
    run, server = lost(case, provider="vidgo")
    check(run.is_ready and run.clip() == server.clip, run.tail())


def lost_answer_and_the_list_does_not_help(case):
    run, server = lost(case, "list-hides", provider="vibegen")
    check(run.is_ready and run.clip() == server.clip, run.tail())
    check(server.count("queries") <= 2, "it looked again and again")


def lost_answer_and_no_callback(case):
    """The time to wait is bounded, and then a person has to decide."""
    run, _ = lost(case, "task-hangs", provider="vidgo", patience="2")
    check(run.error == "uncertain" and "task-id" in run.message, run.tail())


def broken_submit(api):
    def submit(number, body):
        api().submitted.append(json.loads(body))
        if number == 1:
            api().document_submit(body)
            return 500, {"error": {"code": "INTERNAL_ERROR", "message": "lost"}}
        return None
    return submit


def unconfirmed_tasks_are_not_adopted(case):
    """A task that the provider does not know, one that it speaks of otherwise, and no id at all."""
    def status(_number, task_id):
        if task_id == "unknown":
            return 404, {"error": {"code": "TASK_NOT_FOUND", "message": "no such task"}}
        return 200, {"success": True, "data": api.task("task-1")}

    api = Provider(case, on_submit=broken_submit(lambda: api), on_status=status,
                   on_list=lambda *_: (200, api.listing([])))
    run = case.start(api.base_url, RARELY, env={"GST_PROMPT_SETTLING_SECONDS": "8", **LISTEN})
    run.wait_for(lambda event: "the answer was lost" in event["text"], "the loss")
    url = urllib.parse.urlsplit(api.callback_url)
    for number, name in enumerate(("unknown", "other", "a?b", ""), 1):
        call(url, json.dumps({"task_id": name}).encode())
        wait_for_statuses(case, api, min(number, 2))
    run.wait()
    check(run.error == "uncertain" and not case.rows()[0]["task_id"], run.tail())


def another_jobs_task_is_not_adopted(case):
    api = Provider(case, on_list=lambda *_: (200, api.listing([])))
    api.done.set()
    check(case.open(api.base_url).is_ready, "the first job")
    api.hooks["submit"] = broken_submit(lambda: api)
    api.counts["submit"] = 0
    run = case.start(api.base_url, RARELY, "take=2",
                     env={"GST_PROMPT_SETTLING_SECONDS": "5", **LISTEN})
    run.wait_for(lambda event: "the answer was lost" in event["text"], "the loss")
    call(urllib.parse.urlsplit(api.callback_url), b'{"task_id": "task-1"}')
    run.wait()
    check(run.error == "uncertain", run.tail())
    check([row["task_id"] for row in case.rows()] in (["task-1", ""], ["task-1", None]),
          str(case.rows()))


# ---- Settings ----

def wrong_settings(case):
    """Said when a request is opened, with the variable's name; nothing is sent."""
    api = Provider(case)
    for env, pieces in (
            ({"GST_PROMPT_CALLBACK_URL": "https://a.example"}, ["GST_PROMPT_CALLBACK_LISTEN"]),
            ({"GST_PROMPT_CALLBACK_LISTEN": "nonsense"}, ["GST_PROMPT_CALLBACK_LISTEN", "nonsense"]),
            ({"GST_PROMPT_CALLBACK_LISTEN": "127.0.0.1:99999"}, ["99999"]),
            ({"GST_PROMPT_CALLBACK_LISTEN": "studio.example:80"}, ["studio.example"]),
            ({"GST_PROMPT_CALLBACK_LISTEN": "0.0.0.0:8099"}, ["GST_PROMPT_CALLBACK_URL"]),
            ({"GST_PROMPT_CALLBACK_URL": "http://a.example", **LISTEN}, ["a.example"]),
            ({"GST_PROMPT_CALLBACK_URL": "a.example/x", **LISTEN}, ["GST_PROMPT_CALLBACK_URL"])):
        run = case.open(api.base_url, env=env)
        check(run.error == "settings", f"{env}: {run.tail()}")
        for piece in pieces:
            check(piece in run.message, f"{piece} is not in: {run.message}")
    check(api.counts["submit"] == 0, "something was sent")


TESTS = [the_wait_ends_at_once, a_failed_task_is_told_too, off_by_default,
         the_users_own_address_wins, the_address_is_the_operators, a_provider_without_callbacks,
         before_the_reply_to_the_submit, while_a_look_is_under_way, after_the_pipeline,
         of_another_task_and_twice, never, port_in_use, after_a_restart,
         lost_answer_without_a_list, lost_answer_and_the_list_does_not_help,
         lost_answer_and_no_callback, unconfirmed_tasks_are_not_adopted,
         another_jobs_task_is_not_adopted, wrong_settings]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
