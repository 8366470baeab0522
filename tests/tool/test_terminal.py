# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What a person sees while clips are made, on terminals of several kinds, and what a log gets."""
import json
import os
import re
import subprocess
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check

LINE = ("generate", harness.PROMPT, "--yes", "--poll-interval=1000")


class Glass:
    """As much of a terminal as is needed to see what stays on it."""

    def __init__(self, text):
        self.lines = [""]
        self.row = 0
        for part in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
            self.take(part)

    def take(self, part):
        if part == "\n":
            self.row += 1
            if self.row == len(self.lines):
                self.lines.append("")
        elif part == "\x1b[J":
            self.lines[self.row:] = [""]
        elif part.startswith("\x1b[") and part.endswith("A"):
            self.row -= int(part[2:-1])
            check(self.row >= 0, "it went above the screen")
        elif not part.startswith("\x1b") and part != "\r":
            self.lines[self.row] += part


def live_lines(case):
    """A line a job, drawn in place; what stays in the end is what came of each."""
    server = case.server(task_seconds=2)
    for number, columns in enumerate((80, 200, 40)):
        screen = tool.Screen(case, server, *LINE, "--takes=3", "--name=Shot_01", "-o", f"out{number}",
                             f"--take={1 + 3 * number}", columns=columns)
        screen.wait_for("%")
        check(screen.finish() == 0, screen.text)
        check("\x1b[" in screen.text and "[#" in screen.text or columns < 70, screen.text[:600])
        glass = Glass(screen.text)
        kept = [line for line in glass.lines if line]
        check(sum(line.endswith(".mp4") for line in kept) == 3, str(kept))
        check(not any("[#" in line for line in kept), f"live lines stayed: {kept}")
        # What is drawn again never wraps.
        drawn = [line for line in re.split(r"[\r\n]", screen.text) if "[#" in line or "[-" in line]
        for line in drawn:
            check(len(re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)) < columns, line)


def dumb_terminal(case):
    """No escapes, no carriage returns but those of the terminal itself."""
    server = case.server(task_seconds=1)
    screen = tool.Screen(case, server, *LINE, env={"TERM": "dumb"})
    check(screen.finish() == 0, screen.text)
    check("\x1b" not in screen.text and "\r" not in screen.text.replace("\r\n", ""), repr(screen.text))


def a_log(case):
    """A line for each change of state, no escapes, no padding."""
    server = case.server(task_seconds=2)
    done = tool.run(case, server, *LINE, "--name=Shot_01")
    check(done.code == 0, str(done))
    check(not re.search(r"[\x1b\r]|  | $", done.err, re.MULTILINE), repr(done.err))
    lines = [line for line in done.err.splitlines() if line.startswith("Shot_01_take_01 (job ")]
    check(1 <= len(lines) <= 6, done.err)
    check(len({re.sub(r"[0-9]+", "", line) for line in lines}) == len(lines), done.err)


def help_and_man_page(case):
    done = tool.run(case, None, "--help")
    check(done.code == 0 and "generate PROMPT" in done.out and "130" in done.out, str(done))
    check(tool.run(case, None).code == 2, "no command")
    check(tool.run(case, None, "--version").out.startswith("gst-prompt "), "version")
    page = tool.run(case, None, "--man-page")
    check(page.code == 0, str(page))
    for name in re.findall(r"^  (\w+)", done.out.split("Commands:")[1].split("Exit codes")[0], re.M):
        if name == "gst":
            continue
        one = tool.run(case, None, name, "--help")
        check(one.code == 0 and one.out.startswith(f"Usage: gst-prompt {name}"), str(one))
        check(tool.run(case, None, "help", name).out == one.out, "the other way round")
        for option in re.findall(r"--([a-z-]+)", one.out.split("Options:")[1]):
            check(f"\\-\\-{option.replace('-', chr(92) + '-')}" in page.out, f"{option} is not in the page")
        check(all(len(line) <= 80 for line in one.out.splitlines()), f"{name}: wider than 80")
    try:
        subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8"], input=page.out.encode(), check=True,
                       stderr=subprocess.PIPE)
    except FileNotFoundError:
        pass  # the page is the same without it


def completed(case):
    """What bash offers, in a folder of takes whose names have blanks."""
    for name in ("Shot 1", "Shot_2"):
        with open(case.path(name + "_take_01.json"), "w", encoding="utf-8") as file:
            file.write(json.dumps({"format": "gst-prompt take", "name": name, "take": 1, "result": 0,
                                   "job-id": "x", "prompt": "p"}))
    script = tool.run(case, None, "--completion", "bash").out
    # As it comes from readline, which parts words at "=".
    for words, wanted in ((["ge"], ["generate"]), (["generate", "--med"], ["--media"]),
                          (["generate", "--media", "a"], ["auto", "audio"]),
                          (["generate", "--provider", "=", "vibeg"], ["vibegen"]),
                          (["timeline", "--alternates", "=", ""], ["refs", "track"]),
                          (["choose", "Shot"], ["Shot 1", "Shot_2"]),
                          (["help", "qu"], ["quote"])):
        line = " ".join(f"'{word}'" for word in ["gst-prompt", *words])
        ask = (f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _gst_prompt; "
               'printf "%s\\n" "${COMPREPLY[@]}"')
        env = tool.environment(case)
        env["PATH"] = os.path.dirname(tool.TOOL) + ":" + env["PATH"]
        got = subprocess.run(["bash", "--norc", "-c", ask], cwd=case.folder, env=env, check=True,
                             stdout=subprocess.PIPE, text=True).stdout.splitlines()
        check(got == wanted, f"{words}: {got}")
    with open(case.path("_gst-prompt"), "w", encoding="utf-8") as file:
        file.write(tool.run(case, None, "--completion", "zsh").out)
    try:
        subprocess.run(["zsh", "-n", "_gst-prompt"], cwd=case.folder, check=True)
    except FileNotFoundError:
        pass  # bash's tells that the tables are right


TESTS = [completed, live_lines, dumb_terminal, a_log, help_and_man_page]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
