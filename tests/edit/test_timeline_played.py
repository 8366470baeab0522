# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Timelines are played by the programs that read them: every frame of every clip stands where it
should, and is heard. A player's exit status proves nothing: melt draws a missing file as a card."""
import fractions
import os
import shutil
import unittest

from edit_media import SOUND_RATE, TimelineCase, distance, level, run, seen_and_heard

HAS_MELT = shutil.which("melt") is not None
HAS_GES = shutil.which("ges-launch-1.0") is not None

RED, GREEN, BLUE, YELLOW = 0xFFC02020, 0xFF20A020, 0xFF2020C0, 0xFFC0C020
HARD_NAME = "b 100% #1 & 'x' [y] ?=;,ä.mp4"


# What a clip is told from: bars, slates and cards, too.
COLOURS = {"red": RED, "green": GREEN, "blue": BLUE, "yellow": YELLOW, "black": 0xFF101010,
           "white": 0xFFF0F0F0, "grey": 0xFF808080}


def rgb(colour):
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


class Played(TimelineCase):
    CLIPS = {
        "a.mp4": ("24/1", 48, (864, 496), RED, (44100, 2)),
        HARD_NAME: ("25/1", 50, (1470, 630), GREEN, (48000, 1)),
        "c.mp4": ("24000/1001", 47, (640, 360), BLUE, None),
        "d 🦊.mp4": ("30000/1001", 61, (640, 360), YELLOW, (48000, 2)),
        # Not a whole number of frames at another rate: 47.04 at 24.
        "e.mp4": ("25/1", 49, (320, 180), RED, (48000, 2)),
        "f.mp4": ("25/1", 49, (320, 180), GREEN, None),
    }

    def melt(self, project):
        out = self.out("melt.mkv")
        done = run("melt", project, "-consumer", f"avformat:{out}", "real_time=-1", "vcodec=mjpeg",
                   "qscale=2", "acodec=pcm_s16le", "f=matroska", f"frequency={SOUND_RATE}",
                   env={"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"})
        self.assertNotIn("failed to load", done.stderr.lower())
        return seen_and_heard(out, self.folder)

    def ges(self, project, rate):
        out = self.out("ges.mkv")
        done = run("ges-launch-1.0", f"--load={project}", "-o", f"file://{self.holder.name}/ges.mkv",
                   "-f", f"video/x-matroska:video/x-raw,framerate={rate}->image/jpeg:audio/x-raw",
                   env={"LC_ALL": "C.UTF-8"})
        self.assertNotIn("ERROR", done.stdout + done.stderr)
        os.replace(os.path.join(self.holder.name, "ges.mkv"), out)
        return seen_and_heard(out, self.folder)

    def compare(self, played, names, lengths, rate):
        """Each clip has its frames and no other, and sounds as its file does."""
        colours, samples = played
        self.assertEqual(len(colours), sum(lengths))
        begin = 0
        for name, length in zip(names, lengths):
            wanted = self.CLIPS[name][3]
            for frame in range(begin, begin + length):
                nearest = min(COLOURS.values(), key=lambda one: distance(rgb(one), colours[frame]))
                self.assertEqual(nearest, wanted, f"{name}: frame {frame} is {colours[frame]}")
            # Not the edges, where a coder fades in.
            first, last = (int((begin + part * length) / rate * SOUND_RATE) for part in (0.2, 0.8))
            heard = level(samples[first:last])
            if self.CLIPS[name][4] is None:
                self.assertLess(heard, -60, name)
            else:
                source = level(seen_and_heard(self.paths[name], self.folder)[1])
                self.assertAlmostEqual(heard, source, delta=3.5, msg=name)
            begin += length

    def check_both(self, names, lengths, rate, *words):
        mlt, xges = self.out("cut.mlt"), self.out("cut.xges")
        self.write(*self.shots(*names), *words, mlt, xges)
        number = float(fractions.Fraction(rate))
        if HAS_MELT:
            with self.subTest("melt"):
                self.compare(self.melt(mlt), names, lengths, number)
        if HAS_GES:
            with self.subTest("ges-launch-1.0"):
                self.compare(self.ges(xges, rate), names, lengths, number)
        if not (HAS_MELT and HAS_GES):
            self.skipTest("melt or ges-launch-1.0 is not installed")

    def test_all_rates_at_the_first_shots(self):
        # 48, 48, 47.047 and 48.848: edges at 48, 96, 143 and 192.
        self.check_both(["a.mp4", HARD_NAME, "c.mp4", "d 🦊.mp4"], [48, 48, 47, 49], "24/1")

    def test_all_rates_at_another(self):
        # In frames of 29.97: 59.94, 59.94, 58.75 and 61.
        self.check_both(["a.mp4", HARD_NAME, "c.mp4", "d 🦊.mp4"], [60, 60, 59, 61], "30000/1001",
                        "--rate", "29.97", "--size", "640x360", "--start", "01:00:00;00")

    def test_lengths_that_are_no_whole_frames(self):
        # 47.04 each: the sum is right, and no cut is a frame off.
        names = ["e.mp4", "f.mp4"] * 7
        edges = [round(47.04 * i) for i in range(15)]
        self.check_both(names, [b - a for a, b in zip(edges, edges[1:])], "24/1", "--rate", "24")

    @unittest.skipUnless(HAS_MELT, "melt is not installed")
    def test_relative_paths_move_with_the_folder(self):
        moved = os.path.join(self.holder.name, "moved")
        os.makedirs(os.path.join(moved, "clips"))
        names = ["a.mp4", HARD_NAME]
        for name in names:
            shutil.copy(self.paths[name], os.path.join(moved, "clips", name))
        words = []
        for name in names:
            words += ["--shot", name, "1", os.path.join(moved, "clips", name), ""]
        os.mkdir(os.path.join(moved, "cuts"))
        self.write(*words, "--relative", os.path.join(moved, "cuts", "cut.mlt"))
        again = os.path.join(self.holder.name, "elsewhere")
        os.rename(moved, again)
        self.compare(self.melt(os.path.join(again, "cuts", "cut.mlt")), names, [48, 48], 24)

    @unittest.skipUnless(HAS_MELT, "melt is not installed")
    def test_other_takes_on_a_track_are_neither_seen_nor_heard(self):
        path = self.out("others.mlt")
        self.write("--shot", "Shot_01", "1", self.paths["a.mp4"], "", "--other", "2",
                   self.paths["d 🦊.mp4"], "--other", "3", self.paths["e.mp4"],
                   "--shot", "Shot_02", "1", self.paths["c.mp4"], "", "--other", "2",
                   self.paths["d 🦊.mp4"], "--alternates", "track", path)
        self.compare(self.melt(path), ["a.mp4", "c.mp4"], [48, 47], 24)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read().count('hide="both"'), 2)

    @unittest.skipUnless(HAS_MELT, "melt is not installed")
    def test_a_missing_file_is_seen_by_this_suite(self):
        path = self.out("missing.mlt")
        gone = self.out("gone.mp4")
        shutil.copy(self.paths["a.mp4"], gone)
        self.write("--shot", "Shot_01", "1", gone, "", path)
        os.remove(gone)
        with self.assertRaises(AssertionError):
            self.compare(self.melt(path), ["a.mp4"], [48], 24)


if __name__ == "__main__":
    unittest.main()
