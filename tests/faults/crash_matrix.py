# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The crash matrix: SIGKILL at each durable step and at random moments; then the same request is
opened again until it ends.

At a provider that lists its tasks (VibeGen): one paid task, the clip whole; only where nothing had
left although it was about to, there is no task, and no list proves that there never will be one. At
those that have no list (VibeGen's description without it, and Vidgo): the same where the answer had
been written down or the request had provably not left; elsewhere at most one task, and `uncertain`,
which says so, however often it is opened. The ledger passes SQLite's integrity check each time.

In a second form the provider has forgotten everything after the kill, or is gone and there is no key
any more: a clip whose bytes were all here plays; of any other an error says that it is not here,
and nothing calls it ready. Of several results this holds for each.

Names on the command line are steps. The normal run takes each step twice and 20 random moments,
--long (PROMPT_TEST_LONG=1) 20 times and 200.
"""
import collections
import glob
import json
import os
import random
import sys
import time

from rows import asked, harness
from harness import check

TRACK = harness.make_wav(1_500_000)
DESCRIPTION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "provider",
                           "descriptions", "vibegen.json")
CLIP = harness.make_mp4(1_500_000, seed=3)
RATE = "1500000"  # bytes a second: the download takes one
PATIENCE_FOR_A_TASK = {"GST_PROMPT_SETTLING_SECONDS": "3"}

# Where nobody can know whether the task was made, if the provider has no list.
UNKNOWABLE = {"after-armed", "last-byte-sent", "reply"}

PROVIDERS = ("vibegen", "unlisted", "vidgo")
MUSIC = "tracks"  # of Vidgo's

# Besides these points in the code: what the test sees from outside.
POINTS = ["before-intended", "after-intended", "before-armed", "after-armed", "reply",
          "after-accepted", "before-url-known", "after-url-known", "before-proved", "after-proved",
          "before-rename", "after-rename", "after-kept", "after-result", "before-ready",
          "after-ready"]
# From here on all bytes of the clip are on the disk.
WHOLE = POINTS[POINTS.index("before-proved"):]
LISTED_ONLY = ["before-adopted", "after-adopted"]


def unlisted(case):
    """VibeGen's protocol at a provider that has no list of tasks."""
    with open(DESCRIPTION, encoding="utf-8") as file:
        description = json.load(file)
    del description["operations"]["list"]
    description.update({"id": "unlisted", "name": "Unlisted", "base-url-env": "UNLISTED_BASE_URL"})
    description["auth"]["env"] = ["UNLISTED_API_KEY"]
    folder = case.path("providers")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "unlisted.json"), "w", encoding="utf-8") as file:
        json.dump(description, file)
    return {"GST_PROMPT_PROVIDER_PATH": folder, "UNLISTED_API_KEY": harness.KEY}


class World:
    """A server, a library, and how to open the request in it."""

    clip = CLIP

    def __init__(self, case, provider, faults=()):
        self.case = case
        self.provider = provider
        self.server = case.server("--rate", RATE, clip=self.clip, faults=faults, task_seconds=0.2)
        self.env = dict(PATIENCE_FOR_A_TASK)
        self.words = ["provider=" + provider]
        if provider == "unlisted":
            self.env.update(unlisted(case), UNLISTED_BASE_URL=self.server.base_url)
        if provider == "vidgo":
            self.env.update(VIDGO_BASE_URL=self.server.base_urls["vidgo"],
                            VIDGO_API_KEY=harness.KEY)

    def asked(self):
        return asked(self.server, "vidgo" if self.provider == "vidgo" else "vibegen")

    def start(self, point=None):
        env = dict(self.env)
        if point:
            env["PROMPT_TEST_POINT"] = point
        return self.case.start(self.server, *self.words, env=env)

    def part_bytes(self):
        found = glob.glob(os.path.join(self.case.library, "clips", "*.part"))
        try:
            return sum(map(os.path.getsize, found))
        except FileNotFoundError:  # renamed meanwhile
            return 0

    def kill_at_point(self, step):
        run = self.start(step)
        run.process.wait(harness.PATIENCE)
        run.join()
        check(run.killed, f"it was not killed at {step}: {run.tail()}")

    def kill_when_sent(self):
        """The server has the whole request, makes the task, and has not answered."""
        self.server.set_faults("submit-never-answer:created")
        run = self.start()
        self.case.wait_until(lambda: self.asked() == (1, 1), "the request")
        run.kill()
        self.server.set_faults()

    def kill_in_mid_download(self):
        run = self.start()
        size = len(CLIP)
        self.case.wait_until(lambda: size / 4 < self.part_bytes() or run.process.poll() is not None,
                             "a quarter of the clip")
        run.kill()
        check(run.killed and self.part_bytes() < size, "the clip was complete before the kill")

    def end(self, wanted):
        """Opens the request until it ends, and judges. `wanted`: how it may end, and with how many
        tasks. Returns how it did."""
        check(self.case.integrity() == "ok", "the ledger is damaged after the kill")
        run = self.start().wait()
        submits, created = self.asked()
        counted = f"{submits} submits, {created} tasks; {run.tail()}"
        check(created <= 1, f"paid twice: {counted}")
        ended = "ready" if run.is_ready else run.error
        check((ended, created) in wanted, f"{ended}: {counted}")
        if run.is_ready:
            check(run.clip() == CLIP, "the clip has other bytes")
            again = self.start().wait()
            check(again.is_ready and again.last["from_library"], f"it is not kept: {again.tail()}")
            check(again.clip() == CLIP, "the kept clip has other bytes")
        else:
            for word in ("task-id", "cache=refresh"):
                check(word in run.message, run.message)
            again = self.start().wait()
            check(again.error == "uncertain", f"it forgot that it is uncertain: {again.tail()}")
        check(self.asked() == (submits, created), f"asked again: {self.asked()}")
        check(self.case.integrity() == "ok", "the ledger is damaged at the end")
        return ended, created


class Forgetful(World):
    """The same, and nobody is left to ask after the kill."""

    def __init__(self, case, provider, is_gone):
        super().__init__(case, provider)
        self.is_gone = is_gone

    def is_here(self):
        """Whether all bytes of the clip are on the disk, under whatever name."""
        pieces = {}
        for path in glob.glob(os.path.join(self.case.library, "clips", "*")):
            with open(path, "rb") as file:
                pieces[path.rsplit(".", 1)[1]] = file.read()
        if CLIP in (pieces.get("mp4"), pieces.get("part")):
            return True
        # The window at the end may lie beside what came before it.
        tail = pieces.get("tail", b"")
        begin = tail.split(b"\n")[1] if tail.count(b"\n") > 1 else b"-1"
        return len(pieces.get("part", b"")) >= int(begin) >= 0

    def forget(self):
        port = self.server.port
        self.server.stop()
        if self.is_gone:
            for name in ("VIDGO_API_KEY", "UNLISTED_API_KEY"):
                self.env.pop(name, None)
        else:
            # Another one at the same address, that never heard of any task.
            self.server = self.case.server("--port", str(port), clip=self.clip)

    def end_without_anybody(self, must_be_here):
        check(self.case.integrity() == "ok", "the ledger is damaged after the kill")
        rows = self.case.rows()
        is_here = self.is_here()
        check(is_here or not must_be_here, f"the bytes are not all here: {rows}")
        self.forget()
        for words in (["cache=only"], []):
            run = self.case.start(self.server.base_url, *self.words, *words, "timeout=1",
                                  key=None if self.is_gone else harness.KEY, env=self.env).wait()
            if is_here:
                check(run.is_ready and run.last["from_library"], f"it is lost: {run.tail()}")
                check(run.clip() == CLIP, "the clip has other bytes")
            else:
                check(run.error and run.message, f"it is not here: {run.tail()}")
                check(all(row["state"] != "ready" for row in self.case.rows()), "called ready")
        if not self.is_gone:
            check(self.asked() == (0, 0), f"paid for what was here: {self.asked()}")
        check(self.case.integrity() == "ok", "the ledger is damaged at the end")
        return "ready" if is_here else "not here", len(self.case.rows())


class ForgetfulTracks(Forgetful):
    """The same of two tracks of music: each for itself."""

    clip = TRACK

    def __init__(self, case, is_gone):
        super().__init__(case, "vidgo", is_gone)
        self.words.append("media=audio")

    def whole_files(self):
        found = {}
        for path in glob.glob(os.path.join(self.case.library, "clips", "*")):
            name, ending = os.path.basename(path).rsplit(".", 1)
            with open(path, "rb") as file:
                if ending in ("wav", "part") and file.read() == TRACK:
                    found[name] = path
        return found

    def end_without_anybody(self, must_be_here):
        check(self.case.integrity() == "ok", "the ledger is damaged after the kill")
        here = self.whole_files()
        check(here or not must_be_here, f"no track is all here: {self.case.rows()}")
        self.forget()
        for words in (["cache=only"], []):
            run = self.case.start(self.server.base_url, *self.words, *words, "timeout=1",
                                  key=None if self.is_gone else harness.KEY, env=self.env).wait()
            check(len(run.last["files"]) == len(here), f"{list(here)} are here: {run.tail()}")
            for path in run.last["files"]:
                with open(path, "rb") as file:
                    check(file.read() == TRACK, "a track has other bytes")
            check(run.is_ready == (len(here) == 2), run.tail())
        if not self.is_gone:
            check(self.asked() == (0, 0), f"paid for what was here: {self.asked()}")
        return f"{len(here)} of 2 tracks", len(self.case.rows())


def wanted_after(step, provider):
    """Written down beforehand."""
    if step == "after-armed":
        return {("uncertain", 0)}
    if provider == "vibegen":
        # A random moment may be that one, too.
        return {("ready", 1), ("uncertain", 0)} if step == "random" else {("ready", 1)}
    if step == "random":
        return {("ready", 1), ("uncertain", 1), ("uncertain", 0)}
    return {("uncertain", 1)} if step in UNKNOWABLE else {("ready", 1)}


def step_test(step, provider, results):
    def test(case):
        faults = ["submit-lost-reply"] if step in LISTED_ONLY else []
        if step == "after-disarmed":
            faults = ["submit-429:1@1"]
        world = World(case, provider, faults)
        if step == "last-byte-sent":
            world.kill_when_sent()
        elif step == "mid-download":
            world.kill_in_mid_download()
        else:
            world.kill_at_point(step)
        results[step, provider][world.end(wanted_after(step, provider))] += 1
    return test


def forgotten_test(step, provider, is_gone, seed, results):
    def test(case):
        is_music = provider == MUSIC
        world = ForgetfulTracks(case, is_gone) if is_music else Forgetful(case, provider, is_gone)
        if step == "mid-download":
            world.kill_in_mid_download()
        elif step == "random":
            # About the end of the download.
            run = world.start()
            late = random.Random(seed).uniform(0.8, 1.0) * len(CLIP)
            case.wait_until(lambda: world.part_bytes() >= late or run.process.poll() is not None or
                            (case.rows() and case.rows()[0]["state"] == "ready"), "the end")
            run.kill()
        else:
            world.kill_at_point(step)
        results["forgotten " + step, provider][world.end_without_anybody(step in WHOLE)] += 1
    return test


def random_test(seed, provider, results):
    """One to three kills, each after a random time; the run itself takes about two seconds."""
    def test(case):
        chance = random.Random(seed)
        world = World(case, provider)
        for _ in range(chance.randint(1, 3)):
            run = world.start()
            until = time.monotonic() + chance.uniform(0, 3)
            while time.monotonic() < until and run.process.poll() is None:
                time.sleep(0.002)
            run.kill()
        results["random", provider][world.end(wanted_after("random", provider))] += 1
    return test


def plan(times, randoms, seed, results):
    """(step, name, function) of each crash."""
    steps = POINTS + ["after-disarmed", "last-byte-sent", "mid-download"]
    tasks = []
    for provider in PROVIDERS:
        for step in steps + (LISTED_ONLY if provider == "vibegen" else []):
            for number in range(times if provider != "vidgo" else times // 2):
                tasks.append((step, f"{step} {provider} {number + 1}",
                              step_test(step, provider, results)))
    for number in range(times):
        for place, step in enumerate(WHOLE + ["after-url-known", "mid-download", "random"]):
            is_gone = (number + place) % 2 == 0
            for provider in (PROVIDERS[(number + place) % len(PROVIDERS)], MUSIC):
                tasks.append(("forgotten", f"forgotten {provider} {step} {number + 1}",
                              forgotten_test(step, provider, is_gone, seed + number, results)))
    for number in range(randoms):
        provider = ("vibegen", "vibegen", "vibegen", "unlisted", "vidgo")[number % 5]
        tasks.append(("random", f"random {provider} seed {seed + number}",
                      random_test(seed + number, provider, results)))
    return tasks


def print_table(results, failed):
    order = {name: place for place, name in enumerate(POINTS[:5] + ["last-byte-sent"] + POINTS[5:])}
    print(f"\n{'killed at':18} {'provider':9} {'ended, tasks: times':40} failed")
    for step, provider in sorted(results.keys() | failed.keys(), key=lambda key: (
            (*PROVIDERS, MUSIC).index(key[1]), order.get(key[0], 99), key[0])):
        ends = ", ".join(f"{end}, {tasks}: {times}"
                         for (end, tasks), times in sorted(results[step, provider].items()))
        print(f"{step:18} {provider:9} {ends:40} {failed.get((step, provider), 0)}")


def main():
    parser = harness.suite_arguments(__doc__)
    parser.set_defaults(jobs=12)  # most of the time is waiting
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--times", type=int, default=None, help="of each step")
    parser.add_argument("--randoms", type=int, default=None, help="random moments")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(10**6)
    print(f"seed {seed}")
    results = collections.defaultdict(collections.Counter)
    failed = collections.Counter()
    times, randoms = (20, 200) if arguments.long else (2, 20)
    times = arguments.times if arguments.times is not None else times
    randoms = arguments.randoms if arguments.randoms is not None else randoms
    tasks = [task for task in plan(times, randoms, seed, results)
             if not arguments.names or task[0] in arguments.names]
    for name, outcome, seconds, text in harness.run_all([task[1:] for task in tasks],
                                                        arguments.jobs):
        if outcome != "passed" or arguments.verbose:
            print(f"{outcome} {name} ({seconds:.1f} s) {text}", flush=True)
        if outcome != "passed":
            failed[tuple(name.split(" ")[:2])] += 1
    print_table(results, failed)
    total = sum(sum(ends.values()) for ends in results.values())
    print(f"crashes survived / crashes: {total} / {len(tasks)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
