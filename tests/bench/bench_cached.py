# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Clips of the library against the same files in filesrc."""
import bench
import harness

BIG = 1 << 30


def fill(made, server, prompt):
    """Fetches it; where the library has it then."""
    run = made.open(server, "prompt=" + prompt)
    harness.check(run.is_ready, run.tail())
    server.stop()
    return run.last["path"]


def compare(made, ours, theirs, times=1):
    """Runs that take turns, so that both see the same machine."""
    found = {"ours": [], "theirs": []}
    for number in range(bench.RUNS * times + 1):
        for name, line in (("ours", ours), ("theirs", theirs)):
            run = bench.play(made, line)
            if number > 0:
                found[name].append((run["first"] - run["began"], run["ended"] - run["began"],
                                    run["cpu"]))
    return [[bench.median([run[i] for run in found[name]]) for i in range(3)]
            for name in ("ours", "theirs")]


def big_clip(made, size=BIG):
    path = made.path("big.mp4")
    head = harness.box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    index = harness.box(b"moov", harness.box(b"mvhd", bytes(100)))
    with open(path, "wb") as file:
        file.write(head)
        file.write((size - len(head) - len(index)).to_bytes(4, "big") + b"mdat")
        file.seek(size - len(index))
        file.write(index)
    return path


def rows_of(title, ours, theirs):
    names = ("to the first frame, s", "to the end, s", "CPU, s")
    return [[title + ": " + name, f"{a:.3f}", f"{b:.3f}", f"{a / b:.2f}"]
            for name, a, b in zip(names, ours, theirs)]


def main():
    rows = []
    with bench.case() as made:
        server = bench.serve(made, bench.real_clip(made))
        stored = fill(made, server, "fox")
        line = f"prompt=fox cache=only base-url={server.base_url}"
        rows += rows_of("promptdecodebin, filesrc ! decodebin",
                        *compare(made, f"promptdecodebin name=d {line}",
                                 f"filesrc location={stored} ! decodebin name=d", times=5))
    with bench.case() as made:
        server = made.server("--media", big_clip(made), clip=b"", task_seconds=0)
        stored = fill(made, server, "big")
        ours, theirs = compare(
            made, f"promptsrc prompt=big cache=only base-url={server.base_url} ! fakesink name=sink",
            f"filesrc location={stored} ! fakesink name=sink")
        rows += [row for row in rows_of("1 GiB: promptsrc ! fakesink, filesrc ! fakesink", ours,
                                        theirs) if "frame" not in row[0]]
    bench.table("Clips of the library", ["", "ours", "filesrc", "ratio"], rows)


if __name__ == "__main__":
    main()
