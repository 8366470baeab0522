# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Rows 21 to 40: the submit, and what is certain about it."""
import json
import os
import sqlite3
import time

from rows import FAKE_NETWORK, Row, expect, log_times, never_armed, play, preload
import fake_api
from harness import check


def digest_on_port_80(case):
    """The crafted challenge crashes libsoup's authentication on a scheme's default port only."""
    server = case.server(faults=["submit-digest-401"])
    run = case.open("http://port80.test" + server.base_url[len(f"http://127.0.0.1:{server.port}"):],
                    env={"GST_PROMPT_ALLOW_HTTP": "1", "FAKE_PORT_80": str(server.port),
                         **preload(FAKE_NETWORK)})
    expect(run, server, "not_authorized", "check the key", 1, 0)


def waits_as_told(seconds):
    def after(_case, server, _run):
        times = log_times(server, "POST", "/generations")
        check(times[1] - times[0] >= seconds - 0.05, f"it waited {times[1] - times[0]} s only")
    return after


def waits_until_the_date(case):
    """Dates have whole seconds."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 6))
    play(f"submit-429:{date}@1", submits=2, after=waits_as_told(3))(case)


def waits_no_longer_than_five_minutes(case):
    server = case.server(faults=["submit-429:1000000000"])
    run = case.start(server)
    event = run.wait_for(lambda event: "trying again in" in event["text"], "the plan")
    check("trying again in 300.0 s" in event["text"], event["text"])
    run.kill()
    check(server.count("submits") == 1, str(server.stats()))


def faked(on_submit, ends, says=(), submits=1, created=0):
    """A scenario with replies that the provider's document does not have."""
    def scenario(case):
        api = fake_api.FakeApi(case, on_submit=lambda number, body: on_submit(api, number, body))
        expect(case.open(api.base_url), api, ends, says, submits, created)
    return scenario


def makes(reply):
    """The task is made, and the reply is this."""
    def on_submit(api, _number, body):
        api.document_submit(body)
        return reply(api) if callable(reply) else reply
    return on_submit


def says_no(status, body):
    return lambda api, number, request: (status, body)


def with_id(task_id):
    return makes((201, json.dumps({"success": True, "data": {
        "id": task_id, "status": "pending"}}).encode()))


def number_as_id(case):
    """Accepted as decimal text."""
    api = fake_api.FakeApi(case, on_submit=lambda number, body: (201, {
        "success": True, "data": {"id": 1234567890123, "status": "pending"}}))
    run = case.open(api.base_url)
    check(run.is_ready and run.last["task"] == "1234567890123", run.tail())
    check(api.counts["submit"] == 1, str(api.counts))


def success_with(status):
    def on_submit(api, _number, body):
        _, reply = api.document_submit(body)
        return status, reply
    return faked(on_submit, "ready", created=1)


def task_is_in_the_ledger_before_anything_else(case):
    """When the first question about the task comes, its id is committed."""
    seen = []

    def on_status(_number, task_id):
        database = sqlite3.connect(os.path.join(case.library, "ledger.db"))
        seen.append(database.execute("SELECT task_id FROM jobs").fetchone()[0] == task_id)
        database.close()

    api = fake_api.FakeApi(case, on_status=on_status)
    expect(case.open(api.base_url), api)
    check(seen and all(seen), "the task was asked for before it was written")


def no_redirect(_case, server, _run):
    stats = server.stats()
    check(stats["canary"]["connections"] == 0, "the Location was asked for")
    check(server.count("requests") == 1, str(stats))


def prompts(case):
    server = case.server()
    texts = ["quotes \" and \\ and / and {${prompt}}", "two\nlines\tand a tab", "emoji 🦊 and 狐",
             "x" * 2000, "狐" * 2000, "ein Fuchs, \u202eim Schnee", "\u0001\u001f\u007f"]
    for text in texts:
        run = case.open(server, "prompt=" + text)
        check(run.is_ready, f"{text[:30]!r}: {run.tail()}")
    sent = [entry["body"]["prompt"] for entry in server.requests() if entry["method"] == "POST"]
    check(sent == texts, "another prompt arrived")
    for text in (b"x" * 2001, b"\xff", b"\xed\xa0\x80", b"fox\xc3"):
        run = case.open(server, b"prompt=" + text)
        check(run.error == "settings", f"{text[:10]}: {run.tail()}")
    check(server.count("submits") == len(texts), "a bad prompt was sent")


HUGE_PAGE = b"<html><body>" + b"No. " * 2_000_000 + b"</body></html>"


def short_message(status, ends, submits=1):
    def scenario(case):
        api = fake_api.FakeApi(case, on_submit=lambda number, body: (
            status, HUGE_PAGE, {"Content-Type": "text/html"}))
        run = case.open(api.base_url)
        expect(run, api, ends, (), submits, 0)
        check(len(run.message) < 800, f"{len(run.message)} characters")
    return scenario


ROWS = [
    Row(21, "400", "submit-400", "rejected, quoted, not sent again",
        [play("submit-400", ends="rejected", says="Invalid request parameters", created=0)]),
    Row(22, "401", "submit-401", "not_authorized, not sent again",
        [play("submit-401", ends="not_authorized", says="check the key", created=0)]),
    Row(23, "401 with a crafted Digest challenge", "submit-digest-401, also on port 80",
        "not_authorized, no crash, one submit",
        [play("submit-digest-401", ends="not_authorized", created=0), digest_on_port_80]),
    Row(24, "402", "submit-402", "not_authorized with the account's numbers",
        [play("submit-402", ends="not_authorized", says="Required: 100, Available: 50",
              created=0)]),
    Row(25, "403, 404, 405, 413, 415, 422", "submit-STATUS", "a definite refusal each",
        [play(f"submit-{status}", ends=("rejected", "not_found", "not_authorized"), created=0)
         for status in (403, 404, 405, 413, 415, 422)]),
    Row(26, "429 with Retry-After", "submit-429:7@1; a date", "sent again after 7 s, made once",
        [play("submit-429:7@1", submits=2, after=waits_as_told(7)), waits_until_the_date]),
    Row(27, "429 with an odd Retry-After", "a date in the past, 10^9, negative, garbage",
        "1 s at least, 300 s at most, back-off without sense",
        [play("submit-429:Sat, 01 Jan 2000 00:00:00 GMT@1", submits=2, after=waits_as_told(1)),
         play("submit-429:0@1", submits=2, after=waits_as_told(1)),
         play("submit-429:-5@1", submits=2), play("submit-429:soon@1", submits=2),
         waits_no_longer_than_five_minutes]),
    Row(28, "200 with a failure code inside", "a reply with success false and a code",
        "a definite refusal, quoted",
        [faked(says_no(200, {"success": False, "error": {"code": "INVALID_PARAMETER",
                                                         "message": "not today"}}),
               "rejected", "not today")]),
    Row(29, "200 with success false", "a reply without a reason", "a definite refusal",
        [faked(says_no(200, {"success": False}), ("rejected", "failed"))]),
    Row(30, "201 as documented", "the ledger is read when the first query comes",
        "the id is committed before anything else", [task_is_in_the_ledger_before_anything_else]),
    Row(31, "200, 201, 202", "a reply with each", "accepted",
        [success_with(status) for status in (200, 201, 202)]),
    Row(32, "301, 302, 303", "submit-STATUS to another port", "an error, Location is not asked",
        [play(f"submit-{status}", ends=("rejected", "settings"), says="base-url", created=0,
              after=no_redirect) for status in (301, 302, 303)]),
    Row(33, "307, 308", "submit-STATUS to another and to the same origin",
        "an error, the key goes nowhere",
        [play(f"submit-{fault}", ends=("rejected", "settings"), says="base-url", created=0,
              after=no_redirect) for fault in ("307", "308", "307:/vibegen/api/v1/generations",
                                               "308:/vibegen/api/v1/generations")]),
    Row(34, "408", "submit-408, with and without a task", "adopted, else uncertain; one submit",
        [play("submit-408:created"), play("submit-408", ends="uncertain", created=0)]),
    Row(35, "421", "submit-421, with and without a task", "adopted, else uncertain; one submit",
        [play("submit-421:created"), play("submit-421", ends="uncertain", created=0)]),
    Row(36, "a huge page with 401 or 500", "8 MB of HTML", "a short text, one submit",
        [short_message(401, ("not_authorized", "too_large")), short_message(500, "uncertain")]),
    Row(37, "the id is missing, empty, a number, 10 KB, with odd characters", "submit-id, FakeApi",
        "a number counts; for all others the task is found by the list",
        [play("submit-no-id"), play("submit-id"), play("submit-id:a//b"), play("submit-id:.."),
         play("submit-id:x?y"), play("submit-id:" + "x" * 10_000), play("submit-nul-id"),
         play("submit-bad-utf8"), faked(with_id("a\r\nX: y"), "ready", created=1),
         faked(with_id(None), "ready", created=1), faked(with_id(["x"]), "ready", created=1),
         number_as_id]),
    Row(38, "prompts with everything in them", "quotes, control characters, lengths, bad UTF-8",
        "they arrive as they are, or are refused here", [prompts]),
    Row(39, "a parameter outside its table", "duration 7, resolution 480i", "refused, never armed",
        [play(ends="settings", args=["duration=7"], submits=0, created=0, after=never_armed),
         play(ends="settings", args=["resolution=480i"], submits=0, created=0,
              after=never_armed)]),
    Row(40, "the price is above the budget", "max-credits", "refused, never armed",
        [play(ends="settings", args=["max-credits=14.9"], submits=0, created=0,
              after=never_armed)]),
]
