# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Nothing includes upwards: a folder of src/ sees those above it in the list. Whoever drives the
engine sees its face: src/engine/*.h, and what those headers are made of."""
import pathlib
import re
import sys

ORDER = ["base", "json", "http", "provider", "ledger", "clip", "job", "engine"]
ALLOWED = {name: set(ORDER[: i + 1]) for i, name in enumerate(ORDER)}
ALLOWED["edit"] = {"base", "json", "engine", "edit"}
ALLOWED["tool"] = {*ALLOWED["edit"], "tool"}
ALLOWED["rehearsal"] = {"base", "json", "rehearsal"}
# Rooms inside of a folder, likewise; what lies in no room sees them all and is seen by them all.
ROOMS = {"src/rehearsal": ["net", "faults", "render", "tasks", "media", "api"],
         "gst": ["shared", "promptsrc", "promptdecodebin"]}
GSTREAMER_ALLOWED = {"gst", "edit", "rehearsal"}
# The elements, and programs that link libgstprompt-engine.so; json/ is a copy of their own.
FACE_ONLY = [*pathlib.Path("gst").rglob("*.[hc]*"), *pathlib.Path("docs/examples").rglob("*.[hc]*"),
             *(path for path in pathlib.Path("tests/engine").glob("*.cpp")
               # This one looks at what nobody else sees.
               if path.name != "hashes.cpp")]
FACE_ALLOWED = {"base", "json", "engine"}
# The face's own headers stand on values alone.
FACE_STANDS_ON = re.compile(r"base/|engine/[a-z_]+\.h|json/value\.h")

failures = []


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if ours := re.match(r'#include "(([a-z]+)/[^"]*)"', line):
            yield number, ours[1], ours[2]
        elif re.match(r"#include <gst/", line):
            yield number, line[len("#include "):], "GStreamer"


for path in [path for path in pathlib.Path("src").rglob("*") if path.suffix in (".h", ".cpp")]:
    folder = path.parts[1]
    for number, name, where in includes(path):
        if where == "GStreamer":
            if folder not in GSTREAMER_ALLOWED:
                failures.append(f"{path}:{number}: {folder}/ knows no GStreamer")
        elif where not in ALLOWED[folder]:
            failures.append(f"{path}:{number}: {folder}/ must not include {where}/")
        elif folder in ("edit", "tool") and name.startswith("engine/inside/"):
            failures.append(f"{path}:{number}: only the engine's face is seen here, not {name}")
        elif path.match("src/engine/*.h") and not FACE_STANDS_ON.match(name):
            failures.append(f"{path}:{number}: the engine's face must not include {name}")
for path in FACE_ONLY:
    for number, name, where in includes(path):
        if where == "GStreamer":
            if path.parts[0] != "gst":
                failures.append(f"{path}:{number}: the engine is driven without GStreamer here")
        elif path.parts[0] == "gst" and where in ROOMS["gst"]:
            continue
        elif where not in FACE_ALLOWED or name.startswith("engine/inside/"):
            failures.append(f"{path}:{number}: only the engine's face is seen here, not {name}")
for folder, rooms in ROOMS.items():
    for path in [path for path in pathlib.Path(folder).glob("*/*") if path.suffix in (".h", ".cpp")]:
        for number, name, _ in includes(path):
            room = name.removeprefix(f"{pathlib.Path(folder).name}/").split("/")[0]
            if room in rooms and rooms.index(room) > rooms.index(path.parent.name):
                failures.append(f"{path}:{number}: {path.parent}/ must not include {room}/")
print("\n".join(failures))
sys.exit(1 if failures else 0)
