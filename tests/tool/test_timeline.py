# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""From prompts to a cut: a list is made, takes are chosen, and what an editor opens has them."""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check


def made(case):
    """Shots of 5 and 10 s, of which the first has two takes; their folder."""
    path = case.path("shots.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("name,prompt,takes,duration\nShot 2 ü,a fox & <snow>,2,5\nShot 10,a whale,1,10\n")
    done = tool.run(case, None, "batch", path, "--provider=rehearsal", "-o", "out")
    check(done.code == 0 and len(done.lines) == 3, str(done))
    return case.path("out")


def rows(case, folder):
    return [line.split("\t")[:3] for line in tool.run(case, None, "takes", "-i", folder).lines]


def chosen_takes(case):
    folder = made(case)
    # As people order names; what nobody chose is the last one.
    check(rows(case, folder) == [["Shot 2 ü", "1", ""], ["Shot 2 ü", "2", "*"], ["Shot 10", "1", "*"]],
          str(rows(case, folder)))
    check(tool.run(case, None, "choose", "shot 2 Ü", "1", "-i", folder).code == 0, "choose")
    check(rows(case, folder)[:2] == [["Shot 2 ü", "1", "*"], ["Shot 2 ü", "2", ""]], str(rows(case, folder)))
    # It goes with the folder, and the same list again leaves it.
    os.remove(os.path.join(folder, "Shot 2 ü_take_01.mp4"))
    check(rows(case, folder)[0][2] == "missing", str(rows(case, folder)))
    check(tool.run(case, None, "batch", "shots.csv", "--provider=rehearsal", "-o", "out").code == 0, "again")
    moved = shutil.move(folder, case.path("elsewhere"))
    check(rows(case, moved)[0][2] == "*", str(rows(case, moved)))
    for words, says in ((("Shot 2 ü", "3"), "it has 1, 2"), (("Shot 3", "1"), "Shot 2 ü, Shot 10"),
                        (("Shot 10",), "as in 'gst-prompt choose"), (("Shot 10", "x"), "number")):
        done = tool.run(case, None, "choose", *words, "-i", moved)
        check(done.code in (2, 4) and says in done.err, str(done))
    events = tool.run(case, None, "takes", "Shot 10", "-i", moved, "--json").events
    check(len(events) == 1 and events[0]["path"] == os.path.join(moved, "Shot 10_take_01.mp4"), str(events))


def what_an_editor_opens(case):
    """Each format has the chosen takes; melt plays as many frames as there are."""
    folder = made(case)
    check(tool.run(case, None, "choose", "Shot 2 ü", "1", "-i", folder).code == 0, "choose")
    for ending in ("otio", "xges", "mlt", "edl", "xml"):
        done = tool.run(case, None, "timeline", "-i", folder, "-o", f"out/cut.{ending}")
        check(done.code == 0 and done.lines == [f"out/cut.{ending}"], str(done))
        check("01:00:00:00  Shot 2 ü, take 1" in done.err and "362 frames at 24" in done.err, done.err)
        with open(case.path(f"out/cut.{ending}"), encoding="utf-8") as file:
            text = file.read()
        check("take_01" in text and "take_02" not in text, f"{ending}: another take")
    with open(case.path("out/cut.otio"), encoding="utf-8") as file:
        track = json.load(file)["tracks"]["children"][0]
    clips = [child for child in track["children"] if child["OTIO_SCHEMA"].startswith("Clip")]
    check([clip["source_range"]["duration"]["value"] for clip in clips] == [121, 241], str(clips))
    if not shutil.which("melt"):
        raise harness.Skipped("melt is not installed")
    played = subprocess.run(["melt", "out/cut.mlt", "-consumer", "avformat:all.mkv", "vcodec=ffv1",
                             "real_time=-1"], cwd=case.folder, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False, stdin=subprocess.DEVNULL,
                            env=dict(os.environ, QT_QPA_PLATFORM="offscreen"))
    check(b"failed to load" not in played.stdout, played.stdout.decode(errors="replace")[-500:])
    seen = subprocess.run(["gst-launch-1.0", "-m", "filesrc", "location=all.mkv", "!", "matroskademux",
                           "!", "identity", "name=each", "silent=false", "!", "fakesink", "-v"],
                          cwd=case.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout
    frames = len(set(re.findall(rb"last-message = chain .*?pts: ([0-9:.]+)", seen)))
    check(frames == 362, f"{frames} frames")


def as_it_was_wished(case):
    folder = made(case)
    done = tool.run(case, None, "timeline", "Shot 10", "-i", folder, "-o", "cut.otio", "--rate=25",
                    "--size=1920x1080", "--start=10:00:00:00", "--relative", "--alternates=refs")
    check(done.code == 0 and "10:00:00:00  Shot 10" in done.err and "251 frames at 25" in done.err, str(done))
    with open(case.path("cut.otio"), encoding="utf-8") as file:
        text = file.read()
    check("out/Shot%2010_take_01.mp4" in text and case.folder not in text, "it is not relative")
    for words, says in ((("-o", "cut.aaf"), ".otio"), (("-o", "cut.mlt", "--rate=0"), "rate"),
                        (("-o", "cut.mlt", "--size=big"), "1920x1080"),
                        (("-o", "cut.edl", "--relative"), "relative"),
                        (("-o", "cut.mlt", "--start=01:00:00:24"), "01:00:00:24"),
                        (("-o", "cut.mlt", "--alternates=all"), "refs"),
                        (("Shot 11", "-o", "cut.mlt"), "Shot 11")):
        done = tool.run(case, None, "timeline", "-i", folder, *words)
        check(done.code in (2, 4) and says in done.err and done.out == "", f"{words} {done}")
    empty = tool.run(case, None, "timeline", "-i", case.folder, "-o", "cut.mlt")
    check(empty.code == 4 and "There are no takes" in empty.err, str(empty))
    check(not os.path.exists(case.path("cut.mlt")), "it was written")


def exported(case):
    """Frames and sound of the chosen takes, once; a cut of exports is a cut of takes."""
    folder = made(case)
    check(tool.run(case, None, "choose", "Shot 2 ü", "1", "-i", folder).code == 0, "choose")
    done = tool.run(case, None, "export", "--as=mjpeg", "-i", folder)
    wanted = [f"{folder}/mjpeg/Shot 2 ü_take_01.mov", f"{folder}/mjpeg/Shot 10_take_01.mov"]
    check(done.code == 0 and done.lines == wanted, str(done))
    facts = {}
    for path in wanted:
        with open(os.path.splitext(path)[0] + ".json", encoding="utf-8") as file:
            facts[path] = json.load(file)
        delivered = facts[path]["delivered"]
        check(delivered["key-frames"] == delivered["frames"] and delivered["container"] == "QuickTime",
              str(delivered))
    check([facts[path]["delivered"]["frames"] for path in wanted] == [121, 241], str(facts))
    check(facts[wanted[0]]["export"]["as"] == "mjpeg" and facts[wanted[0]]["chosen"], str(facts))
    before = os.stat(wanted[0])
    again = tool.run(case, None, "export", "--as=mjpeg", "-i", folder, "--json")
    check(again.code == 0 and all(event["was-there"] for event in again.events), str(again))
    check(os.stat(wanted[0]).st_mtime_ns == before.st_mtime_ns, "it was written again")
    cut = tool.run(case, None, "timeline", "-i", folder + "/mjpeg", "-o", "cut.otio")
    check(cut.code == 0 and "362 frames at 24" in cut.err, str(cut))
    frame = tool.run(case, None, "export", "Shot 10", "--last-frame", "-i", folder)
    check(frame.lines == [f"{folder}/frames/Shot 10_take_01_last.png"], str(frame))
    with open(frame.lines[0], "rb") as file:
        check(file.read(8) == b"\x89PNG\r\n\x1a\n", "no PNG")
    for words in ((), ("--as=avi",), ("--as=mjpeg", "--last-frame")):
        check(tool.run(case, None, "export", "-i", folder, *words).code == 2, str(words))


TESTS = [exported, chosen_takes, what_an_editor_opens, as_it_was_wished]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
