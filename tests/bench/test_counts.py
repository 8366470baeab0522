# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What of the benchmarks is the same on every machine: how often and how much is asked for when a clip is
played while it comes, on a line of 10 Mbit/s and 20 ms."""
import os

import bench
import harness
from harness import check

ALLOWANCE = 256 * 1024
CLIP_SECONDS = 5


def played(case, clip, *options, policy="first-byte", line=bench.LINE, player=()):
    server = bench.serve(case, clip, *line, *options)
    run = bench.play(case, "promptdecodebin name=d prompt=fox poll-interval=1000 "
                     f"generate-audio=true start-policy={policy} base-url={server.base_url}", *player)
    frames = bench.play(case, f"filesrc location={clip} ! decodebin name=d")["buffers"]
    check(run["buffers"] == frames > 0, f"{run['buffers']} of {frames} frames")
    seen = server.stats()
    check(seen["providers"]["vibegen"]["submits"] == 1, str(seen))
    return server, run, seen["media"]["bytes"]


def nothing_is_fetched_twice(case):
    """With the index at the end the download stops where the window at the end begins."""
    clip = bench.real_clip(case)
    size = os.path.getsize(clip)
    whole = size / 1_250_000
    # How soon is a busy machine's to spoil, but not three times in a row.
    for attempt in range(3):
        case.library = case.path(f"library-{attempt}")
        _, run, sent = played(case, clip)
        check(size <= sent <= size + ALLOWANCE, f"{sent} bytes were sent of {size}")
        if run["first"] - run["known"] < whole:
            return
    check(False, f"the first frame waited for all of it: {run}")


def exactly_the_file_with_the_index_in_front(case):
    clip = bench.with_moov_in_front(case, bench.real_clip(case))
    server, _, sent = played(case, clip)
    check(sent == os.path.getsize(clip), f"{sent} bytes were sent of {os.path.getsize(clip)}")
    media = [line for line in server.requests() if line.get("path", "").endswith(".mp4")]
    check(len(media) == 1, f"{len(media)} requests")


def a_server_without_ranges(case):
    """That it has none it says by sending everything, which is hung up on; the index is waited for."""
    clip = bench.real_clip(case)
    size = os.path.getsize(clip)
    _, _, sent = played(case, clip, "--no-range")
    check(size <= sent <= size + ALLOWANCE, f"{sent} bytes were sent of {size}")


def a_slow_line_does_not_stall_safe_playback(case):
    """The clip comes half as fast as it plays. Begun at the first byte, it would take twice its time."""
    clip = bench.real_clip(case)
    rate = os.path.getsize(clip) // (2 * CLIP_SECONDS)
    _, run, _ = played(case, clip, policy="safe", line=["--rate", str(rate)], player=["--sync"])
    took = run["ended"] - run["first"]
    check(took < 1.5 * CLIP_SECONDS, f"{took:.1f} s for a clip of {CLIP_SECONDS} s")


TESTS = [nothing_is_fetched_twice, exactly_the_file_with_the_index_in_front, a_server_without_ranges,
         a_slow_line_does_not_stall_safe_playback]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
