# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The same stored clip out of libraries of one job and of very many."""
import os

import bench
import big_ledger

SIZES = [1, 300_000, 1_000_000]


def opened(made, library, base_url):
    made.library = library
    run = bench.play(made, f"promptsrc prompt=fox cache=only base-url={base_url} ! fakesink name=sink")
    return run["first"] - run["began"], run["ended"] - run["began"], run["cpu"]


def main():
    with bench.case() as made:
        server = bench.serve(made, bench.real_clip(made))
        libraries = {}
        for jobs in SIZES:
            made.library = libraries[jobs] = made.path(f"library-{jobs}")
            run = made.open(server, "prompt=fox")
            bench.harness.check(run.is_ready, run.tail())
            if jobs > 1:
                big_ledger.grow(made.library, jobs - 1)
        server.stop()
        found = {jobs: [] for jobs in SIZES}
        for number in range(8 * bench.RUNS + 1):  # they take turns, so that all see the same machine
            for jobs in SIZES:
                times = opened(made, libraries[jobs], server.base_url)
                if number > 0:
                    found[jobs].append(times)
        one = [bench.median(column) for column in zip(*found[1])]
        rows = []
        for jobs in SIZES:
            here = [bench.median(column) for column in zip(*found[jobs])]
            size = sum(os.path.getsize(os.path.join(libraries[jobs], name))
                       for name in os.listdir(libraries[jobs]) if name.startswith("ledger.db"))
            rows.append([f"{jobs:,}", f"{size / 1e6:,.1f} MB" if size > 1e5 else "< 0.1 MB"] + [
                f"{value * 1000:.1f} ({value / base:.2f})" for value, base in zip(here, one)])
        bench.table("A stored clip, by the jobs in the library", [
            "jobs", "ledger", "to the first byte, ms (ratio)", "to the end, ms (ratio)",
            "CPU, ms (ratio)"], rows)


if __name__ == "__main__":
    main()
