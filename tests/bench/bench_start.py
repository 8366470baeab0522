# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""How soon the first frame is there: on a line of 10 Mbit/s and 20 ms, from the moment at which the status
said that the clip is finished; and from the task's end, with all the asking."""
import subprocess
import time

import bench
import harness

PROMPT = ("promptdecodebin name=d prompt=fox take={take} generate-audio=true start-policy={policy} "
          "base-url={base} poll-interval=1000")


def downloaded(made, url):
    """As a script does it: curl, then filesrc."""
    path = made.path("curl.mp4")
    began = time.time()
    subprocess.run(["curl", "-sS", "-o", path, url], check=True)
    return bench.play(made, f"filesrc location={path} ! decodebin name=d")["first"] - began


def streamed(made, pipeline):
    run = bench.play(made, pipeline)
    return run["first"] - run["began"]


def prompted(made, server, take, policy):
    run = bench.play(made, PROMPT.format(take=take, policy=policy, base=server.base_url))
    return run["first"] - run["known"]


def in_turns(ways):
    """The median of each way; they take turns, so that all see the same machine."""
    seen = {way: [] for way in ways}
    for number in range(bench.RUNS + 1):
        for way, measure in ways.items():
            seconds = measure()
            if number > 0:  # the first one loads plugins and fills caches
                seen[way].append(seconds)
    return {way: bench.median(values) for way, values in seen.items()}


def from_known(made, clip, front):
    """Seconds per way, for the file with its index at the end and in front."""
    takes = iter(range(1, 10_000))
    found = {}
    for name, path in (("end", clip), ("front", front)):
        server = bench.serve(made, path, *bench.LINE)
        url = bench.finished_task(server)
        ways = {
            "promptdecodebin": lambda s=server: prompted(made, s, next(takes), "first-byte"),
            "promptdecodebin, start-policy=safe": lambda s=server: prompted(made, s, next(takes),
                                                                            "safe"),
            "curl, then filesrc ! decodebin": lambda u=url: downloaded(made, u),
            "souphttpsrc ! decodebin": lambda u=url: streamed(
                made, f'souphttpsrc location="{u}" ! decodebin name=d'),
            "uridecodebin": lambda u=url: streamed(made, f'uridecodebin name=d uri="{u}"'),
        }
        for way, seconds in in_turns(ways).items():
            found[way, name] = seconds
        server.stop()
    return found


SCRIPT = """
task=$(curl -sS -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
  -d '{"model": "seedance 2.0", "prompt": "fox"}' "$BASE/generations" | sed 's/.*"id": *"\\([^"]*\\)".*/\\1/')
while :; do
  sleep 5
  url=$(curl -sS -H "Authorization: Bearer $KEY" "$BASE/tasks/$task" | sed -n 's/.*"video_url": *"\\([^"]*\\)".*/\\1/p')
  [ -z "$url" ] || break
done
curl -sS -o "$OUT" "$url"
"""


def end_of_task(server, task_seconds):
    """The wall clock's time of the newest task's end."""
    return [line["time"] for line in server.requests()
            if line.get("method") == "POST" and line.get("status") == 201][-1] + task_seconds


def from_the_end(made, clip, task_seconds):
    """Seconds from the task's end to its first frame. Tasks end half-way between two looks of the
    script, which is what it is late by on average."""
    server = bench.serve(made, clip, *bench.LINE, task_seconds=task_seconds)
    takes = iter(range(1, 10_000))

    def script():
        path = made.path("script.mp4")
        env = dict(harness.clean_environment(), KEY=harness.KEY, BASE=server.base_url, OUT=path)
        subprocess.run(["sh", "-c", SCRIPT], env=env, check=True)
        run = bench.play(made, f"filesrc location={path} ! decodebin name=d")
        return run["first"] - end_of_task(server, task_seconds)

    def called():
        line = PROMPT.format(take=next(takes), policy="safe", base=server.base_url)
        run = bench.play(made, line.replace("poll-interval=1000", "poll-interval=600000"),
                         GST_PROMPT_CALLBACK_LISTEN="127.0.0.1:0")
        return run["first"] - end_of_task(server, task_seconds)

    def asked():
        line = PROMPT.format(take=next(takes), policy="safe", base=server.base_url)
        run = bench.play(made, line.replace("poll-interval=1000", "poll-interval=5000"))
        return run["first"] - end_of_task(server, task_seconds)

    return in_turns({"promptdecodebin, callbacks on": called,
                     "promptdecodebin, a look each 5 s": asked,
                     "curl and sleep 5, then filesrc ! decodebin": script})


def main():
    with bench.case() as made:
        clip = bench.real_clip(made)
        front = bench.with_moov_in_front(made, clip)
        found = from_known(made, clip, front)
        ours = found["promptdecodebin", "end"]
        rows = []
        for way in dict.fromkeys(way for way, _ in found):
            end, first = found[way, "end"], found[way, "front"]
            rows.append([way, f"{end:.3f}", f"{first:.3f}", f"{end / first:.2f}", f"{end / ours:.2f}"])
        bench.table("From \"finished\" to the first decoded frame, 10 Mbit/s, 20 ms",
                    ["way", "moov at the end, s", "moov in front, s", "end / front",
                     "against promptdecodebin"], rows)
        late = from_the_end(made, clip, 2.5)
        ours = late["promptdecodebin, callbacks on"]
        bench.table("From the task's end to the first decoded frame, on the same line",
                    ["way", "s", "against callbacks"],
                    [[way, f"{value:.2f}", f"{value / ours:.1f}"] for way, value in late.items()])


if __name__ == "__main__":
    main()
