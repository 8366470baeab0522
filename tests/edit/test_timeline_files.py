# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Timelines as editors read them: the same cuts in all formats, sources where their files begin,
files found under their own names, and a sentence where a format cannot say something."""
import fractions
import os
import re
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

import editors
from edit_media import TimelineCase, launch

HARD_NAME = "b 100% #1 & 'x' [y] ?=;,ä.mp4"
PROMPT = "A \x07<script>fox</script> & \"snow\"\nsecond line ü 🦊"
FORMATS = ("otio", "xges", "mlt", "edl", "xml")


class Files(TimelineCase):
    CLIPS = {
        "a.mp4": ("24/1", 48, (864, 496), 0xFF800000, (44100, 2)),
        HARD_NAME: ("25/1", 50, (1470, 630), 0xFF800000, (48000, 1)),
        "c.mp4": ("24000/1001", 47, (640, 360), 0xFF800000, None),
        "d 🦊.mp4": ("30000/1001", 61, (640, 360), 0xFF800000, (48000, 2)),
    }
    NAMES = ["a.mp4", HARD_NAME, "c.mp4", "d 🦊.mp4"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, rate, code in (("tc.mov", "24/1", "01:00:00:00"),
                                 ("slow.mov", "24000/1001", "10:00:00:00")):
            path = os.path.join(cls.folder, name)
            launch(f"videotestsrc num-buffers=24 ! video/x-raw,framerate={rate},width=64,height=64 ! "
                   f"timecodestamper set=always set-internal-timecode={code} ! jpegenc ! qtmux ! "
                   "filesink", f"location={path}")
            cls.paths[name] = path
        cls.paths["still.png"] = os.path.join(cls.folder, "still.png")
        launch("videotestsrc num-buffers=1 ! pngenc ! filesink",
               f"location={cls.paths['still.png']}")

    def text(self, name):
        with open(self.out(name), encoding="utf-8") as file:
            return file.read()

    def write_all(self, *words, formats=FORMATS):
        self.write(*words, *(self.out(f"cut.{ending}") for ending in formats))
        return (editors.read_otio(self.text("cut.otio")), editors.read_edl(self.text("cut.edl")),
                editors.read_fcp7(self.text("cut.xml")))

    def mlt_edges(self):
        """Where clips end, by the inclusive outs of the first track's entries."""
        root = ElementTree.fromstring(self.text("cut.mlt"))
        edges, at = [], 0
        for entry in root.find("playlist[@id='V1']").findall("entry"):
            at += int(entry.get("out")) - int(entry.get("in")) + 1
            edges.append(at)
        self.assertEqual(root.find("tractor").get("out"), str(at - 1))
        self.assertEqual(root.find("playlist[@id='background']/entry").get("out"), str(at - 1))
        return edges

    def ges_edges(self, rate):
        clips = ElementTree.fromstring(self.text("cut.xges")).iter("clip")
        return [round((int(clip.get("start")) + int(clip.get("duration"))) * rate / 10**9)
                for clip in clips]

    def check_edges(self, read, edges, rate):
        for timeline in read:
            self.assertEqual([clip["end"] for clip in timeline["clips"]], edges)
            self.assertEqual([clip["begin"] for clip in timeline["clips"]], [0] + edges[:-1])
        self.assertEqual(self.mlt_edges(), edges)
        self.assertEqual(self.ges_edges(rate), edges)

    def test_all_formats_cut_at_the_same_frames(self):
        read = self.write_all(*self.shots(*self.NAMES))
        self.check_edges(read, [48, 96, 143, 192], 24)
        for timeline in read:
            self.assertEqual(timeline["start"], 86400)
            self.assertEqual([clip["source"] for clip in timeline["clips"]], [0] * 4)

    def test_rates_that_are_no_whole_numbers(self):
        for text, rate, edges in (("23.976", fractions.Fraction(24000, 1001), [48, 96, 143, 192]),
                                  ("29.97", fractions.Fraction(30000, 1001), [60, 120, 179, 240])):
            read = self.write_all(*self.shots(*self.NAMES), "--rate", text, "--size", "1280x720")
            self.check_edges(read, edges, rate)
            otio, edl, fcp7 = read
            # Readers look for a profile by comparing doubles.
            self.assertEqual(otio["rate"], rate.numerator / rate.denominator)
            self.assertEqual(edl["rate"], text)
            self.assertEqual(fcp7["rate"], rate)
            profile = ElementTree.fromstring(self.text("cut.mlt")).find("profile")
            self.assertEqual((profile.get("frame_rate_num"), profile.get("frame_rate_den")),
                             (str(rate.numerator), str(rate.denominator)))

    def test_many_clips_do_not_drift(self):
        read = self.write_all(*self.shots(HARD_NAME), "--repeat", "300", "--rate", "23.976")
        last = round(fractions.Fraction(50 * 300 * 24000, 25 * 1001))
        for timeline in read:
            self.assertEqual(timeline["clips"][-1]["end"], last)
        self.assertEqual(self.mlt_edges()[-1], last)

    def test_media_has_its_own_rate_and_length(self):
        otio, _, fcp7 = self.write_all(*self.shots(*self.NAMES))
        self.assertEqual([clip["available"] for clip in otio["clips"]],
                         [(0, 48, 24.0), (0, 50, 25.0), (0, 47, 24000 / 1001), (0, 61, 30000 / 1001)])
        self.assertEqual([(clip["media"]["frames"], clip["media"]["rate"]) for clip in fcp7["clips"]],
                         [(48, 24), (50, 25), (47, fractions.Fraction(24000, 1001)),
                          (61, fractions.Fraction(30000, 1001))])

    def test_a_start_of_its_own_and_drop_frame(self):
        read = self.write_all(*self.shots("a.mp4"), "--start", "10:00:00:12")
        for timeline in read:
            self.assertEqual(timeline["start"], 864012)
        read = self.write_all(*self.shots("d 🦊.mp4"), "--start", "01:00:00;00")
        for timeline in read:
            self.assertEqual(timeline["start"], 107892)
        self.assertIn("FCM: DROP FRAME\n", self.text("cut.edl"))
        self.assertIn("01:00:02;01", self.text("cut.edl"))
        self.assertIn("<displayformat>DF</displayformat>", self.text("cut.xml"))
        self.assertIn("drop-frame", self.refusal(*self.shots("a.mp4"), "--start", "01:00:00;00",
                                                 self.out("cut.edl")))

    def test_a_source_begins_at_its_files_own_timecode(self):
        otio, edl, fcp7 = self.write_all(*self.shots("tc.mov", "a.mp4"))
        self.assertEqual([clip["source"] for clip in otio["clips"]], [86400, 0])
        self.assertEqual(otio["clips"][0]["available"], (86400, 24, 24.0))
        self.assertEqual([clip["source"] for clip in edl["clips"]], [86400, 0])
        # In and out count from the file's beginning there.
        self.assertEqual([clip["source"] for clip in fcp7["clips"]], [0, 0])
        self.assertEqual([clip["media"]["start"] for clip in fcp7["clips"]], [86400, 0])
        # An hour is another time at 23.976, but the same number in a list of numbers.
        _, edl, fcp7 = self.write_all(*self.shots("slow.mov"), "--rate", "25")
        self.assertEqual(edl["clips"][0]["source"], 10 * 3600 * 25)
        self.assertEqual(fcp7["clips"][0]["media"]["start"], 10 * 3600 * 24)

    def test_a_take_without_sound_makes_no_sound(self):
        otio, edl, fcp7 = self.write_all(*self.shots(*self.NAMES))
        with_sound = [(0, 48), (48, 96), (143, 192)]
        for timeline in (otio, edl, fcp7):
            self.assertEqual([(clip["begin"], clip["end"]) for clip in timeline["sounds"]],
                             with_sound)
        # One channel is one track.
        self.assertEqual([sound["channels"] for sound in edl["sounds"]], [2, 1, 2])
        self.assertEqual([(clip["begin"], clip["end"]) for clip in fcp7["right"]],
                         [(0, 48), (143, 192)])
        self.assertEqual([clip["media"]["channels"] for clip in fcp7["clips"]], [2, 1, 0, 2])
        links = [clip["link"] for clip in otio["clips"]]
        self.assertEqual(len(set(links)), 4)
        self.assertEqual([clip["link"] for clip in otio["sounds"]], [links[0], links[1], links[3]])
        types = [clip.get("track-types")
                 for clip in ElementTree.fromstring(self.text("cut.xges")).iter("clip")]
        self.assertEqual(types, ["6", "6", "4", "6"])
        otio, _, _ = self.write_all(*self.shots("c.mp4"))
        self.assertEqual(otio["sounds"], [])

    def test_files_are_named_so_that_they_are_found(self):
        otio, edl, fcp7 = self.write_all(*self.shots(*self.NAMES))
        paths = [self.paths[name] for name in self.NAMES]
        urls = [clip["file"] for clip in otio["clips"]]
        for url in urls:
            self.assertRegex(url, r"^file:///[A-Za-z0-9._~/%-]+$")
        self.assertEqual([urllib.parse.unquote(url[len("file://"):]) for url in urls], paths)
        self.assertEqual([clip["file"] for clip in fcp7["clips"]], paths)
        self.assertEqual([clip["file"] for clip in edl["clips"]],
                         ["a.mp4", HARD_NAME.replace("ä", "a"), "c.mp4", "d ?.mp4"])
        project = ElementTree.fromstring(self.text("cut.xges"))
        assets = {asset.get("id") for asset in project.iter("asset")}
        self.assertEqual({clip.get("asset-id") for clip in project.iter("clip")}, assets)
        self.assertEqual({urllib.parse.unquote(url[len("file://"):]) for url in assets}, set(paths))
        resources = [producer.findtext("property[@name='resource']")
                     for producer in ElementTree.fromstring(self.text("cut.mlt")).iter("producer")]
        self.assertEqual(resources[:4], paths)

    def test_relative_paths(self):
        below = self.out("cuts")
        os.makedirs(below, exist_ok=True)
        names = [os.path.join(below, f"r.{ending}") for ending in ("otio", "mlt")]
        self.write(*self.shots(HARD_NAME), "--relative", *names)
        otio = editors.read_otio(self.text("cuts/r.otio"))
        self.assertEqual(urllib.parse.unquote(otio["clips"][0]["file"]), "../" + HARD_NAME)
        root = ElementTree.fromstring(self.text("cuts/r.mlt"))
        self.assertEqual(root.findtext("producer/property[@name='resource']"), "../" + HARD_NAME)
        for ending in ("edl", "xml", "xges"):
            self.assertIn("cannot hold relative paths",
                          self.refusal(*self.shots("a.mp4"), "--relative", self.out(f"r.{ending}")))

    def test_prompts_are_markers(self):
        otio, edl, fcp7 = self.write_all(*self.shots("a.mp4", "c.mp4", prompt=PROMPT))
        shown = PROMPT.replace("\x07", "")
        self.assertEqual([clip["prompt"] for clip in otio["clips"]], [PROMPT] * 2)
        self.assertEqual([clip["prompt"] for clip in fcp7["clips"]], [shown] * 2)
        line = "A <script>fox</script> & \"snow\" second line u ?"
        self.assertEqual([clip["prompt"] for clip in edl["clips"]], [line] * 2)
        root = ElementTree.fromstring(self.text("cut.mlt"))
        markers = root.findall("tractor/properties[@name='shotcut:markers']/properties")
        self.assertEqual([marker.findtext("property[@name='start']") for marker in markers],
                         ["00:00:00.000", "00:00:02.000"])
        self.assertEqual(root.findtext("producer/property[@name='shotcut:comment']"), shown)
        self.assertTrue(all(" ".join(shown.split()) in marker.findtext("property[@name='text']")
                            for marker in markers))
        self.assertNotRegex(self.text("cut.xges"), "[\x00-\x08]")
        self.assertIn("fox", next(ElementTree.fromstring(self.text("cut.xges")).iter("clip"))
                      .get("metadatas"))
        otio, edl, fcp7 = self.write_all(*self.shots("a.mp4", prompt=""))
        for timeline in (otio, edl, fcp7):
            self.assertIsNone(timeline["clips"][0]["prompt"])

    def test_shotcut_takes_it_for_a_timeline(self):
        self.write_all(*self.shots("a.mp4"))
        root = ElementTree.fromstring(self.text("cut.mlt"))
        self.assertEqual(root.get("LC_NUMERIC"), "C")
        self.assertEqual(root.findtext("tractor/property[@name='shotcut']"), "1")
        self.assertEqual([track.get("producer") for track in root.findall("tractor/track")],
                         ["background", "V1"])
        self.assertEqual(root.findtext("playlist[@id='main_bin']/property[@name='xml_retain']"), "1")
        order = [child.tag for child in root]
        self.assertEqual(order, sorted(order, key=["profile", "producer", "playlist", "tractor"].index))

    def others(self):
        return ["--shot", "Shot_01", "1", self.paths["a.mp4"], "x", "--other", "2",
                self.paths["d 🦊.mp4"], "--other", "3", self.paths["c.mp4"],
                "--shot", "Shot_02", "1", self.paths["d 🦊.mp4"], "y", "--other", "2",
                self.paths["a.mp4"]]

    def test_other_takes_as_references(self):
        self.write(*self.others(), "--alternates", "refs", self.out("cut.otio"))
        first, second = editors.read_otio(self.text("cut.otio"))["clips"]
        self.assertEqual(set(first["references"]), {"DEFAULT_MEDIA", "Shot_01_take_02", "Shot_01_take_03"})
        self.assertEqual(set(second["references"]), {"DEFAULT_MEDIA", "Shot_02_take_02"})
        self.assertTrue(first["file"].endswith("/a.mp4"))
        for ending in ("mlt", "xml", "edl", "xges"):
            self.assertIn("no place for other takes",
                          self.refusal(*self.others(), "--alternates", "refs", self.out(f"x.{ending}")))
        # What is not asked for is not written: old readers refuse the newer schema.
        self.write(*self.others(), self.out("cut.otio"))
        self.assertNotIn("Clip.2", self.text("cut.otio"))

    def test_other_takes_on_tracks_that_are_off(self):
        outs = [self.out(f"cut.{ending}") for ending in ("otio", "xml")]
        self.write(*self.others(), "--alternates", "track", *outs)
        otio, fcp7 = editors.read_otio(self.text("cut.otio")), editors.read_fcp7(self.text("cut.xml"))
        for timeline in (otio, fcp7):
            # Never longer than the take that was chosen: 61 frames of 29.97 are 49 of 24.
            self.assertEqual([[(clip["name"], clip["begin"], clip["end"]) for clip in track]
                              for track in timeline["others"]],
                             [[("Shot_01_take_02", 0, 48), ("Shot_02_take_02", 48, 96)],
                              [("Shot_01_take_03", 0, 47)]])
        self.assertEqual({clip["enabled"] for track in fcp7["others"] for clip in track}, {"FALSE"})
        for ending in ("edl", "xges"):
            self.assertIn("no tracks",
                          self.refusal(*self.others(), "--alternates", "track", self.out(f"x.{ending}")))

    def test_a_file_that_comes_twice_is_told_once(self):
        _, edl, fcp7 = self.write_all(*self.shots("a.mp4", "c.mp4", "a.mp4"))
        self.assertEqual(len(fcp7["files"]), 2)
        self.assertEqual([clip["reel"] for clip in edl["clips"]], ["S01T02", "S02T02", "S03T02"])

    def test_reels_are_short_and_unlike_each_other(self):
        words = []
        takes = [1, 9, 10, 99, 100, 999, 1000, 1035, 1036, 34000]
        for take in takes:
            words += ["--shot", "Shot", str(take), self.paths["c.mp4"], ""]
        self.write(*words, "--repeat", "90", self.out("cut.edl"))
        reels = [clip["reel"] for clip in editors.read_edl(self.text("cut.edl"))["clips"]]
        self.assertEqual(len(set(reels)), 900)
        self.assertTrue(all(re.fullmatch("[A-Z0-9]{6,8}", reel) for reel in reels))

    def test_what_a_format_cannot_say_is_a_sentence(self):
        self.assertIn("holds 999 events", self.refusal(*self.shots("c.mp4"), "--repeat", "1000",
                                                       self.out("x.edl")))
        for ending in ("edl", "xml"):
            self.assertIn("12.5 frames per second",
                          self.refusal(*self.shots("a.mp4"), "--rate", "12.5", self.out(f"x.{ending}")))
        self.assertIn("is a still", self.refusal(*self.shots("still.png"), "--rate", "24",
                                                 self.out("x.otio")))
        strange = self.out("a\nb.mp4")
        os.symlink(self.paths["a.mp4"], strange)
        words = ["--shot", "Shot_01", "1", strange, ""]
        self.assertIn("rename it", self.refusal(*words, self.out("x.mlt")))
        self.write(*words, self.out("x.otio"), self.out("x.xml"), self.out("x.edl"))
        self.assertTrue(editors.read_otio(self.text("x.otio"))["clips"][0]["file"]
                        .endswith("a%0Ab.mp4"))
        self.assertEqual(editors.read_edl(self.text("x.edl"))["clips"][0]["file"], "a b.mp4")


if __name__ == "__main__":
    unittest.main()
