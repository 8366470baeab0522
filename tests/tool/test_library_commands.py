# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What looks into the library, and what takes things out of it."""
import json
import os
import signal
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check


def filled(case, **named):
    """Two clips of a fox and one of a whale."""
    server = case.server(**named)
    done = tool.generate(case, server, "--takes=2", "--name=Fox")
    check(done.code == 0, str(done))
    done = tool.run(case, server, "generate", "a blue whale", "--yes", "--poll-interval=1000")
    check(done.code == 0, str(done))
    return server


def listed(case):
    filled(case)
    ids = [row["id"] for row in reversed(case.rows())]
    rows = [line.split("\t") for line in tool.run(case, None, "list").lines]
    check([row[0] for row in rows] == ids, str(rows))
    check(rows[0][1] == "ready" and rows[0][3:] == ["vibegen", "15 credits, expected", "a blue whale"]
          or rows[0][4] == "15 credits", str(rows))
    check([row[0] for row in (line.split("\t") for line in tool.run(case, None, "list", "fox").lines)]
          == ids[1:], "by text")
    check([row[0] for row in (line.split("\t") for line in
                              tool.run(case, None, "list", "--name=Fox").lines)] == ids[1:], "by name")
    check(tool.run(case, None, "list", "--name=Fo").lines == [], "by a part of a name")
    check(len(tool.run(case, None, "list", "--limit=1").lines) == 1, "limit")
    check(tool.run(case, None, "list", "--state=failed").lines == [], "state")
    check(tool.run(case, None, "list", "--since=today", "--media=image").lines == [], "medium")
    events = tool.run(case, None, "list", "--json", "--all").events
    check([event["job-id"] for event in events] == ids, str(events))
    shown = tool.run(case, None, "show", ids[0][:6], "--json").events[0]
    check(shown["prompt"] == "a blue whale" and os.path.exists(shown["files"][0]["path"]), str(shown))
    text = tool.run(case, None, "show", ids[0][:6]).out
    check(shown["files"][0]["sha256"] in text and "http" not in text, text)
    check(tool.run(case, None, "show", "ffffffff-ffff").code == 4, "a job that is not there")
    none = tool.run(case, None, "list", "--library=" + case.path("nowhere"))
    check(none.code == 4 and "nowhere" in none.err, str(none))
    check(not os.path.exists(case.path("nowhere")), "it was made")


def a_prompt_of_controls(case):
    """Nothing of a prompt moves the cursor, or breaks a row."""
    server = case.server()
    evil = "a\tfox\n\x1b[2Jand\x07 more"
    check(tool.run(case, server, "generate", evil, "--yes", "--name=E").code == 0, "it failed")
    done = tool.run(case, None, "list")
    check(len(done.lines) == 1 and done.lines[0].count("\t") == 5 and "\x1b" not in done.out, repr(done.out))
    shown = tool.run(case, None, "show", case.rows()[0]["id"])
    check("\x1b" not in shown.out and "\x07" not in shown.out, repr(shown.out))
    check(tool.run(case, None, "show", case.rows()[0]["id"], "--json").events[0]["prompt"] == evil, "json")


def tables_fit(case):
    filled(case)
    server = case.servers[0]
    long = "雪の中の赤い狐 🦊 " * 20
    check(tool.run(case, server, "generate", long, "--yes", "--name=Long").code == 0, "it failed")
    for columns in (80, 200, 60):
        screen = tool.Screen(case, None, "list", columns=columns)
        check(screen.finish() == 0, screen.text)
        lines = screen.text.replace("\r\n", "\n").splitlines()
        check("PROMPT" in lines[0] and len(lines) == 5, screen.text)
        check("…" in lines[1], lines[1])
        # Wide letters and emoji take two cells.
        cells = sum(2 if ord(letter) > 0x2E80 else 1 for letter in lines[1])
        check(columns - 3 <= cells <= columns, f"{cells} of {columns}: {lines[1]}")
    screen = tool.Screen(case, None, "list", env={"NO_COLOR": "1"})
    check(screen.finish() == 0 and "\x1b" not in screen.text, repr(screen.text))


def spent(case):
    server = filled(case)
    rows = [line.split("\t") for line in tool.run(case, None, "spend").lines]
    check(rows == [["vibegen", "45", "credits", "3"]], str(rows))
    day = tool.run(case, None, "spend", "--by=day", "--json").events
    check(len(day) in (1, 2) and sum(one["credits"] for one in day) == 45, str(day))
    check(tool.run(case, None, "spend", "--since=2099-01-01").out == "", "the future")
    screen = tool.Screen(case, None, "spend")
    check(screen.finish() == 0 and "█" * 30 in screen.text, screen.text)
    check(server.count("submits") == 3, "looking costs nothing")


def quoted(case):
    server = case.server()
    quote = ("quote", harness.PROMPT, "--json")
    before = tool.run(case, server, *quote, key=None).events[0]
    check(before["price"] == 15 and before["unit"] == "credits" and not before["in-library"], str(before))
    check(not os.path.exists(case.library), "a library was made")
    check(tool.generate(case, server).code == 0, "it failed")
    after = tool.run(case, server, *quote, key=None).events[0]
    check(after["in-library"] and after["job-id"] == case.rows()[0]["id"], str(after))
    check("in the library" in tool.run(case, server, *quote[:2]).out, "for people")
    check(server.count("submits") == 1, str(server.stats()))


def collected_and_attached(case):
    server = case.server(task_seconds=2 * harness.SLOWNESS)
    check(tool.generate(case, server, "--detach").code == 0, "it failed")
    row = case.rows()[0]
    collected = tool.run(case, server, "collect")
    check(collected.code == 0 and len(collected.lines) == 1, str(collected))
    with open(collected.lines[0], "rb") as file:
        check(file.read() == server.clip, "other bytes")
    check("nothing to fetch" in tool.run(case, server, "collect").err, "again")
    # In another library, by the task alone.
    elsewhere = case.path("elsewhere")
    attached = tool.run(case, server, "attach", "vibegen", row["task_id"], "--library=" + elsewhere)
    check(attached.code == 0 and attached.lines[0].startswith(elsewhere), str(attached))
    missing = tool.run(case, server, "attach", "vibegen", "no-such-task", "--library=" + elsewhere)
    check(missing.code == 4, str(missing))
    check(server.count("submits") == 1, str(server.stats()))


def cancelled(case):
    server = case.server(task_seconds=600)
    words = ("--provider=omnivideo", "--base-url=" + server.base_urls["omnivideo"])
    env = {"OMNIVIDEO_API_KEY": harness.KEY, "OMNIVIDEO_BASE_URL": server.base_urls["omnivideo"]}
    check(tool.generate(case, server, *words, "--detach", env=env).code == 0, "it failed")
    row = case.rows()[0]
    done = tool.run(case, server, "cancel", row["id"][:8], env=env)
    check(done.code == 0 and row["task_id"] in done.err, str(done))
    check(case.rows()[0]["state"] == "cancelled", str(case.rows()))


def owned_by_another(case):
    """Only who works on a job can cancel it, or take it out."""
    server = case.server(task_seconds=600)
    process = tool.start(case, server, "generate", harness.PROMPT, "--yes")
    case.wait_until(lambda: case.rows() and case.rows()[0]["task_id"], "it is accepted")
    job = case.rows()[0]["id"]
    removed = tool.run(case, server, "remove", job, "--force")
    check(removed.code == 4 and "process" in removed.err, str(removed))
    process.send_signal(signal.SIGTERM)
    check(tool.finish(process).code == 130, "it did not end")


def checked_and_removed(case):
    server = filled(case)
    check("3 files are as downloaded" in tool.run(case, None, "check").err, "check")
    rows = case.rows()
    path = json.loads(tool.run(case, None, "show", rows[0]["id"], "--json").out)["files"][0]["path"]
    os.chmod(path, 0o600)
    with open(path, "r+b") as file:
        file.write(b"x")
    done = tool.run(case, None, "check")
    check(done.code == 4 and path in done.out, str(done))
    dry = tool.run(case, None, "prune", "--state=ready", "--dry-run")
    check(dry.code == 0 and "3 jobs" in dry.err and len(case.rows()) == 3, str(dry))
    nothing = tool.run(case, None, "prune")
    check(nothing.code == 2 and len(case.rows()) == 3, str(nothing))
    done = tool.run(case, None, "remove", rows[0]["id"][:8])
    check(done.code == 0 and "pays again" in done.err and not os.path.exists(path), str(done))
    check(len(case.rows()) == 2, str(case.rows()))
    done = tool.run(case, None, "prune", "--state=ready", "--json")
    check(done.code == 0 and len(done.of_type("removed")) == 2 and case.rows() == [], str(done))
    check(server.count("submits") == 3, str(server.stats()))


def what_may_be_lost_wants_force(case):
    server = case.server(faults=["submit-lost-before"])
    check(tool.generate(case, server).code == 5, "it is not uncertain")
    job = case.rows()[0]["id"]
    done = tool.run(case, None, "remove", job)
    check(done.code == 3 and "--force" in done.err and len(case.rows()) == 1, str(done))
    done = tool.run(case, None, "remove", job, "--force")
    check(done.code == 0 and case.rows() == [], str(done))


TESTS = [listed, a_prompt_of_controls, tables_fit, spent, quoted, collected_and_attached, cancelled,
         owned_by_another, checked_and_removed, what_may_be_lost_wants_force]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
