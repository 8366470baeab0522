# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""gst-prompt generate: takes become files with their facts beside them, each paid once."""
import hashlib
import json
import os
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check


SCHEMA = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "sidecar.schema.json")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sidecar(case, name):
    """What stands in it, which is as the documentation says."""
    facts = json.loads(read(case.path(name + ".json")))
    try:
        import jsonschema
    except ImportError:
        return facts
    schema = json.loads(read(SCHEMA))
    jsonschema.validate(facts, schema)
    check(set(facts) == set(schema["required"]), "members that are not documented")
    if facts["delivered"]:
        check(set(facts["delivered"]) == set(schema["properties"]["delivered"]["properties"]), "likewise")
    return facts


def takes_and_again(case):
    """Four takes are four tasks; the same line again pays nothing and leaves the files alone."""
    server = case.server()
    done = tool.generate(case, server, "--takes=4", "--name=Shot_01", "-o", case.path("out"))
    check(done.code == 0, str(done))
    names = [f"Shot_01_take_0{number}" for number in (1, 2, 3, 4)]
    check(sorted(done.lines) == [case.path(f"out/{name}.mp4") for name in names], str(done))
    check(server.count("submits") == 4, str(server.stats()))
    check(sorted(os.listdir(case.path("out"))) ==
          sorted(name + end for name in names for end in (".json", ".mp4")), os.listdir(case.path("out")))
    jobs = {row["id"] for row in case.rows()}
    check({sidecar(case, "out/" + name)["job-id"] for name in names} == jobs, "whose are they")
    before = {name: os.stat(case.path("out/" + name)) for name in os.listdir(case.path("out"))}
    again = tool.generate(case, server, "--takes=4", "--name=Shot_01", "-o", case.path("out"))
    check(again.code == 0 and sorted(again.lines) == sorted(done.lines), str(again))
    check("4 in the library" in again.err, again.err)
    check(server.count("submits") == 4, "it was paid again")
    for name, facts in before.items():
        now = os.stat(case.path("out/" + name))
        check((now.st_ino, now.st_mtime_ns) == (facts.st_ino, facts.st_mtime_ns), name + " was written")


def files_are_copies(case):
    """What an editor writes into a take does not reach what was paid for."""
    server = case.server()
    check(tool.generate(case, server, "--name=A").code == 0, "it failed")
    stored = os.path.join(case.library, "clips", os.listdir(os.path.join(case.library, "clips"))[0])
    take = case.path("A_take_01.mp4")
    check(read(take) == server.clip == read(stored), "other bytes")
    check(os.stat(take).st_ino != os.stat(stored).st_ino, "it is the library's own file")
    check(abs(os.stat(take).st_mtime - os.stat(stored).st_mtime) < 0.001, "another time of change")
    facts = sidecar(case, "A_take_01")
    check(facts["sha256"] == hashlib.sha256(server.clip).hexdigest(), str(facts))
    with open(take, "ab") as file:
        file.write(b"an editor's")
    again = tool.generate(case, server, "--name=A")
    check(again.code == 0 and "changed since" in again.err, str(again))
    check(read(take).endswith(b"an editor's") and read(stored) == server.clip, "it was written over")


def hard_links(case):
    server = case.server()
    check(tool.generate(case, server, "--name=A", "--link").code == 0, "it failed")
    stored = os.path.join(case.library, "clips", os.listdir(os.path.join(case.library, "clips"))[0])
    take = os.stat(case.path("A_take_01.mp4"))
    check(take.st_ino == os.stat(stored).st_ino and take.st_mode & 0o222 == 0, oct(take.st_mode))


def never_over_another(case):
    """A name that belongs to another clip, or to nobody we know, is refused before paying."""
    server = case.server()
    check(tool.generate(case, server, "--name=A").code == 0, "it failed")
    before = read(case.path("A_take_01.mp4"))
    other = tool.run(case, server, "generate", "a blue whale", "--yes", "--name=A")
    check(other.code == 2 and "belongs to another clip" in other.err, str(other))
    with open(case.path("B_take_01.mov"), "w", encoding="utf-8") as file:
        file.write("somebody's")
    stranger = tool.generate(case, server, "--name=B")
    check(stranger.code == 2 and "belongs to another clip" in stranger.err, str(stranger))
    check(server.count("submits") == 1 and read(case.path("A_take_01.mp4")) == before, "it was paid")
    # A name of ours makes way.
    first = tool.generate(case, server)
    second = tool.run(case, server, "generate", harness.PROMPT, "--yes", "--duration=10",
                      "--poll-interval=1000")
    check(first.lines == ["./a_red_fox_in_the_snow_take_01.mp4"], str(first))
    check(second.lines == ["./a_red_fox_in_the_snow_2_take_01.mp4"], str(second))
    check(tool.generate(case, server).lines == first.lines, "not the same name again")


def facts_are_asked_and_delivered(case):
    """A real clip: what was asked for, and what the file is."""
    done = tool.run(case, None, "generate", harness.PROMPT, "--provider=rehearsal", "--name=Shot",
                    "--duration=5", "--seed=-1")
    check(done.code == 0, str(done))
    facts = sidecar(case, "Shot_take_01")
    row = case.rows()[0]
    check(facts["job-id"] == row["id"] and facts["task-id"] == row["task_id"], str(facts))
    check(facts["prompt"] == harness.PROMPT and facts["rehearsed"] is True, str(facts))
    check(facts["request"]["duration"] == 5 and facts["model"], str(facts))
    delivered = facts["delivered"]
    check((delivered["width"], delivered["height"]) == (864, 496), str(delivered))
    check(delivered["rate"] == "24/1" and delivered["frames"] == 121, str(delivered))
    check(delivered["video-codec"] == "H.264" and delivered["c2pa"] is False, str(delivered))
    check(facts["differs"] == [] and "Warning" not in done.err, str(facts))
    check("864x496, 24 fps, 5.04 s" in done.err, done.err)


def what_differs_is_said(case):
    """The clip of another order: a rehearsed one of 5 s comes for 10 s with sound."""
    check(tool.run(case, None, "generate", harness.PROMPT, "--provider=rehearsal", "--name=Five").code
          == 0, "no clip to serve")
    server = case.server(clip=read(case.path("Five_take_01.mp4")))
    done = tool.generate(case, server, "--name=Ten", "--duration=10", "--generate-audio=true")
    check(done.code == 0, str(done))
    wanted = ["10 s asked for, 5.04 s delivered", "sound asked for, none delivered"]
    check(sidecar(case, "Ten_take_01")["differs"] == wanted, str(sidecar(case, "Ten_take_01")))
    check("Warning: Ten_take_01: " + "; ".join(wanted) in done.err, done.err)


def events_for_programs(case):
    server = case.server()
    done = tool.generate(case, server, "--takes=2", "--name=A", "--json")
    check(done.code == 0 and done.err == "", str(done))
    price = done.of_type("price")
    check(len(price) == 1 and price[0]["clips"] == 2, str(price))
    check(price[0]["sums"] == [{"provider": "VibeGen", "credits": 30, "unit": "credits", "clips": 2}],
          str(price))
    jobs = done.of_type("job")
    for name in ("A_take_01", "A_take_02"):
        states = [event["state"] for event in jobs if event["name"] == name]
        check(states[-1] == "ready" and "queued" in states, str(states))
    takes = done.of_type("take")
    check({take["path"] for take in takes} == {"./A_take_01.mp4", "./A_take_02.mp4"}, str(takes))
    ids = {row["id"]: row["task_id"] for row in case.rows()}
    check({event["job-id"]: event["task-id"] for event in jobs if event["task-id"]} == ids, str(jobs))


def no_more_than_parallel(case):
    server = case.server(task_seconds=1)
    done = tool.generate(case, server, "--takes=5", "--parallel=2", "--name=A")
    check(done.code == 0, str(done))
    under_way = most = 0
    for request in sorted([(row["armed_at"], 1) for row in case.rows()] +
                          [(row["finished_at"], -1) for row in case.rows()]):
        under_way += request[1]
        most = max(most, under_way)
    check(most == 2, f"{most} at a time")


def detached(case):
    """It leaves as soon as the provider has accepted; the same line again, or collect, fetches."""
    server = case.server(task_seconds=3)
    done = tool.generate(case, server, "--takes=2", "--name=A", "--detach")
    check(done.code == 0 and done.out == "" and done.err.count("accepted as task") == 2, str(done))
    check([row["task_id"] != "" for row in case.rows()] == [True, True], str(case.rows()))
    collected = tool.run(case, server, "collect")
    check(collected.code == 0 and len(collected.lines) == 2, str(collected))
    done = tool.generate(case, server, "--takes=2", "--name=A")
    check(done.code == 0 and sorted(done.lines) == ["./A_take_01.mp4", "./A_take_02.mp4"], str(done))
    check(server.count("submits") == 2, str(server.stats()))


def several_results(case):
    """Music has two tracks: both become files."""
    done = tool.run(case, None, "generate", "rain on a tin roof", "--provider=rehearsal:vidgo",
                    "--media=audio", "--name=Rain", "--set", "title=Tin Roof", "--set", "style=Jazz",
                    "--set", "custom_mode=true", "--set", "instrumental=true", "--set", "mv=V5")
    check(done.code == 0, str(done))
    check(len(done.lines) == 2 and all("Rain_take_01_result_0" in line for line in done.lines),
          str(done))
    for line in done.lines:
        facts = sidecar(case, os.path.splitext(line)[0])
        check(facts["delivered"]["medium"] == "audio", str(facts))
        check(facts["request"]["parameters"]["custom_mode"] is True, str(facts["request"]))
    check(tool.run(case, None, "show", case.rows()[0]["id"][:8]).out.count("File ") == 2, "show")


def a_prompt_in_a_file(case):
    server = case.server()
    text = "ein Fuchs im Schnee, 狐狸\nzweite Zeile"
    with open(case.path("prompt.txt"), "w", encoding="utf-8-sig") as file:
        file.write(text + "\r\n")
    # Services and cron have the locale C.
    done = tool.run(case, server, "generate", "--yes", "--poll-interval=1000", "-f", "prompt.txt", env={"LC_ALL": "C"})
    check(done.code == 0 and case.rows()[0]["prompt"] == text, str(done))
    done = tool.run(case, server, "generate", "--yes", "--poll-interval=1000", "-f", "-", stdin_text="from stdin".encode())
    check(done.code == 0 and case.rows()[1]["prompt"] == "from stdin", str(done))
    done = tool.run(case, server, "generate", "一只狐狸", "--yes", "--poll-interval=1000", env={"LC_ALL": "C"})
    check(done.code == 0 and done.lines == ["./一只狐狸_take_01.mp4"], str(done))


def how_it_ends(case):
    """A failed task is 4, an uncertain one 5, some of several 6."""
    server = case.server(faults=["submit-400"])
    done = tool.generate(case, server, "--name=A")
    check(done.code == 3 and done.out == "", str(done))
    server.set_faults("task-fails")
    done = tool.generate(case, server, "--name=B", "--take=2")
    check(done.code == 4 and "(job " in done.err, str(done))
    server.set_faults("task-fails@1")
    done = tool.generate(case, server, "--name=C", "--take=3", "--takes=3", "--parallel=1")
    check(done.code == 6 and len(done.lines) == 2, str(done))
    server.set_faults("submit-lost-before")
    done = tool.generate(case, server, "--name=D", "--take=9")
    check(done.code == 5 and "account" in done.err, str(done))


def nobody_reads(case):
    """A reader that has gone ends it quietly; what was begun goes on."""
    server = case.server(task_seconds=1)
    process = tool.start(case, server, "generate", harness.PROMPT, "--yes", "--json")
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read().decode()
    process.wait(harness.PATIENCE)
    check(process.returncode == -13 and err == "", f"{process.returncode} {err}")
    case.closers.pop()
    process.stderr.close()
    done = tool.generate(case, server, "--name=A")
    check(done.code == 0 and server.count("submits") <= 1, str(done))


TESTS = [takes_and_again, files_are_copies, hard_links, never_over_another,
         facts_are_asked_and_delivered, what_differs_is_said, events_for_programs,
         no_more_than_parallel, detached, several_results, a_prompt_in_a_file, how_it_ends,
         nobody_reads]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
