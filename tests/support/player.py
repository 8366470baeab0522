# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A process of test-player: elements that play what a test tells them to, several at once."""
import os
import subprocess
import threading
import time

import harness
from harness import check

PLAYER = os.environ.get("PROMPT_TEST_PLAYER", "")
PLUGINS = os.environ.get("PROMPT_TEST_PLUGINS", "")
REGISTRY = os.environ.get("PROMPT_TEST_REGISTRY", "")


class Player:
    def __init__(self, env, threads, name="", debug="fatal-criticals"):
        self.name = name
        self.begun = []   # ids, in order
        self.ends = {}    # by id: (end, message)
        self.rests = 0
        self.errors = []
        self.changed = threading.Condition()
        env = {**env, "GST_PLUGIN_PATH": PLUGINS, "GST_REGISTRY": REGISTRY, "G_DEBUG": debug,
               # A few arenas: how much each keeps for itself is no news of ours.
               "MALLOC_ARENA_MAX": "2"}
        if harness.IS_SANITIZED:  # as tests/meson.build has it
            env["GST_REGISTRY_FORK"] = "no"
        self.process = subprocess.Popen([PLAYER, str(threads)], env=env, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        errors="replace")
        self.readers = [threading.Thread(target=self.read, daemon=True),
                        threading.Thread(target=self.read_errors, daemon=True)]
        for reader in self.readers:
            reader.start()

    def read(self):
        for line in self.process.stdout:
            word, _, rest = line.rstrip("\n").partition(" ")
            end, _, message = rest.partition(" ")
            with self.changed:
                if word == "resting":
                    self.rests += 1
                elif end == "begun":
                    self.begun.append(word)
                else:
                    self.ends[word] = (end, message)
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)
            del self.errors[:-200]

    def tail(self):
        return f"{self.name}: " + "".join(self.errors[-15:])

    @property
    def is_alive(self):
        return self.process.poll() is None

    def say(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it was killed

    def play(self, name, element, prompt, on_stop="keep", limit=120.0, seek=0.0):
        self.say(f"{name} {element} {on_stop} {int(limit * 1000)} {int(seek * 1000)} {prompt}")

    def wait_for(self, condition, patience, what):
        """False if the process ended before."""
        until = time.monotonic() + patience
        with self.changed:
            while not condition():
                if not self.is_alive and not self.readers[0].is_alive():
                    return condition()
                check(time.monotonic() < until, f"{what}: not within {patience} s; {self.tail()}")
                self.changed.wait(0.2)
        return True

    def rest(self, patience=harness.PATIENCE):
        """All elements are down; what they have asked for goes on in the process."""
        wanted = self.rests + 1
        self.say("rest")
        check(self.wait_for(lambda: self.rests >= wanted, patience, "rest"), self.tail())

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait(harness.PATIENCE)
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode

    # What it holds, as the kernel counts it.

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def descriptors(self):
        found = []
        for number in os.listdir(f"/proc/{self.process.pid}/fd"):
            try:
                found.append(os.readlink(f"/proc/{self.process.pid}/fd/{number}"))
            except FileNotFoundError:
                pass
        return sorted(found)

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0


def quick_provider(case, base_url, submits_per_minute=100000):
    """VibeGen's description under another name, for a test that asks more often than anybody should;
    the environment that goes with it."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "provider",
                          "descriptions", "vibegen.json")
    with open(source, encoding="utf-8") as file:
        text = file.read()
    for before, after in (('"id": "vibegen"', '"id": "quickgen"'),
                          ("VIBEGEN_BASE_URL", "QUICKGEN_BASE_URL"),
                          ("VIBEGEN_API_KEY", "QUICKGEN_API_KEY"),
                          ('"average-seconds": 5', '"average-seconds": 0.3'),
                          ('"floor-seconds": 1', '"floor-seconds": 0.1'),
                          ('"submits-per-minute": 1000',
                           f'"submits-per-minute": {submits_per_minute}'),
                          ('"queries-per-minute": 1000', '"queries-per-minute": 100000'),
                          ('{ "p50": 60, "p90": 120 }', '{ "p50": 1, "p90": 3 }')):
        check(before in text, f"VibeGen's description has no {before}")
        text = text.replace(before, after)
    os.makedirs(case.path("providers"), exist_ok=True)
    with open(case.path("providers/quickgen.json"), "w", encoding="utf-8") as file:
        file.write(text)
    return {**case.environment(), "GST_PROMPT_PROVIDER_PATH": case.path("providers"),
            "GST_PROMPT_PROVIDER": "quickgen", "QUICKGEN_BASE_URL": base_url,
            "QUICKGEN_API_KEY": harness.KEY}


def render(case, prompt, seconds=5, size="16:9,480p", more=()):
    """The bytes of a real clip."""
    path = case.path("rendered.mp4")
    subprocess.run([harness.REHEARSAL, "--render-only", path, "--aspect-ratio", size, "--duration",
                    str(seconds), *more, prompt], check=True, env=harness.clean_environment(),
                   stdout=subprocess.DEVNULL)
    with open(path, "rb") as file:
        return file.read()
