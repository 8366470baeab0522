# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What the benchmarks share: the build, the stand-in server, players in processes of their own, medians
and tables."""
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import urllib.request

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.abspath(os.environ.get("PROMPT_BENCH_BUILD", os.path.join(SOURCE, "build")))
os.environ.setdefault("PROMPT_TEST_REHEARSAL",
                      os.path.join(BUILD, "src/rehearsal/gst-prompt-rehearsal"))
os.environ.setdefault("PROMPT_TEST_HEADLESS", os.path.join(BUILD, "tests/engine/test-headless"))
os.environ.setdefault("PROMPT_TEST_WAITING", os.path.join(BUILD, "tests/engine/test-waiting"))
os.environ.setdefault("PROMPT_TEST_DESCRIPTION",
                      os.path.join(SOURCE, "src/provider/descriptions/vibegen.json"))
sys.path[:0] = [os.path.join(SOURCE, "tests", "support"), os.path.join(SOURCE, "tests", "engine")]
import harness  # noqa: E402

PLAYER = os.path.join(BUILD, "tests/bench/bench-player")
RUNS = int(os.environ.get("PROMPT_BENCH_RUNS", "9"))
LINE = ["--rate", "1250000", "--rtt", "20"]  # 10 Mbit/s, 20 ms


@contextlib.contextmanager
def case():
    made = harness.Case("bench")
    try:
        yield made
    finally:
        made.close()


def players_environment(made, **more):
    env = made.environment(**more)
    env["GST_PLUGIN_PATH"] = os.path.join(BUILD, "gst")
    env["GST_REGISTRY"] = os.path.join(BUILD, "tests/bench/registry.bin")
    env["G_DEBUG"] = ""
    return env


def play(made, pipeline, *options, **env):
    """One run in a process of its own: its times."""
    done = subprocess.run([PLAYER, *options, pipeline], env=players_environment(made, **env),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=harness.PATIENCE)
    harness.check(done.returncode == 0 and done.stdout,
                  f"{pipeline}: {done.stderr.decode(errors='replace')[-600:]}")
    return json.loads(done.stdout)


def real_clip(made):
    """A clip as services send it, moov at its end: GST_PROMPT_BENCH_CLIP, else one that the stand-in
    draws."""
    clip = os.environ.get("GST_PROMPT_BENCH_CLIP", "")
    if clip and os.path.exists(clip):
        return clip
    path = made.path("drawn.mp4")
    subprocess.run([harness.REHEARSAL, "--render-only", path, "--aspect-ratio", "16:9,720p",
                    "--duration", "5", "--generate-audio", "a red fox in the snow"],
                   env=harness.clean_environment(), check=True, stdout=subprocess.DEVNULL)
    return path


def with_moov_in_front(made, clip):
    """The same streams, the index first."""
    path = made.path("faststart.mp4")
    if not os.path.exists(path):
        pipeline = (f"filesrc location={clip} ! qtdemux name=q "
                    f"mp4mux name=m faststart=true ! filesink location={path} "
                    "q.video_0 ! queue ! h264parse ! m. ")
        audio = "q.audio_0 ! queue ! aacparse ! m. "
        for line in (pipeline + audio, pipeline):
            done = subprocess.run(["gst-launch-1.0", "-q", *line.split()], check=False,
                                  env=players_environment(made), stderr=subprocess.DEVNULL)
            if done.returncode == 0:
                return path
        raise harness.Failed("the clip could not be written with its index in front")
    return path


def serve(made, clip, *options, task_seconds=0.0):
    """The stand-in, serving this file."""
    with open(clip, "rb") as file:
        return made.server(*options, clip=file.read(), task_seconds=task_seconds)


def ask(url, key=harness.KEY, body=None):
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body else None,
                                     headers={"Authorization": "Bearer " + key,
                                              "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=harness.PATIENCE) as reply:
        return json.load(reply)["data"]


def finished_task(server):
    """A task that is done: its media URL."""
    task = ask(server.base_url + "/generations", body={"model": "seedance 2.0", "prompt": "a"})["id"]
    while True:
        data = ask(f"{server.base_url}/tasks/{task}")
        if data["video_url"]:
            return data["video_url"]


def median(values):
    return statistics.median(values)


def first_line(*command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=False).stdout.splitlines()[0].strip()
    except (OSError, IndexError):
        return "?"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file
                      if line.startswith("model name")), platform.machine())
    with open("/etc/os-release", encoding="utf-8") as file:
        system = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
    return (f"{model}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f}); "
            f"{system.get('PRETTY_NAME', '?').strip(chr(34))}, Linux {platform.release()}; "
            f"{first_line('gst-inspect-1.0', '--gst-version') or first_line('gst-launch-1.0', '--version')}; "
            f"gst-prompt {first_line(harness.REHEARSAL, '--version').split()[-1]}; "
            f"medians of {RUNS} runs")


def table(title, head, rows):
    print(f"\n### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(f"\n{machine()}", flush=True)
