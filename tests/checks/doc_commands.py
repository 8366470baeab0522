# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Runs the commands of the readme and the guide as they stand, with rehearsal and without a window.

usage: doc_commands.py PAGE...
Commands that would ask a real provider, and those that install or build, are left out.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

RUNNABLE = ("gst-launch-1.0 ", "gst-play-1.0 ", "gst-discoverer-1.0 ", "python3 - <<'END'",
            "GST_PROMPT_REHEARSAL_OPTIONS=", "gst-prompt ",
            # Where they are installed.
            *(f"{name} " for name in ("melt", "ges-launch-1.0") if shutil.which(name)))
SECONDS = 90


def commands(page):
    """The indented blocks of a page, a command each: continued lines and here documents joined."""
    command = []
    here_document = False
    for line in page.splitlines() + [""]:
        text = line[4:] if line.startswith("    ") else None
        if text is None and not here_document:
            continue
        command.append(text if text is not None else "")
        if "<<'END'" in command[-1]:
            here_document = True
        elif command[-1] == "END":
            here_document = False
        if here_document or command[-1].endswith("\\"):
            continue
        yield "\n".join(command)
        command = []


def headless(command):
    command = re.sub(r"\bauto(video|audio)sink\b", "fakesink", command)
    # These choose their sinks themselves.
    return re.sub(r"\bplaybin3? ", r"\g<0>video-sink=fakesink audio-sink=fakesink ", command)


def run(command, folder):
    return subprocess.run(["sh", "-c", headless(command)], cwd=folder, timeout=SECONDS, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)


def main():
    failures = ran = 0
    with tempfile.TemporaryDirectory() as folder:
        # Pages name files of the tree as seen from its root.
        os.symlink(os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), "docs"),
                   os.path.join(folder, "docs"))
        os.environ["GST_PROMPT_HOME"] = os.path.join(folder, "library")
        os.environ["PATH"] = "/usr/bin:" + os.environ["PATH"]
        if tool := os.environ.get("PROMPT_TEST_TOOL"):
            os.environ["PATH"] = os.path.dirname(tool) + ":" + os.environ["PATH"]
        os.environ["GST_REGISTRY"] = os.path.join(folder, "registry")
        for path in sys.argv[1:]:
            with open(path, encoding="utf-8") as page:
                text = page.read()
            for command in commands(text):
                if not command.startswith(RUNNABLE) or "rehearsal" not in command:
                    continue
                ran += 1
                result = run(command, folder)
                print(f"{'ok' if result.returncode == 0 else 'FAILED'}: {command}")
                if result.returncode != 0:
                    failures += 1
                    print(result.stdout[-2000:])
    print(f"{ran} commands, {failures} failed")
    return 1 if failures or not ran else 0


sys.exit(main())
