# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What a thousand waiting jobs cost, looking 200 times a second where nobody limits that."""
import time

import bench
import test_waiting

SECONDS = 10


def main():
    with bench.case() as made:
        server = made.server("--rate-limit", "0", task_seconds=test_waiting.FOR_EVER)
        env = test_waiting.unlimited(made)
        crowd = test_waiting.Crowd(made, "provider=unlimited", "base-url=" + server.base_url,
                                   "poll-interval=5000", **env)
        crowd.grow_to(1000)
        shares, rates = [], []
        for _ in range(bench.RUNS):
            before, asked = crowd.grow_to(), server.count("queries")
            time.sleep(SECONDS)
            after, then = crowd.grow_to(), server.count("queries")
            seconds = (after["now-us"] - before["now-us"]) / 1e6
            shares.append((after["cpu-us"] - before["cpu-us"]) / 1e6 / seconds)
            rates.append((then - asked) / seconds)
    bench.table("1,000 jobs that wait", ["", "value"],
                [["looks a second", f"{bench.median(rates):.0f}"],
                 ["CPU, of one core", f"{bench.median(shares) * 100:.1f} %"],
                 ["threads", str(after["threads"])],
                 ["descriptors", str(after["descriptors"])]])


if __name__ == "__main__":
    main()
