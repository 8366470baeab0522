# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Nothing includes upwards: a folder of src/ sees those above it in the list, gst/ sees the engine."""
import pathlib
import re
import sys

ORDER = ["base", "json", "http", "provider", "ledger", "clip", "job", "engine"]
ALLOWED = {name: set(ORDER[: i + 1]) for i, name in enumerate(ORDER)}
ALLOWED["rehearsal"] = {"base", "json", "rehearsal"}
# The elements see the engine's headers, and the plain types in base/ that those speak in.
ALLOWED["gst"] = {"base", "json", "engine", "gst"}
GSTREAMER_ALLOWED = {"gst", "rehearsal"}

failures = []
for path in [*pathlib.Path("src").rglob("*.[hc]*"), *pathlib.Path("gst").rglob("*.[hc]*")]:
    if path.suffix not in (".h", ".cpp"):
        continue
    folder = path.parts[1] if path.parts[0] == "src" else "gst"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        ours = re.match(r'#include "([a-z]+)/', line)
        if ours and ours[1] not in ALLOWED[folder]:
            failures.append(f"{path}:{number}: {folder}/ must not include {ours[1]}/")
        if re.match(r"#include <gst/", line) and folder not in GSTREAMER_ALLOWED:
            failures.append(f"{path}:{number}: {folder}/ knows no GStreamer")
print("\n".join(failures))
sys.exit(1 if failures else 0)
