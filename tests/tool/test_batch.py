# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""gst-prompt batch: a list of shots is made as make makes things. A second run makes only what is
missing, and what only a person can decide is left."""
import json
import os
import random
import sys
import time

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check

SHOTS = '''# three shots, four takes
name,prompt,takes,duration
Shot_01,a red fox in the snow,2,5
Shot_02,"a whale, ""blue""",,10
Shot_03,雪の中の狐,1,5
'''


def write(case, text, name="shots.csv"):
    path = case.path(name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def batch(case, server, *words, **named):
    return tool.run(case, server, "batch", case.path("shots.csv"), "--yes", "--poll-interval=1000",
                    *words, **named)


def names(done):
    return sorted(os.path.basename(line) for line in done.lines)


def made_and_made_again(case):
    server = case.server()
    write(case, SHOTS)
    done = batch(case, server)
    check(done.code == 0, str(done))
    wanted = ["Shot_01_take_01.mp4", "Shot_01_take_02.mp4", "Shot_02_take_01.mp4", "Shot_03_take_01.mp4"]
    check(names(done) == wanted, str(done))
    check(all(os.path.dirname(line) == case.folder for line in done.lines), "beside the list")
    check(server.count("submits") == 4, str(server.stats()))
    again = batch(case, server)
    check(again.code == 0 and "4 in the library" in again.err, str(again))
    check(server.count("submits") == 4, "it was paid again")
    # A row more, and a take more of another: these alone are paid.
    write(case, SHOTS.replace("狐,1,", "狐,2,") + "Shot_04,a boat,1,5\n")
    more = batch(case, server, "--max-credits=45")
    check(more.code == 0 and server.count("submits") == 6, str(more))
    # A file that was lost comes from the library.
    os.remove(case.path("Shot_01_take_01.mp4"))
    check(batch(case, server).code == 0 and os.path.exists(case.path("Shot_01_take_01.mp4")), "lost")
    check(server.count("submits") == 6, "it was paid again")


def price_of_all_first(case):
    server = case.server()
    write(case, SHOTS)
    done = tool.run(case, server, "batch", case.path("shots.csv"))
    check(done.code == 3 and "4 clips: 70 credits at VibeGen for 4" in done.err, str(done))
    screen = tool.Screen(case, server, "batch", case.path("shots.csv"))
    screen.wait_for("Go on? [y/N]")
    screen.type("n\r")
    check(screen.finish() == 3, screen.text)
    check(server.count("submits") == 0 and case.rows() == [], str(server.stats()))


def wrong_lists(case):
    """All that is wrong is told at once, with its place, and nothing is paid."""
    server = case.server()
    path = write(case, "name,prompt,duration\nA,x,ten\nB,,5\na,y,5\n")
    done = batch(case, server)
    check(done.code == 2, str(done))
    for problem in (f"{path}:2:5: ", f"{path}:3:1: The shot has no prompt", f"{path}:4:1: The name 'a'"):
        check(problem in done.err, done.err)
    write(case, "name,prompt,duration\nA,x,5\nB,y,7\n")
    done = batch(case, server)
    check(done.code == 2 and f"{path}:3: " in done.err and "duration" in done.err, str(done))
    missing = tool.run(case, server, "batch", "nowhere.csv", "--yes")
    check(missing.code == 2 and "nowhere.csv" in missing.err, str(missing))
    check(server.count("submits") == 0 and case.rows() == [], str(server.stats()))


def one_fails(case):
    """It does not stop the others; the next run asks for it again, though it failed a moment ago."""
    server = case.server(faults=["task-fails@1"])
    write(case, SHOTS)
    done = batch(case, server, "--parallel=1")
    check(done.code == 6 and len(done.lines) == 3, str(done))
    again = batch(case, server)
    check(again.code == 0 and len(again.lines) == 4, str(again))
    check(server.count("submits") == 5, str(server.stats()))


def stop_at_the_first(case):
    server = case.server(faults=["task-fails@1"])
    write(case, SHOTS)
    done = batch(case, server, "--parallel=1", "--stop")
    check(done.code == 4 and done.out == "", str(done))
    check(server.count("submits") == 1, str(server.stats()))


def uncertain_ones_are_left(case):
    server = case.server(faults=["submit-lost-before@1"])
    write(case, SHOTS)
    done = batch(case, server, "--parallel=1")
    check(done.code == 5 and len(done.lines) == 3, str(done))
    submits = server.count("submits")
    again = batch(case, server)
    check(again.code == 5 and "--retry-uncertain" in again.err, str(again))
    check(server.count("submits") == submits, "it was paid again")
    done = batch(case, server, "--retry-uncertain")
    check(done.code == 0 and len(done.lines) == 4, str(done))
    check(server.count("submits") == submits + 1, str(server.stats()))


def changed_shots_are_told(case):
    server = case.server()
    write(case, SHOTS)
    check(batch(case, server).code == 0, "it failed")
    before = os.stat(case.path("Shot_02_take_01.mp4"))
    write(case, SHOTS.replace("a whale", "two whales"))
    done = batch(case, server)
    check(done.code != 0 and "'Shot_02' was made of another request; --changed" in done.err, str(done))
    left = batch(case, server, "--json").of_type("left")
    check([event["name"] for event in left] == ["Shot_02"] and "--changed" in left[0]["reason"], str(left))
    check(server.count("submits") == 4, "it was paid")
    done = batch(case, server, "--changed")
    check(done.code == 0 and "Shot_02_take_02.mp4" in names(done), str(done))
    check(server.count("submits") == 5, str(server.stats()))
    now = os.stat(case.path("Shot_02_take_01.mp4"))
    check(now.st_mtime_ns == before.st_mtime_ns, "the old take was written over")
    check(batch(case, server).code == 0 and server.count("submits") == 5, "and again")


def events_and_table(case):
    server = case.server()
    write(case, SHOTS)
    done = batch(case, server, "--json")
    check(done.code == 0 and done.err == "" and len(done.of_type("take")) == 4, str(done))
    screen = tool.Screen(case, server, "batch", case.path("shots.csv"), "--yes", columns=80)
    check(screen.finish() == 0, screen.text)
    check("SHOT" in screen.text and screen.text.split("SHOT")[1].count("ready") == 4, screen.text)


def killed_at_any_moment(case):
    """Payments are rows, whenever it is killed and begun again."""
    rows, kills = (200, 20) if harness.IS_LONG else (20, 6)
    server = case.server(task_seconds=0.3)
    write(case, "name,prompt\n" + "".join(f"S{i:03},a fox number {i}\n" for i in range(rows)))
    seed = int(os.environ.get("PROMPT_TEST_SEED", "1"))
    moments = random.Random(seed)
    for _ in range(kills):
        process = tool.start(case, server, "batch", case.path("shots.csv"), "--yes", "--parallel=8",
                             "--poll-interval=1000")
        time.sleep(moments.uniform(0.05, 3.0))  # any moment is the right one
        process.kill()
        tool.finish(process)
        case.closers.pop()
    done = batch(case, server, "--parallel=8")
    if done.code == 5:
        # Killed when it was about to send, and the provider has no such task: a person looks, and
        # has it asked for again.
        check("--retry-uncertain" in batch(case, server).err, str(done))
        done = batch(case, server, "--parallel=8", "--retry-uncertain")
    check(done.code == 0 and len(done.lines) == rows, str(done))
    check(server.count("submits") == rows, f"{server.stats()} with seed {seed}")
    check(len({json.load(open(case.path(f"S{i:03}_take_01.json"), encoding="utf-8"))["job-id"]
               for i in range(rows)}) == rows, "two rows have one job")
    check(case.integrity() == "ok", case.integrity())


CHAIN = "name,prompt,from,takes\nC,the fox sleeps,b,\nA,a red fox,,2\nB,the fox looks up,A,\n"


def real_clip(case):
    """What a stand-in serves in a chain has to have frames."""
    done = tool.run(case, None, "generate", "to serve", "--provider=rehearsal", "--name=Served",
                    "-o", case.path("served"), "--library=" + case.path("other"))
    check(done.code == 0, str(done))
    with open(done.lines[0], "rb") as file:
        return file.read()


def uploader(case):
    """A command that puts files somewhere; what it was given."""
    log = case.path("uploads")
    script = case.path("upload me.sh")
    with open(script, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ntest -s "$2" || exit 1\necho "$2" >>"$1"\n'
                   'echo "https://files.example/$(sha256sum <"$2" | cut -c1-16).png?signature=secret"\n')
    os.chmod(script, 0o755)

    def uploads():
        return open(log, encoding="utf-8").read().splitlines() if os.path.exists(log) else []
    return f"'{script}' '{log}'", uploads


def chains(case):
    """Each begins with the last frame of the chosen take in front of it, which is uploaded once."""
    server = case.server(clip=real_clip(case))
    command, uploads = uploader(case)
    write(case, CHAIN)
    refused = batch(case, server)
    check(refused.code == 2 and "--upload-with" in refused.err, str(refused))
    check(server.count("submits") == 0, "it was paid")
    done = batch(case, server, "--upload-with", command)
    check(done.code == 0 and server.count("submits") == 4, str(done))
    images = {}
    for row in case.rows():
        stored = json.loads(row["request_json"]).get("images", [])
        images[row["prompt"]] = [image["url"] for image in stored]
    check(images["a red fox"] == [] and len(images["the fox looks up"]) == 1, str(images))
    check(images["the fox looks up"][0].startswith("https://files.example/"), str(images))
    check(len(uploads()) == 2, str(uploads()))
    # An address may be signed: nobody else reads it, and no sidecar has it.
    for folder, _, names in os.walk(case.folder):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".address"):
                check(os.stat(path).st_mode & 0o077 == 0, name)
            elif name.endswith(".json"):
                check("secret" not in open(path, encoding="utf-8").read(), name)
    check("secret" not in done.out + done.err, "it was said")
    again = batch(case, server, "--upload-with", command)
    check(again.code == 0 and server.count("submits") == 4 and len(uploads()) == 2, str(again))


def another_choice_makes_followers_stale(case):
    """It is told, and paid as a further take only where somebody says so."""
    server = case.server(clip=real_clip(case))
    command, _ = uploader(case)
    write(case, CHAIN)
    check(batch(case, server, "--upload-with", command).code == 0, "it failed")
    # What is served is always the same, and another take would end otherwise.
    other = tool.run(case, None, "generate", "other", "--provider=rehearsal:openai", "--name=Other",
                          "-o", case.path("other_served"), "--library=" + case.path("other")).lines[0]
    os.replace(other, case.path("A_take_01.mp4"))
    check(tool.run(case, None, "choose", "A", "1").code == 0, "choose")
    submits = server.count("submits")
    told = batch(case, server, "--upload-with", command)
    check(told.code != 0 and "'B' was made of another request" in told.err, str(told))
    check(server.count("submits") == submits, "it was paid")
    done = batch(case, server, "--upload-with", command, "--changed")
    check(done.code == 0 and os.path.exists(case.path("B_take_02.mp4")), str(done))
    check(os.path.exists(case.path("B_take_01.mp4")), "the old one has gone")


def a_broken_chain(case):
    """What comes behind a shot that failed is not begun, and not paid."""
    server = case.server(clip=real_clip(case), faults=["task-fails"])
    command, uploads = uploader(case)
    write(case, CHAIN)
    done = batch(case, server, "--upload-with", command)
    check(done.code == 4 and "B_take_01: not begun, as A_take_02 is not there." in done.err, str(done))
    check(server.count("submits") == 2 and uploads() == [], str(server.stats()))
    server.set_faults()
    done = batch(case, server, "--upload-with", "false")
    check(done.code == 6 and "--upload-with failed" in done.err, str(done))
    done = batch(case, server, "--upload-with", "echo http://plain")
    check(done.code in (2, 6) and "no https address" in done.err, str(done))
    done = batch(case, server, "--upload-with", command)
    check(done.code == 0 and server.count("submits") == 6, f"{done} {server.stats()}")


TESTS = [chains, another_choice_makes_followers_stale, a_broken_chain, made_and_made_again, price_of_all_first, wrong_lists, one_fails, stop_at_the_first,
         uncertain_ones_are_left, changed_shots_are_told, events_and_table, killed_at_any_moment]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
