# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Each provider and each medium, from gst-launch-1.0 to the last frame: the request is the documented one
with nothing in it that was not set, it is sent once, and what comes plays."""
import subprocess
import unittest

from launch import KEY, Stage, together

FOX = "a red fox in the snow"
PICTURE = "https://a.example/i.png"
SONG = {"style": "Classical", "title": "Rain", "custom_mode": True, "instrumental": True, "mv": "V5"}
SONG_SETTING = ("parameters=p,style=(string)Classical,title=(string)Rain,custom_mode=(boolean)true,"
                "instrumental=(boolean)true,mv=(string)V5")

# provider, settings, frames at 24 a second, submit path below the base URL, the body that is sent
VIDEOS = [
    ("vibegen", ["duration=5"], 121, "/generations",
     {"model": "seedance 2.0", "prompt": FOX, "duration": 5}),
    ("vibetool", ["model=omnihuman-1.5", f"image={PICTURE}",
                  "parameters=p,audio_url=(string)https://a.example/a.mp3,auto_mask=(boolean)true"],
     121, "/videos/generations",
     {"model": "omnihuman-1.5", "prompt": FOX, "image_urls": [PICTURE],
      "audio_url": "https://a.example/a.mp3", "auto_mask": True}),
    ("omnivideo", ["aspect-ratio=16:9", f"image={PICTURE}"], 121, "/api/v1/tasks/create",
     {"model_id": "seedance-2", "prompt": FOX, "aspect_ratio": "16:9", "image_urls": [PICTURE]}),
    ("vidgo", ["model=sora-2-official", "duration=4", f"image={PICTURE}"], 97,
     "/api/generate/submit",
     {"model": "sora-2-official", "input": {"prompt": FOX, "duration": 4, "image_urls": [PICTURE]}}),
    ("openai-json", ["model=wan", "duration=3", "resolution=640x480", f"image={PICTURE}"], 73,
     "/videos",
     {"model": "wan", "prompt": FOX, "seconds": "3", "size": "640x480",
      "input_reference": {"image_url": PICTURE}}),
    ("openrouter", ["model=google/veo", "duration=4", "generate-audio=true", "seed=3",
                    f"images=<{PICTURE},{PICTURE}>", "parameters=p,trace=(string)<a,b>"], 97,
     "/videos",
     {"model": "google/veo", "prompt": FOX, "duration": 4, "generate_audio": True, "seed": 3,
      "trace": ["a", "b"],
      "frame_images": [{"type": "image_url", "image_url": {"url": PICTURE}, "frame_type": role}
                       for role in ("first_frame", "last_frame")]}),
    ("fal", ["model=fal-ai/veo3/fast", "seed=3", "parameters=p,duration=(string)4s"], 97,
     "/fal-ai/veo3/fast", {"prompt": FOX, "seed": 3, "duration": "4s"}),
    ("replicate", ["model=acme/clips", "parameters=p,duration=(int)4"], 97,
     "/models/acme/clips/predictions", {"input": {"prompt": FOX, "duration": 4}}),
    ("replicate", ["model=5c7d5dc6"], 121, "/predictions",
     {"version": "5c7d5dc6", "input": {"prompt": FOX}}),
    ("ark", ["model=seedance", "duration=4", "parameters=p,watermark=(boolean)false"], 97,
     "/contents/generations/tasks",
     {"model": "seedance", "duration": 4, "watermark": False,
      "content": [{"type": "text", "text": FOX}]}),
]
IMAGES = [
    ("vibetool", ["media=image"], "/images/generations",
     {"model": "nano-banana-pro", "prompt": FOX, "async_mode": True}),
    ("omnivideo", ["model=nano-banana-2"], "/api/v1/tasks/create",
     {"model_id": "nano-banana-2", "prompt": FOX}),
    ("vidgo", ["model=gpt-4o-image", "aspect-ratio=1:1"], "/api/generate/submit",
     {"model": "gpt-4o-image", "input": {"prompt": FOX, "size": "1:1"}}),
    ("fal", ["model=fal-ai/text-to-image", "media=image"], "/fal-ai/text-to-image",
     {"prompt": FOX}),
    ("replicate", ["model=acme/image", "media=image"], "/models/acme/image/predictions",
     {"input": {"prompt": FOX}}),
]
MUSIC = [
    ("vidgo", ["model=generate-music", SONG_SETTING], "/api/generate/submit",
     {"model": "generate-music", "input": {"prompt": FOX, **SONG}}),
    ("vidgo-music", [SONG_SETTING], "/api/generate/submit",
     {"model": "generate-music", "input": {"prompt": FOX, **SONG}}),
    ("fal", ["model=fal-ai/music", "media=audio"], "/fal-ai/music", {"prompt": FOX}),
    ("replicate", ["model=acme/music", "media=audio"], "/models/acme/music/predictions",
     {"input": {"prompt": FOX}}),
]


class MediaTest(unittest.TestCase):
    maxDiff = None

    def assert_asked(self, stage, provider, path, body):
        """One submit, the documented one; the key in the provider's form, and on no media request."""
        submits = stage.asked("POST")
        self.assertEqual(len(submits), 1, [asked.line for asked in submits])
        self.assertEqual(submits[0].path, stage.paths.get(provider, submits[0].path[:-len(path)]) + path)
        self.assertEqual(submits[0].query, "")
        self.assertEqual(submits[0].json, body)
        word = "Key" if provider == "fal" else "Bearer"
        for asked in stage.asked():
            self.assertEqual(asked.headers.get("authorization"), f"{word} {KEY}", asked.line)
        self.assertEqual(stage.stats()["media"]["with-authorization"], 0)
        self.assertEqual(stage.stats()["canary"]["requests"], 0)

    def test_videos(self):
        def one(case):
            provider, settings, frames, path, body = case
            stage = Stage(self)
            done, count = stage.frames(provider, [f"prompt={FOX}", *settings])
            return case, stage, done, count
        for case, stage, done, count in together([lambda case=case: one(case) for case in VIDEOS]):
            provider, _, frames, path, body = case
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 0, done.output)
                self.assertEqual(count, frames)
                self.assert_asked(stage, provider, path, body)
                self.assertNotIn(KEY, done.output)

    def test_images_are_shown_for_five_seconds(self):
        def one(case):
            provider, settings, _, _ = case
            stage = Stage(self)
            return (case, stage, *stage.frames(provider, [f"prompt={FOX}", *settings]))
        for case, stage, done, count in together([lambda case=case: one(case) for case in IMAGES]):
            provider, _, path, body = case
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 0, done.output)
                self.assertEqual(count, 120)
                self.assert_asked(stage, provider, path, body)

    def test_music_is_an_audio_stream(self):
        def one(case):
            provider, settings, _, _ = case
            stage = Stage(self)
            raw = stage.file("sound.raw", b"")
            done = stage.launch(provider, [f"prompt={FOX}", *settings], "!", "audioconvert", "!",
                                "audioresample", "!",
                                "audio/x-raw,format=S16LE,rate=8000,channels=1", "!", "filesink",
                                f"location={raw}")
            with open(raw, "rb") as file:
                return case, stage, done, file.read()
        for case, stage, done, sound in together([lambda case=case: one(case) for case in MUSIC]):
            provider, _, path, body = case
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 0, done.output)
                self.assertAlmostEqual(len(sound) / 16000, 10, delta=0.3)
                self.assertGreater(len(set(sound)), 100)  # no silence
                self.assert_asked(stage, provider, path, body)

    def test_vidgo_music_is_asked_for_at_its_own_page(self):
        stage = Stage(self)
        done = stage.launch("vidgo-music", [f"prompt={FOX}", SONG_SETTING], "!", "fakesink")
        self.assertEqual(done.status, 0, done.output)
        task = stage.rows()[0]["task_id"]
        self.assertEqual({asked.line for asked in stage.asked("GET")},
                         {f"GET /vidgo/api/generate/detail/music?task_id={task}"})

    def test_own_cluster_needs_no_key(self):
        stage = Stage(self)
        done, count = stage.frames("openai", [f"prompt={FOX}", "duration=3", "resolution=640x480"],
                                   key=None)
        self.assertEqual((done.status, count), (0, 73), done.output)
        submit = stage.asked("POST")[0]
        self.assertEqual(submit.fields(), {"prompt": FOX, "seconds": "3", "size": "640x480"})
        self.assertEqual([asked for asked in stage.asked() if "authorization" in asked.headers], [])
        # The bytes came from below the API.
        task = stage.rows()[0]["task_id"]
        self.assertIn(f"GET /openai/v1/videos/{task}/content", [a.line for a in stage.asked("GET")])

    def test_cluster_with_a_key_gives_the_bytes_to_it_alone(self):
        stage = Stage(self, "--key", KEY)
        done, count = stage.frames("openai", [f"prompt={FOX}", "duration=3"])
        self.assertEqual((done.status, count), (0, 73), done.output)
        done = stage.launch("openai", ["prompt=another fox"], "!", "fakesink", key="sk-wrong")
        self.assertEqual(done.status, 1)
        self.assertIn("check the key", done.output)


class ImageTest(unittest.TestCase):
    def test_duration_and_rate_are_what_is_asked_for(self):
        stage = Stage(self)
        done, count = stage.frames("vidgo", ["model=gpt-4o-image", "duration=2", f"prompt={FOX}"],
                                   caps="video/x-raw(ANY),framerate=30/1")
        self.assertEqual((done.status, count), (0, 60), done.output)
        # How long it is shown is not the provider's matter, nor part of what is paid for.
        self.assertNotIn("duration", stage.asked("POST")[0].json["input"])
        done, count = stage.frames("vidgo", ["model=gpt-4o-image", "duration=1", f"prompt={FOX}"])
        self.assertEqual((done.status, count), (0, 24), done.output)
        self.assertEqual(len(stage.asked("POST")), 1)

    def test_each_format(self):
        for name, encoder in (("a.jpg", "jpegenc"), ("a.webp", "webpenc"), ("a.png", "pngenc")):
            with self.subTest(name=name):
                made = Stage(self)
                path = made.file(name, b"")
                subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=1", "!",
                                "video/x-raw,width=64,height=48", "!", "videoconvert", "!", encoder,
                                "!", "filesink", f"location={path}"], check=True)
                stage = Stage(self, "--media", path, rendering=False)
                done, count = stage.frames("vibetool", ["media=image", f"prompt={FOX}"])
                self.assertEqual((done.status, count), (0, 120), done.output)
                # A process may end before what it has played is filed; the next one files it.
                for _ in range(5):
                    if not stage.clips()[0].endswith(".part"):
                        break
                    stage.frames("vibetool", ["media=image", f"prompt={FOX}"])
                self.assertTrue(stage.clips()[0].endswith("." + name[2:]), stage.clips())
                self.assertEqual(len(stage.asked("POST")), 1)


class ResultTest(unittest.TestCase):
    def fetch(self, stage, settings, result):
        path = stage.file(f"result-{result}", b"")
        done = stage.launch("vidgo", [*settings, f"result={result}"], "!", "filesink",
                            f"location={path}", element="promptsrc")
        with open(path, "rb") as file:
            return done, file.read()

    def check(self, settings, count, beginning):
        stage = Stage(self)
        # Played as a user sees or hears it: meanwhile the others are fetched, too.
        done = stage.launch("vidgo", settings, "!", "fakesink", "sync=true")
        self.assertEqual(done.status, 0, done.output)
        self.assertEqual(len(stage.clips()), count, stage.clips())
        self.assertEqual(stage.stats()["media"]["requests"], count)
        seen = []
        for result in range(count):
            done, content = self.fetch(stage, settings, result)
            self.assertEqual(done.status, 0, done.output)
            self.assertEqual(content[:len(beginning)], beginning)
            seen.append(content)
        self.assertEqual(len(set(seen)), count)
        # They were paid for once, and come from the library.
        self.assertEqual(len(stage.asked("POST")), 1)
        self.assertEqual(stage.stats()["media"]["requests"], count)
        kept = []
        for clip in stage.clips():
            with open(clip, "rb") as file:
                kept.append(file.read())
        self.assertEqual([len(clip) for clip in sorted(kept)], [len(clip) for clip in sorted(seen)])
        self.assertTrue(sorted(kept) == sorted(seen))
        done, _ = self.fetch(stage, settings, count)
        self.assertEqual(done.status, 1)
        self.assertIn("result", done.output)

    def test_images(self):
        self.check(["model=gpt-4o-image", f"prompt={FOX}", "parameters=p,n=(int)3"], 3,
                   b"\x89PNG\r\n\x1a\n")

    def test_tracks(self):
        self.check(["model=generate-music", f"prompt={FOX}", SONG_SETTING], 2, b"\xff\xfb")


if __name__ == "__main__":
    unittest.main(verbosity=1)
