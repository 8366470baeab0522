# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The soak: many jobs through 20 elements in four processes, started, stopped and sought in at random;
three of the processes are killed now and then and come back; and every fifth answer of the server is
bad, in every way that it knows.

Afterwards the server is good again and each request is opened once more. Then: no request was paid
twice; what was made at the server is a clip in the library; nobody is uncertain but where the server
has no task. The process that was never killed holds as much memory (within 5 %) and as many
descriptors and threads as half-way. Its HTTP workers do not count: there are as many as were ever
busy at once, 26 at most, each with a thread and the descriptor that wakes it.

The normal run lasts 30 seconds, --long (PROMPT_TEST_LONG=1) 300 with 500 requests. --seed repeats one.
"""
import collections
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
import player
from harness import check

ELEMENTS = 5     # in each process
PROCESSES = 4    # the first is never killed
PERCENT = 20     # of the answers are bad
MOST_WORKERS = 26

# Each a way in which a server fails. What hangs for minutes is left to the long run.
SUBMIT = ["400", "402", "429:1", "408", "408:created", "421:created", "500", "500:created", "502",
          "502:created", "503:1", "504:created", "html", "lost-before", "lost-reply", "reset", "slow:1",
          "truncated-json", "chunk-cut", "empty-body", "two-documents", "bom", "no-id", "nul-id",
          "bad-utf8", "gzip", "gzip-bomb", "deep-json", "length-negative", "length-double",
          "length-huge", "digest-401", "307"]
ASK = ["429:1", "500", "502", "503:1", "504", "html", "lost-before", "lost-reply", "reset", "slow:1",
       "truncated-json", "chunk-cut", "empty-body", "two-documents", "bom", "gzip", "deep-json",
       "length-negative", "length-double"]
STATUS = ["status-" + what for what in ASK] + [
    "status-unknown-state", "status-backwards", "status-completed-without-url"]
LIST = ["list-" + what for what in ASK]
MEDIA = ["media-" + what for what in (
    "403", "404", "429:1", "500", "503:1", "cut:10", "cut:50", "cut:95", "longer", "chunked",
    "chunked-cut:50", "no-length:50", "no-length", "length-huge", "no-range", "range-lies:start",
    "range-lies:total", "etag-changes", "etag-weak", "etag-none", "lost", "redirect:2", "html",
    "empty")]
SLOW = {"submit": ["submit-never-answer", "submit-never-answer:created", "submit-late:3",
                   "submit-drip", "submit-endless-1xx"],
        "status": ["status-never-answer", "status-drip", "status-endless-1xx"],
        "list": ["list-never-answer"],
        "media": ["media-stall:50", "media-never-answer"]}


def mix(is_long):
    """Of each kind of request so many percent are struck, each way as often as another."""
    faults = []
    for kind, ways in (("submit", ["submit-" + what for what in SUBMIT]), ("status", STATUS),
                       ("list", LIST), ("media", MEDIA)):
        ways = ways + (SLOW[kind] if is_long else [])
        faults += [f"{way}%{PERCENT / len(ways):.3f}" for way in ways]
    return faults


class Held:
    """What a process holds, apart from its HTTP workers."""

    def __init__(self, process):
        self.memory = process.resident_kib()
        everything = process.descriptors()
        self.wakes = sum("eventfd" in name for name in everything)
        self.descriptors = [name for name in everything if "eventfd" not in name]
        self.threads = process.threads() - self.wakes

    def __str__(self):
        return (f"{self.memory} KiB, {len(self.descriptors)} descriptors, {self.threads} threads, "
                f"and {self.wakes} of both that wait for work")


class Soak:
    def __init__(self, case, seconds, jobs, seed, is_long):
        self.case = case
        self.seconds = seconds
        self.jobs = jobs
        self.is_long = is_long
        self.chance = random.Random(seed)
        clip = player.render(case, "a clip of the soak", 1, "16:9,480p", ["--generate-audio"])
        self.server = case.server("--rate-limit", "0", "--rate", "2000000", "--seed", str(seed),
                                  faults=mix(is_long), clip=clip, task_seconds=0.4)
        self.env = {**player.quick_provider(case, self.server.base_url),
                    "GST_PROMPT_SETTLING_SECONDS": "3"}
        self.players = [None] * PROCESSES
        self.plays = 0
        self.kills = 0
        self.asked = set()
        self.ends = collections.Counter()

    def prompt(self, job):
        return f"soak {job}"

    def start(self, place):
        self.players[place] = player.Player(self.env, ELEMENTS, f"process {place}")

    def feed(self, playing):
        """Enough that no element is idle for long."""
        while self.plays_waiting(playing) < 2 * ELEMENTS:
            job = self.chance.randrange(self.jobs)
            self.asked.add(job)
            self.plays += 1
            playing.play(f"p{self.plays}",
                         self.chance.choice(("promptsrc", "promptsrc", "promptdecodebin")),
                         self.prompt(job),
                         on_stop=self.chance.choice(("keep", "keep", "keep", "cancel")),
                         limit=self.chance.choice((0.05, 0.3, 1, 3, 8, 20)),
                         seek=self.chance.choice((0, 0, 0.3, 1)))
            playing.fed += 1

    def plays_waiting(self, playing):
        if not hasattr(playing, "fed"):
            playing.fed = 0
        return playing.fed - len(playing.ends)

    def count_ends(self, playing):
        self.ends.update(end for end, _ in playing.ends.values())

    def run_for(self, seconds):
        until = time.monotonic() + seconds
        next_kill = time.monotonic() + self.chance.uniform(0.5, 4)
        while time.monotonic() < until:
            for place, playing in enumerate(self.players):
                if playing is None or not playing.is_alive:
                    check(playing is None or place > 0 and playing.was_killed,
                          f"{playing and playing.process.returncode}: {playing and playing.tail()}")
                    self.start(place)
                    self.players[place].was_killed = False
                self.feed(self.players[place])
            if time.monotonic() >= next_kill:
                next_kill = time.monotonic() + self.chance.uniform(0.5, 4)
                victim = self.players[self.chance.randrange(1, PROCESSES)]
                victim.was_killed = True
                victim.kill()
                self.count_ends(victim)
                self.kills += 1
            time.sleep(0.05)

    def held(self, most_threads=None):
        """What the first process holds when its elements are down and its jobs have ended. GLib keeps
        threads that have nothing to do for a while."""
        first = self.players[0]
        first.rest()
        before = None
        until = time.monotonic() + 200
        while time.monotonic() < until:
            now = Held(first)
            is_quiet = not any("socket:" in name for name in now.descriptors)
            has_ended = most_threads is None or now.threads <= most_threads
            if before and str(now.descriptors) == str(before.descriptors) and is_quiet and has_ended:
                break
            before = now
            time.sleep(1)
        first.rest()
        return Held(first)

    def end_all(self):
        for playing in self.players[1:]:
            playing.kill()
            self.count_ends(playing)
        self.count_ends(self.players[0])

    def tasks(self):
        """How many tasks the server made of each prompt; how many submits it saw."""
        made = collections.Counter()
        headers = {"Authorization": "Bearer " + harness.KEY}
        offset = 0
        while True:
            page = self.server.ask(f"/vibegen/api/v1/tasks?limit=100&offset={offset}",
                                   headers=headers)["data"]["tasks"]
            made.update(task["prompt"] for task in page)
            if not page:
                return made
            offset += len(page)

    def settle(self):
        """A new process, a good server: each request once more, to its end. By prompt: the end."""
        self.server.set_faults()
        process = player.Player(self.env, 4 * ELEMENTS, "the last process")
        self.case.closers.append(process.kill)
        names = {f"s{job}": self.prompt(job) for job in sorted(self.asked)}
        for name, prompt in names.items():
            process.play(name, "promptsrc", prompt, limit=harness.PATIENCE)
        check(process.wait_for(lambda: names.keys() <= process.ends.keys(), 600, "the last ends"),
              process.tail())
        # The last byte of a clip comes a moment before the last word about it.
        busy = ("intended", "submitting", "queued", "running", "fetching")
        waits = {prompt for name, prompt in names.items() if process.ends[name][0] == "eos"}
        self.case.wait_until(lambda: not any(row["prompt"] in waits and row["state"] in busy
                                             for row in newest(self.case.rows()).values()),
                             "the last words")
        return {prompt: process.ends[name] for name, prompt in names.items()}


def newest(rows):
    """The row of each request that counts; `rows` are oldest first."""
    return {row["prompt"]: row for row in rows}


def judge(ends, made, rows):
    """What is wrong, as texts; and how each request ended."""
    wrong = []
    kinds = collections.Counter()
    last = newest(rows)
    for prompt, (end, message) in ends.items():
        count = made.get(prompt, 0)
        state = last[prompt]["state"] if prompt in last else "nothing"
        kinds["ready" if end == "eos" else state] += 1
        if count > 1:
            wrong.append(f"'{prompt}' was paid {count} times")
        if end == "eos" and (count, state) != (1, "ready"):
            wrong.append(f"'{prompt}' plays, with {count} tasks and a row that is {state}")
        if end != "eos" and count == 1:
            wrong.append(f"'{prompt}' was paid and does not play: {end} {message}")
        if end != "eos" and state not in ("uncertain", "failed"):
            wrong.append(f"'{prompt}' is {state}: {end} {message}")
    return wrong, kinds


def print_strikes(server):
    stats = server.stats()
    seen = stats["providers"]["vibegen"]
    media = stats["media"]
    strikes = collections.Counter()
    for name, count in stats["faults"].items():
        strikes[name.split("-")[0]] += count
    answers = {"submit": seen["submits"], "status": seen["queries"], "list": seen["lists"],
               "media": media["requests"]}
    print("bad answers: " + ", ".join(f"{kind} {strikes[kind]} of {total}"
                                      for kind, total in answers.items())
          + f", in {sum(1 for count in stats['faults'].values() if count)} ways", flush=True)


def soak(case, seconds, jobs, seed, is_long):
    print(f"seed {seed}", flush=True)
    this = Soak(case, seconds, jobs, seed, is_long)
    case.closers.append(lambda: [playing.kill() for playing in this.players
                                 if playing and playing.is_alive])
    held = []
    for part in (2, 4, 4):
        this.run_for(seconds / part)
        held.append(this.held(held[0].threads if held else None))
    warm, last = held[0], held[-1]
    this.end_all()
    print_strikes(this.server)
    code = this.players[0].end()
    check(code == 0, f"the first process ended with {code}: {this.players[0].tail()}")
    ends = this.settle()
    made = this.tasks()
    rows = case.rows()
    wrong, kinds = judge(ends, made, rows)
    print(f"{len(this.asked)} requests in {this.plays} plays ({dict(this.ends)}), "
          f"{this.kills} processes killed; requests ended as {dict(kinds)}; "
          f"tasks at the server: {sum(made.values())}, most for one request: "
          f"{max(made.values(), default=0)}")
    print("held after half, three quarters and all of it: " + "; ".join(map(str, held)), flush=True)
    check(case.integrity() == "ok", "the ledger is damaged")
    check(not wrong, "; ".join(wrong[:20]))
    check(last.descriptors == warm.descriptors,
          f"descriptors: {warm.descriptors} became {last.descriptors}")
    check(last.threads <= warm.threads, f"threads: {warm.threads} became {last.threads}")
    check(last.wakes <= MOST_WORKERS + 8, f"{last.wakes} threads wait for work")
    if not harness.IS_SANITIZED:  # which keep what is freed, to see who still uses it
        check(last.memory <= warm.memory * 1.05,
              f"memory: {warm.memory} KiB became {last.memory} KiB")
    check(this.kills > 0 and this.plays > len(this.asked), "nothing happened")


def main():
    parser = harness.suite_arguments(__doc__)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--requests", type=int, default=None)
    arguments = parser.parse_args()
    seconds = arguments.seconds or (300 if arguments.long else 30)
    jobs = arguments.requests or (500 if arguments.long else 100)
    seed = arguments.seed if arguments.seed is not None else random.randrange(10**6)
    outcome, took, text = harness.run_one(
        lambda case: soak(case, seconds, jobs, seed, arguments.long), "soak")
    print(f"{outcome} soak ({took:.1f} s) {text}")
    sys.exit(1 if outcome == "failed" else 0)


if __name__ == "__main__":
    main()
