# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Manners of the tree: licence lines, size of files, nothing left open, no secret-looking text."""
import pathlib
import re
import subprocess
import sys

LONGEST = 450
failures = []
names = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
# What has no comments, or is somebody else's text word for word.
BARE = (".json", ".md", ".mp3", ".mp4", ".part", ".png", ".sql", ".txt")


def lacks_licence(path):
    if path.parts[:2] == ("tests", "transcripts") or path.name == "LICENSE":
        return False
    if path.suffix in BARE and path.name != "meson_options.txt":
        return False
    return b"SPDX-License-Identifier: LGPL-2.1-or-later" not in path.read_bytes()[:2000]


for name in names.splitlines():
    path = pathlib.Path(name)
    if path.exists() and lacks_licence(path):
        failures.append(f"{name}: no SPDX line")
    if path.suffix not in (".h", ".cpp", ".py") or not path.exists():
        continue
    lines = path.read_text(encoding="utf-8").splitlines()
    if not any("SPDX-License-Identifier: LGPL-2.1-or-later" in line for line in lines[:3]):
        failures.append(f"{name}: no SPDX line at its top")
    if path.suffix == ".h" and "#pragma once" not in lines:
        failures.append(f"{name}: no #pragma once")
    if path.parts[0] in ("src", "gst") and len(lines) > LONGEST:
        failures.append(f"{name}: {len(lines)} lines; is it one thing?")
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and path.parts[:2] != ("tests", "checks"):
            failures.append(f"{name}:{number}: left open")
print("\n".join(failures))
sys.exit(1 if failures else 0)
