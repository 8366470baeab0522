# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Rows 41 to 59: a submit whose answer was lost."""
import json
import struct
import time

from rows import FAKE_SYSTEM, Row, asked, expect, play, preload
import fake_api
import rows_connect
from harness import PROMPT, check

WAYS_ON = ["task-id", "cache=refresh"]


def listed(*tasks_of, ends, says=(), adopted=None, then=None):
    """The reply to the submit is lost (the connection breaks), and the list has these tasks: each a
    function of the FakeApi."""
    def scenario(case):
        def broken(_number, body):
            api.document_submit(body)
            return 500, {"error": {"code": "INTERNAL_ERROR", "message": "lost"}}

        def on_list(number, query):
            tasks = [made(api) for made in tasks_of]
            return then(api, number, query) if then else (200, api.listing(tasks))

        api = fake_api.FakeApi(case, on_submit=broken, on_list=on_list)
        run = case.open(api.base_url)
        expect(run, api, ends, says, 1, 1)
        if adopted:
            check(run.last["task"] == adopted, f"it adopted {run.last['task']}")
        check(api.counts["list"] > 0, "nobody looked")
    return scenario


def ours(api):
    return api.task("task-1")


def older(api):
    return api.task("foreign", created_at=fake_api.now_text(-600))


def other_prompt(api):
    return api.task("foreign", prompt=PROMPT + ".")


def other_model(api):
    return api.task("foreign", model="seedance 1.0")


def other_type(api):
    return api.task("foreign", task_type="image_to_video")


def twin(api):
    return api.task("twin")


def created_at(text):
    return lambda api: api.task("task-1", created_at=text())


def third_page(api, _number, query):
    """The pages shift while they are read: a task comes twice, and ours is on the third."""
    offset = int(query.get("offset", 0))
    everything = [other_prompt(api) | {"id": f"foreign-{i}"} for i in range(45)] + [ours(api)]
    shift = offset // 20  # as many new ones have come in front
    page = everything[max(0, offset - shift):offset - shift + 20]
    return 200, api.listing(page, total=len(everything) + shift, page=offset // 20 + 1)


def endless_pages(api, number, _query):
    page = [other_prompt(api) | {"id": f"foreign-{number}-{i}"} for i in range(20)]
    return 200, api.listing(page, total=10**9, page=number)


def old_pages(api, number, query):
    """Nothing behind the first task that is older than ours can be ours."""
    check(int(query.get("offset", 0)) == 0, "it read on behind an older task")
    return 200, api.listing([ours(api)] + [older(api)] * 19, total=1000, page=number)


def bounded(case):
    listed(ends="uncertain", says=WAYS_ON, then=endless_pages)(case)


def killed_before_a_late_task(case):
    """The process ends while the provider still works on the submit; the task appears later."""
    server = case.server(faults=["submit-late:4"])
    run = case.start(server)
    case.wait_until(lambda: server.count("submits") == 1, "the submit")
    run.kill()
    check(case.rows()[0]["armed_at"], "it was not armed")
    expect(case.open(server, env={"GST_PROMPT_SETTLING_SECONDS": "60"}), server)


def answer_lost_late(case):
    """The loss is noticed long after the task was made: what counts is when the request left. The
    minute goes by on the wall clock alone."""
    path = case.path("clock")
    with open(path, "wb") as file:
        file.write(struct.pack("q", 0))
    server = case.server(faults=["submit-never-answer:created"])
    relay = fake_api.Relay(case, server.port).open()
    run = case.start(server.base_url.replace(str(server.port), str(relay.port)),
                     env={"FAKE_CLOCK": path, **preload(FAKE_SYSTEM)})
    case.wait_until(lambda: server.count("created") == 1, "the task")
    with open(path, "r+b") as file:
        file.write(struct.pack("q", 60))
    relay.break_all()
    relay.cut = False
    expect(run.wait(), server)


def late_task(case):
    """The whole wait: the reply's deadline, then the task."""
    server = case.server(faults=["submit-late:125"])
    expect(case.open(server, env={"GST_PROMPT_SETTLING_SECONDS": "60"}, patience=400), server)


def two_lost_answers(case):
    """Both tasks fit both jobs: each stops, and says which tasks there are; a person decides."""
    server = case.server(faults=["submit-lost-reply", "list-500@1-2"])
    env = {"GST_PROMPT_SETTLING_SECONDS": "4"}
    runs = [case.start(server, f"take={take}", env=env) for take in (1, 2)]
    for run in runs:
        run.wait()
    check(asked(server) == (2, 2), str(asked(server)))
    # Was the first quick enough to adopt its task before the second was armed, both are right.
    adopted = [run.last["task"] for run in runs if run.is_ready]
    check(len(set(adopted)) == len(adopted), f"a task was adopted twice: {adopted}")
    for run in runs:
        check(run.is_ready or run.error == "uncertain", run.tail())
    server.set_faults()
    for take in (1, 2):
        again = case.open(server, f"take={take}", env=env)
        check(again.is_ready or again.error == "uncertain", again.tail())
    check(asked(server) == (2, 2), "a lost answer was paid again")


def claimed_candidate(case):
    """The listed task of the same prompt belongs to another job."""
    server = case.server(faults=["submit-lost-before@2"])
    expect(case.open(server), server)
    run = case.open(server, "take=2")
    expect(run, server, "uncertain", WAYS_ON, 2, 1)


def operator_accepts_the_risk(case):
    server = case.server(faults=["submit-502@1"])
    run = case.open(server, env={"GST_PROMPT_ON_AMBIGUOUS": "resubmit"})
    expect(run, server, "ready", (), 2, 1)
    check([row["state"] for row in case.rows()] == ["uncertain", "ready"], str(case.rows()))


def operator_is_bounded(case):
    server = case.server(faults=["submit-502"])
    run = case.open(server, env={"GST_PROMPT_ON_AMBIGUOUS": "resubmit",
                                 "GST_PROMPT_SETTLING_SECONDS": "0.5"})
    check(run.error == "uncertain" and asked(server) == (4, 0), f"{asked(server)}: {run.tail()}")


def told_to_forget(case):
    """Only an explicit order pays again; what was lost stays written down."""
    server = case.server(faults=["submit-lost-before@1"])
    expect(case.open(server), server, "uncertain", WAYS_ON, 1, 0)
    for _ in range(2):
        expect(case.open(server), server, "uncertain", WAYS_ON, 1, 0)
    expect(case.open(server, "cache=refresh"), server, "ready", (), 2, 1)
    check([row["state"] for row in case.rows()] == ["uncertain", "ready"], str(case.rows()))


def uncertain_is_looked_up_again(case):
    """A task that the list shows late is found by the next opening, hours later for all we know."""
    server = case.server(faults=["submit-lost-reply", "list-hides"])
    expect(case.open(server), server, "uncertain", WAYS_ON)
    server.set_faults()
    expect(case.open(server), server)


def no_http_2(case):
    hostile = rows_connect.Hostile(case)
    run = case.open(f"https://127.0.0.1:{hostile.ports['tls-good']}/api",
                    env={"GST_PROMPT_CA_FILE": hostile.ca_file})
    check(run.error == "not_found", run.tail())  # the hostile server knows no such path
    posts = [entry for entry in hostile.requests() if entry["method"] == "POST"]
    check(len(posts) == 1 and posts[0]["alpn"] == "http/1.1", json.dumps(posts))


def zone(hours):
    moment = time.gmtime(time.time() + hours * 3600)
    return time.strftime("%Y-%m-%dT%H:%M:%S", moment) + f"{hours:+03d}:00"


ROWS = [
    Row(41, "the connection is lost after the request, the task is made", "closed, and reset",
        "found by the list, one submit", [play("submit-lost-reply"), play("submit-reset")]),
    Row(42, "the same, no task", "submit-lost-before",
        "uncertain, the ways on are named, nothing is sent again",
        [play("submit-lost-before", ends="uncertain", says=WAYS_ON, created=0, again=None)]),
    Row(43, "the reply times out, the task is made late",
        "submit-late, the process killed meanwhile; with --long the whole time-out",
        "found within the settling time, one submit",
        [killed_before_a_late_task, answer_lost_late]),
    Row(44, "500, 502, 503, 504 with a task", "submit-STATUS:created", "found by the list",
        [play(f"submit-{status}:created") for status in (500, 502, 503, 504)]),
    Row(45, "502 without a task", "submit-502",
        "uncertain; sent again by the operator's order only, and not without end",
        [play("submit-502", ends="uncertain", says=WAYS_ON, created=0), operator_accepts_the_risk,
         operator_is_bounded]),
    Row(46, "the reply's last chunk is lost", "submit-chunk-cut", "found, one submit",
        [play("submit-chunk-cut")]),
    Row(47, "the reply is no JSON", "cut, empty, doubled, with a byte order mark",
        "found, one submit", [play("submit-truncated-json"), play("submit-empty-body"),
                              play("submit-two-documents"), play("submit-bom")]),
    Row(48, "the list has tasks like ours", "FakeApi",
        "older ones and others are passed over; twins make it uncertain, and are named",
        [listed(ours, older, other_prompt, other_model, other_type, ends="ready", adopted="task-1"),
         listed(older, other_prompt, other_model, other_type, ends="uncertain", says=WAYS_ON),
         listed(twin, ours, ends="uncertain", says=["twin", "task-1"] + WAYS_ON)]),
    Row(49, "two lost answers, two tasks that fit both", "two processes, submit-lost-reply",
        "no task is adopted twice, nothing is paid again", [two_lost_answers]),
    Row(50, "the task that fits belongs to another job", "submit-lost-before@2",
        "passed over: uncertain", [claimed_candidate]),
    Row(51, "the list fails", "list-STATUS, for a while and for ever",
        "looked up again, never sent again",
        [play("submit-lost-reply", "list-500@1-2"), play("submit-lost-reply", "list-429:1@1"),
         play("submit-lost-reply", "list-404", ends="uncertain", says=WAYS_ON),
         play("submit-lost-reply", "list-truncated-json@1"), uncertain_is_looked_up_again]),
    Row(52, "the list has pages, which shift", "FakeApi",
        "found on the third; no further than our time or 100 pages",
        [listed(ends="ready", adopted="task-1", then=third_page),
         listed(ends="ready", adopted="task-1", then=old_pages), bounded]),
    Row(53, "the list shortens the prompts", "list-shortens-prompts", "not adopted: uncertain",
        [play("submit-lost-reply", "list-shortens-prompts", ends="uncertain", says=WAYS_ON)]),
    Row(54, "times without a zone, with others, as numbers", "FakeApi",
        "read as documented; without a readable time nothing is adopted",
        [listed(created_at(lambda: zone(2)), ends="ready"),
         listed(created_at(lambda: zone(-7)), ends="ready"),
         listed(created_at(lambda: fake_api.now_text()[:-1] + ".123Z"), ends="ready"),
         listed(created_at(time.time), ends="uncertain"),
         listed(created_at(lambda: None), ends="uncertain")]),
    Row(55, "a callback with the job's token comes first", "", "adopted after a status request",
        elsewhere="engine-callbacks"),
    Row(56, "REFUSED_STREAM, GOAWAY, HTTP_1_1_REQUIRED", "a server that offers HTTP/2 first",
        "HTTP/1.1 is spoken, one submit", [no_http_2]),
    Row(57, "the provider honours an idempotency key", "", "the same key, the same bytes",
        impossible="none of the described providers takes one, so there is nothing to send"),
    Row(58, "409", "submit-409", "a definite refusal, one submit",
        [play("submit-409", ends="rejected", created=0)]),
    Row(59, "somebody orders to forget a lost answer", "cache=refresh",
        "paid again only then; the lost job stays in the ledger", [told_to_forget]),
    Row(43, "the reply times out, the task is made late", "submit-late:125",
        "found within the settling time, one submit", [late_task], long_only=True),
]
