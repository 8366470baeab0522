# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Whoever saw a clip to its end has it: applications that are gone with the last sample or with the
end of the stream, by _exit or SIGKILL, on a busy machine, and afterwards neither network nor
provider. Each clip plays, and no application was told that it does not have its clip.

The normal run takes 50 clips, --long (PROMPT_TEST_LONG=1) 500.
"""
import concurrent.futures
import multiprocessing
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
from harness import check

LEAVER = os.environ.get("PROMPT_TEST_LEAVER", "")
LOOPS = 4
AT_ONCE = 4
ONE_AT_A_TIME = threading.Lock()  # busy loops are one's own
COUNT = 500 if harness.IS_LONG else 50


def spin():
    while True:
        pass


class Busy:
    """Loops that leave little of the machine to anybody else."""

    def __enter__(self):
        self.loops = [multiprocessing.Process(target=spin, daemon=True) for _ in range(LOOPS)]
        for loop in self.loops:
            loop.start()

    def __exit__(self, *_):
        for loop in self.loops:
            loop.kill()
            loop.join()


def leave(env, description, moment, way):
    """Runs an application to the moment at which it leaves."""
    environment = {**env, "GST_PLUGIN_PATH": player.PLUGINS, "GST_REGISTRY": player.REGISTRY,
                   "G_DEBUG": "fatal-criticals"}
    done = subprocess.run([LEAVER, description, moment, way], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=harness.PATIENCE,
                          check=False)
    wanted = -signal.SIGKILL if way == "kill" else 0
    check(done.returncode == wanted, f"{description} {moment} {way}: {done.returncode} "
          f"{done.stderr[-500:]}")
    check("WARNING" not in done.stderr, f"{description}: {done.stderr[-500:]}")
    return done.stdout


def samples_of(clip):
    """Of its first track."""
    at = clip.index(b"stsz") + 12
    return struct.unpack(">I", clip[at:at + 4])[0]


def padded(clip):
    return clip + harness.box(b"free", bytes(1024 * 1024))


def clips_of(case):
    """The same clip with its index last, first, and first with padding behind the pictures."""
    last = player.render(case, "a clip that is seen to its end", 1)
    first = player.render(case, "a clip that is seen to its end", 1, more=["--faststart"])
    return {"last": last, "first": first, "padded": padded(first)}


def moments_of(clip):
    """(what plays it, the moment at which it leaves)"""
    yield "promptsrc {} ! fakesink name=out", "eos"
    yield "promptsrc {} ! fakesink name=out", f"bytes:{len(clip)}"
    yield "promptsrc {} ! qtdemux ! fakesink name=out sync=false", "eos"
    yield "promptsrc {} ! qtdemux ! fakesink name=out sync=false", f"buffers:{samples_of(clip)}"
    yield "promptdecodebin {} ! fakesink name=out sync=false", "eos"


def open_without_network(case, env, prompt):
    """What a process finds in the library with nobody to ask and no key."""
    bare = {name: value for name, value in env.items() if name.startswith("GST_PROMPT")}
    bare["QUICKGEN_BASE_URL"] = env["QUICKGEN_BASE_URL"]
    return case.open(None, "cache=only", key=None, env=bare, prompt=prompt)


def every_clip_that_was_seen_to_its_end(case):
    runs = []
    stages = {}
    for form, clip in clips_of(case).items():
        # The end takes its time: what stands behind the pictures is still on its way then.
        server = case.server("--rate", "4000000", clip=clip, task_seconds=0.1)
        stages[form] = server, clip, player.quick_provider(case, server.base_url)
        runs += [(form, line, moment, way) for line, moment in moments_of(clip)
                 for way in ("exit", "kill")]
    chosen = [(number, *runs[number % len(runs)]) for number in range(COUNT)]

    def see(run):
        number, form, line, moment, way = run
        words = f'prompt="{form} {number}" poll-interval=300'
        leave(stages[form][2], line.format(words), moment, way)

    with Busy(), concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(see, chosen))
    for server, _, _ in stages.values():
        server.stop()

    def play(run):
        number, form, line, moment, way = run
        _, clip, env = stages[form]
        again = open_without_network(case, env, f"{form} {number}")
        return again.is_ready and again.last["from_library"] and again.clip() == clip or \
            f"{form}: {line} {moment} {way}: {again.tail()}"

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        lost = [found for found in pool.map(play, chosen) if found is not True]
    print(f"clips that were seen to their end and play: {COUNT - len(lost)} of {COUNT}")
    check(not lost, f"{len(lost)} of {COUNT} do not play: {lost[:3]}")


# What is shown: provider and words. Where there are several results, also the last one.
SHOWS = [("vidgo", "media=image"), ("vidgo", 'media=image parameters="p,n=(int)3" result=2'),
         ("vidgo", "media=audio"), ("vidgo", "media=audio result=1"),
         ("vibetool", "media=image"), ("omnivideo", "media=image"), ("omnivideo", "media=video"),
         ("vibegen", "media=video")]


def pictures_and_music(case):
    """Several results, of which one was seen; pictures that are shown; tracks: of all four services, as
    bytes and as what is seen and heard."""
    server = Rendering(case)
    addresses = {f"{name.upper()}_BASE_URL": server.base_urls[name]
                 for name in {provider for provider, _ in SHOWS}}
    keys = {name.replace("BASE_URL", "API_KEY"): harness.KEY for name in addresses}
    runs = [(number, way, provider, words) for number, (provider, words) in enumerate(SHOWS)
            for way in ("bytes", "shown")]

    def see(run, when, env, *more):
        number, way, provider, words = run
        settings = f'provider={provider} prompt="show {number} {way}" poll-interval=300 {words} ' + \
            " ".join(more)
        if way == "shown":
            leave(env, f"promptdecodebin {settings} ! fakesink name=out sync=false", "eos", "kill")
            return b"shown"
        path = case.path(f"{when}-{number}")
        leave(env, f"promptsrc {settings} ! filesink name=out buffer-mode=unbuffered location={path}",
              "eos", "kill")
        with open(path, "rb") as file:
            return file.read()

    with Busy(), concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        env = {**case.environment(), **addresses, **keys}
        seen = list(pool.map(lambda run: see(run, "seen", env), runs))
    server.stop()
    env = {**case.environment(), **addresses}
    again = [see(run, "again", env, "cache=only") for run in runs]
    lost = [runs[i] for i in range(len(runs)) if not seen[i] or seen[i] != again[i]]
    check(not lost, f"they do not play as they did: {lost}")


class Rendering(harness.Server):
    """The stand-in, which renders what is asked for: pictures and music, too."""

    def __init__(self, case):
        command = [harness.REHEARSAL, "--port", "0", "--task-seconds", "0.1", "--idle-exit", "300"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env=dict(harness.clean_environment(), TMPDIR=case.folder))
        self.base_urls = harness.json.loads(self.process.stdout.readline())["base-urls"]
        case.servers.append(self)


def ledger_that_cannot_be_written(case):
    """The end is held for some seconds, not for ever, and said to be what it is; the clip is found
    again all the same."""
    clip = harness.make_mp4(600_000, seed=5)
    server = case.server("--rate", "150000", clip=clip, task_seconds=0.1)
    env = player.quick_provider(case, server.base_url)
    environment = {**env, "GST_PLUGIN_PATH": player.PLUGINS, "GST_REGISTRY": player.REGISTRY}
    seeing = subprocess.Popen([LEAVER, 'promptsrc prompt="locked" poll-interval=300 ! '
                               "fakesink name=out", "eos", "exit"], env=environment, text=True,
                              stderr=subprocess.PIPE)
    case.closers.append(seeing.kill)
    case.wait_until(lambda: case.rows() and case.rows()[0]["state"] == "fetching", "the download")
    database = sqlite3.connect(os.path.join(case.library, "ledger.db"), isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        _, said = seeing.communicate(timeout=harness.PATIENCE)
    finally:
        database.execute("ROLLBACK")
        database.close()
    check(seeing.returncode == 0 and "WARNING" in said and "library" in said,
          f"{seeing.returncode} {said}")
    server.stop()
    again = open_without_network(case, env, "locked")
    check(again.is_ready and again.clip() == clip, again.tail())


def alone(test):
    def run(case):
        with ONE_AT_A_TIME:
            test(case)
    run.__name__ = test.__name__
    return run


TESTS = [alone(test) for test in (every_clip_that_was_seen_to_its_end, pictures_and_music,
                                  ledger_that_cannot_be_written)]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
