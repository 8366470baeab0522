# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""How long the end of a stream is held until the clip is in the library, against what a script waits to be
sure that a file is on the disk."""
import subprocess
import time

import bench
import bench_cached
import harness

# Bytes, bytes a second of the line, and runs. The player is quicker than the line: it waits for the end.
SIZES = [(2_000_000, 1_250_000, 2 * bench.RUNS), (100_000_000, 50_000_000, 2 * bench.RUNS),
         (bench_cached.BIG, 150_000_000, bench.RUNS)]


# The last bytes are held, too: from the buffer before them.
def played(made, server, number):
    run = bench.play(made, f"promptsrc prompt=end take={number} poll-interval=500 "
                     f"base-url={server.base_url} ! fakesink name=sink")
    return run["ended"] - run["before_last"]


def fetched(made, url):
    path = made.path("fetched.mp4")
    subprocess.run(["curl", "-sS", "-o", path, url], check=True)
    began = time.time()
    subprocess.run(["sync", path], check=True)
    return time.time() - began


def shown(values):
    values = sorted(values)
    return f"{bench.median(values) * 1000:.1f} ({values[-1] * 1000:.0f})"


def main():
    rows = []
    for size, rate, runs in SIZES:
        with bench.case() as made:
            path = bench_cached.big_clip(made, size)
            server = made.server("--media", path, "--rate", str(rate), clip=b"", task_seconds=0)
            url = bench.finished_task(server)
            ours, theirs = [], []
            for number in range(1, runs + 2):  # they take turns, so that both see the same machine
                held, waited = played(made, server, number), fetched(made, url)
                if number > 1:
                    ours.append(held)
                    theirs.append(waited)
            harness.check(all(row["state"] == "ready" for row in made.rows()), str(made.rows()))
            rows.append([f"{size / 1e6:,.0f} MB", shown(ours), shown(theirs),
                         f"{bench.median(ours) / bench.median(theirs):.2f}"])
    bench.table("The end of a stream", ["clip", "promptsrc: last bytes to EOS, ms (longest)",
                                        "curl -o FILE, then sync FILE, ms (longest)", "ratio"], rows)


if __name__ == "__main__":
    main()
