# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Clips for the suites of edit/, each of one colour and one tone, and what can be seen and heard in
a file: a pixel from the middle of each frame, the level of a stretch of sound."""
import array
import fractions
import math
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

TIMELINE = os.environ["PROMPT_TEST_TIMELINE"]
PATIENCE = 120
SIDE = 16  # of the small pictures that are looked at
SOUND_RATE = 48000


def run(*command, env=None, check=True):
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False, text=True,
                          errors="replace", env={**os.environ, **(env or {})})
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def launch(*words):
    return run("gst-launch-1.0", "-q", *" ".join(words[:-1]).split(), words[-1])


def make_clip(path, rate, frames, size, colour, sound=None, volume=0.3):
    """`sound`: (samples a second, channels), or None. Few key frames, as generated clips have."""
    seconds = frames / fractions.Fraction(rate)
    picture = (f"videotestsrc num-buffers={frames} pattern=solid-color foreground-color={colour} ! "
               f"video/x-raw,format=I420,framerate={rate},width={size[0]},height={size[1]} ! "
               "x264enc speed-preset=ultrafast key-int-max=250 ! queue ! m. ")
    tone = ""
    if sound:
        buffers = math.ceil(seconds * 20)
        tone = (f"audiotestsrc num-buffers={buffers} samplesperbuffer={sound[0] // 20} volume={volume} ! "
                f"audio/x-raw,rate={sound[0]},channels={sound[1]} ! avenc_aac ! queue ! m. ")
    launch(picture, tone, "mp4mux name=m ! filesink", f"location={path}")
    return path


def seen_and_heard(path, folder):
    """([(r, g, b) of each frame's middle], samples of the sound in one channel)."""
    pictures = os.path.join(folder, "pictures.raw")
    sound = os.path.join(folder, "sound.raw")
    for name in (pictures, sound):
        if os.path.exists(name):
            os.remove(name)
    run("gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", "decodebin", "name=d",
        *("d. ! queue ! videoconvert ! videoscale ! "
          f"video/x-raw,format=RGB,width={SIDE},height={SIDE},pixel-aspect-ratio=1/1 ! "
          "filesink").split(), f"location={pictures}",
        *f"d. ! queue ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=1,"
         f"rate={SOUND_RATE} ! filesink".split(), f"location={sound}")
    with open(pictures, "rb") as file:
        data = file.read()
    step = SIDE * SIDE * 3
    assert len(data) % step == 0
    middle = (SIDE // 2 * SIDE + SIDE // 2) * 3
    colours = [tuple(data[at + middle:at + middle + 3]) for at in range(0, len(data), step)]
    samples = array.array("h")
    if os.path.exists(sound):
        with open(sound, "rb") as file:
            samples.frombytes(file.read())
    return colours, samples


def level(samples):
    """Mean level in dB below full scale."""
    if not samples:
        return -200.0
    mean = sum(sample * sample for sample in samples) / len(samples)
    return 10 * math.log10(mean / 32768**2) if mean else -200.0


def distance(colour, other):
    return sum((a - b)**2 for a, b in zip(colour, other))


class TimelineCase(unittest.TestCase):
    """Has a folder whose name is hard, and clips in it."""

    # name: (rate, frames, size, ARGB, sound)
    CLIPS = {}

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="prompt-timeline-")
        cls.folder = os.path.join(cls.holder.name, "Shot 01 ü 🦊")
        os.mkdir(cls.folder)
        cls.paths = {name: make_clip(os.path.join(cls.folder, name), *clip)
                     for name, clip in cls.CLIPS.items()}

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def out(self, name):
        return os.path.join(self.folder, name)

    def shots(self, *names, prompt="a <red> fox & \"snow\"", take=2):
        words = []
        for number, name in enumerate(names, 1):
            words += ["--shot", f"Shot_{number:02}", str(take), self.paths[name], prompt]
        return words

    def write(self, *words):
        return run(TIMELINE, *words)

    def refusal(self, *words):
        done = run(TIMELINE, *words, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr.strip()
