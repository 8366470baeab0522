# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Broken clips in the elements: a cut one ends in an error on the bus, and a flipped bit crashes and
hangs nobody.

Each clip is served broken, so it is fetched, watched and decoded as any other. (That a cut is noticed
at each of 1,000 points is clip-proof's to say.) A process that dies is looked into: the clip that was
playing is played alone, and then by GStreamer's own decodebin without anything of ours. If that dies
too, the fault is a decoder's; it is told, and does not count.

The normal run takes 60 flips, --long (PROMPT_TEST_LONG=1) 1,000.
"""
import collections
import os
import random
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
import player
from harness import check

HANGS_AFTER = 90.0  # seconds; all attempts at a clip that is cut take forty
AT_ONCE = 12
BATCH = 120


class BrokenClips(fake_api.FakeApi):
    """The clip of a task is what `clip_of` makes of its prompt."""

    def __init__(self, case, clip_of):
        super().__init__(case)
        self.clip_of = clip_of
        self.prompts = {}

    def document_submit(self, body):
        status, reply = super().document_submit(body)
        self.prompts[reply["data"]["id"]] = harness.json.loads(body)["prompt"]
        return status, reply

    def reply_to(self, method, target, body):
        status, content, headers = super().reply_to(method, target, body)
        if target.startswith("/media/"):
            task_id = target.rsplit("/", 1)[1].split(".")[0]
            content = self.clip_of(self.prompts[task_id])
        return status, content, headers


def boxes(clip):
    """(kind, begin, end) of each box at the top."""
    at = 0
    while at + 8 <= len(clip):
        size = int.from_bytes(clip[at:at + 4], "big")
        yield clip[at + 4:at + 8].decode("latin-1"), at, at + size
        at += size


def flipped(clip, seed):
    """One bit, or eight; in the index as often as in the pictures, where most of the bytes are."""
    chance = random.Random(seed)
    broken = bytearray(clip)
    kind = chance.choice(("moov", "moov", "mdat", "all"))
    begin, end = next(((begin, end) for name, begin, end in boxes(clip) if name == kind),
                      (0, len(clip)))
    for _ in range(chance.choice((1, 1, 1, 8))):
        broken[chance.randrange(begin, end)] ^= 1 << chance.randrange(8)
    return bytes(broken)


def cut_clips(case):
    """Cut anywhere, with an honest length: the end of what is there is no end of the clip."""
    clips = {"behind": player.render(case, "a clip that is cut", 1, "16:9,480p",
                                     ["--generate-audio"]),
             "before": player.render(case, "a clip that is cut", 1, "16:9,480p",
                                     ["--generate-audio", "--faststart"])}
    api = BrokenClips(case, lambda prompt: clips[prompt.split(" ")[0]][:int(prompt.split(" ")[1])])
    env = player.quick_provider(case, api.base_url)
    playing = player.Player(env, 40, "cut clips")
    case.closers.append(playing.kill)
    names = []
    for index, clip in clips.items():
        size = len(clip)
        inner = [begin for _, begin, _ in boxes(clip)][1:]
        cuts = {size - 1, size * 9 // 10, size // 2, size // 5, *inner}
        names += [f"{index}-{cut}-{element}" for cut in sorted(cuts)
                  for element in ("promptsrc", "promptdecodebin")]
    for name in names:
        index, cut, element = name.split("-")
        playing.play(name, element, f"{index} {cut} {element}", limit=HANGS_AFTER)
    check(playing.wait_for(lambda: set(names) <= playing.ends.keys(), HANGS_AFTER + 20,
                           "the ends of cut clips"), playing.tail())
    for name in names:
        end, message = playing.ends[name]
        check(end == "error", f"{name}: {end} {message}")
        check(message.startswith("gst-resource-error") or message.startswith("gst-stream-error"),
              f"{name}: {message}")
    check(api.counts["submit"] == len(names), str(api.counts))
    print(f"cut clips: {len(names)} of {len(names)} ended in an error on the bus")


class Flips:
    def __init__(self, case, count):
        self.case = case
        self.clip = player.render(case, "a clip with a broken bit", 1, "16:9,480p",
                                  ["--generate-audio"])
        self.api = BrokenClips(case, lambda prompt: flipped(self.clip, int(prompt.split(" ")[1])))
        self.env = player.quick_provider(case, self.api.base_url)
        self.left = [str(number) for number in range(count)]
        self.ends = collections.Counter()
        self.decoders = []  # what killed decodebin too

    def play(self, seeds, element="promptdecodebin", threads=AT_ONCE):
        """Returns the process, which has ended or is resting."""
        playing = player.Player(self.env, threads, "flipped bits")
        self.case.closers.append(playing.kill)
        for seed in seeds:
            prompt = f"flip {seed}"
            if element == "decodebin":
                prompt = self.case.path(f"flip-{seed}.mp4")
                with open(prompt, "wb") as file:
                    file.write(flipped(self.clip, int(seed)))
            playing.play(seed, element, prompt, limit=HANGS_AFTER)
        playing.wait_for(lambda: set(seeds) <= playing.ends.keys(),
                         HANGS_AFTER * (1 + len(seeds) / threads), "an end of each")
        return playing

    def look_into(self, seed, status):
        """Who is to blame for the process's end?"""
        alone = self.play([seed], threads=1)
        died = not alone.is_alive
        check(died, f"flip {seed}: a player died of {signal.Signals(-status).name} and does not "
              "when the clip is played alone")
        without_us = self.play([seed], "decodebin", 1)
        check(not without_us.is_alive, f"flip {seed}: promptdecodebin dies of it "
              f"({signal.Signals(-status).name}) and decodebin does not: {alone.tail()}")
        self.decoders.append(seed)

    def run(self):
        while self.left:
            batch, self.left = self.left[:BATCH], self.left[BATCH:]
            playing = self.play(batch)
            for seed, (end, message) in playing.ends.items():
                check(end != "stopped", f"flip {seed}: no end after {HANGS_AFTER} s")
                self.ends[end] += 1
            if playing.is_alive:
                check(playing.end() == 0, f"it ended badly: {playing.tail()}")
                continue
            suspects = [seed for seed in playing.begun if seed not in playing.ends]
            check(suspects, f"it died with nothing playing: {playing.tail()}")
            for seed in suspects:
                if not self.play([seed], threads=1).is_alive:
                    self.look_into(seed, playing.process.returncode)
            self.left += [seed for seed in batch if seed not in playing.ends
                          and seed not in self.decoders]
            # All suspects are innocent when alone: the next round would not be wiser.
            check(self.decoders or len(suspects) < len(self.left),
                  f"a player died of {playing.process.returncode}: {playing.tail()}")


def flipped_bits(case):
    count = 1000 if harness.IS_LONG else 60
    flips = Flips(case, count)
    flips.run()
    print(f"flipped bits: {count} played, {dict(flips.ends)}; killed decodebin alone, too: "
          f"{flips.decoders or 'none'}")
    check(flips.api.counts["submit"] == count, str(flips.api.counts))


TESTS = [cut_clips, flipped_bits]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
