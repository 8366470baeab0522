# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What goes wrong at each provider, in its own form, as gst-launch-1.0 tells it; and what it costs."""
import base64
import unittest

from launch import KEY, Stage, together

FOX = "prompt=a red fox in the snow"
SONG = "parameters=p,mv=(string)V5"
SPEAKER = ["model=omnihuman-1.5", "image=https://a.example/i.png",
           "parameters=p,audio_url=(string)https://a.example/a.mp3"]
REQUESTS = [
    ("vibegen", []),
    ("vibetool", ["media=image"]),
    ("vibetool", SPEAKER),
    ("omnivideo", []),
    ("vidgo", ["model=gpt-4o-image"]),
    ("vidgo-music", [SONG]),
    ("openai", []),
    ("openai-json", []),
    ("openrouter", ["model=google/veo"]),
    ("fal", ["model=fal-ai/veo3"]),
    ("replicate", ["model=acme/clips"]),
    ("ark", ["model=seedance"]),
]
# A search for a lost task takes as long as a provider may need to list it.
QUICK = {"GST_PROMPT_SETTLING_SECONDS": "2"}


class FailureTest(unittest.TestCase):
    def for_each(self, *options, requests=None):
        """What became of each request, with the stand-in's options: (name, stage, done)."""
        def one(provider, settings):
            stage = Stage(self, *options)
            done = stage.launch(provider, [FOX, *settings], "!", "fakesink", element="promptsrc",
                                environment=QUICK)
            return provider, stage, done
        return together([lambda case=case: one(*case) for case in requests or REQUESTS])

    def test_failed_task_tells_the_providers_words(self):
        for provider, stage, done in self.for_each("--fault", "task-fails:No foxes today"):
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 1, done.output)
                self.assertIn("No foxes today", done.output)
                self.assertEqual(len(stage.asked("POST")), 1)
                self.assertEqual(stage.rows()[0]["state"], "failed")

    def test_unknown_state_is_waited_through(self):
        for provider, stage, done in self.for_each("--fault", "status-unknown-state@1"):
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 0, done.output)
                self.assertEqual(len(stage.asked("POST")), 1)
                self.assertGreaterEqual(len(stage.asked("GET")), 2)

    def test_account_without_credits(self):
        for provider, stage, done in self.for_each("--fault", "submit-402"):
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 1, done.output)
                self.assertIn("INSUFFICIENT_CREDITS" if provider not in ("openai", "openai-json",
                              "openrouter", "omnivideo", "vidgo", "vidgo-music", "ark", "vibegen")
                              else "too few credits", done.output)
                self.assertEqual(len(stage.asked("POST")), 1)

    def test_wrong_key(self):
        for provider, stage, done in self.for_each("--key", "sk-another"):
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 1, done.output)
                self.assertIn("check the key", done.output)
                self.assertNotIn(KEY, done.output)
                self.assertEqual(len(stage.asked("POST")), 1)

    def test_too_many_requests_are_waited_out(self):
        for provider, stage, done in self.for_each("--fault", "submit-429:1@1"):
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 0, done.output)
                self.assertEqual(len(stage.asked("POST")), 2)
                self.assertEqual(sum(counts["created"] for counts in
                                     stage.stats()["providers"].values()), 1)

    def test_lost_answer_is_never_sent_again(self):
        for provider, stage, done in self.for_each("--fault", "submit-lost-reply"):
            with self.subTest(provider=provider):
                self.assertEqual(len(stage.asked("POST")), 1)
                # These two list their tasks, and there it is.
                is_listed = provider in ("vibegen", "replicate")
                self.assertEqual(done.status, 0 if is_listed else 1, done.output)
                if not is_listed:
                    self.assertEqual(stage.rows()[0]["state"], "uncertain")
                    self.assertIn("cache=refresh", done.output)

    def test_task_of_elsewhere_is_looked_for_by_its_id(self):
        for provider, settings, words in (
                ("fal", ["model=fal-ai/veo3"], "use the library that asked for the task"),
                ("replicate", ["model=a/b"], "could not be found"),
                ("ark", ["model=a"], "The task does not exist"),
                ("openai", [], "Video not found"),
                ("openrouter", ["model=a/b"], "Job not found")):
            with self.subTest(provider=provider):
                stage = Stage(self, rendering=False)
                done = stage.launch(provider, [*settings, "task-id=r-1"], "!", "fakesink",
                                    element="promptsrc")
                self.assertEqual(done.status, 1, done.output)
                self.assertIn(words, done.output)
                self.assertEqual(stage.asked("POST"), [])

    def test_result_that_is_missing_ends(self):
        # OpenAI's form has no URL that could be missing, a song two.
        requests = [case for case in REQUESTS
                    if case[0] not in ("openai", "openai-json", "vidgo-music")]
        def one(provider, settings):
            stage = Stage(self, "--fault", "status-completed-without-url")
            return provider, stage.launch(provider, [FOX, "generation-timeout=3", *settings], "!",
                                          "fakesink", element="promptsrc")
        for provider, done in together([lambda case=case: one(*case) for case in requests]):
            with self.subTest(provider=provider):
                self.assertEqual(done.status, 1, done.output)


class OmnivideoTest(unittest.TestCase):
    def launch(self, stage, *settings):
        return stage.launch("omnivideo", [FOX, *settings], "!", "fakesink", element="promptsrc")

    def test_credits_and_request_id_are_kept(self):
        stage = Stage(self)
        done = stage.launch("omnivideo", [FOX], "!", "fakesink", element="promptsrc", options=["-m"])
        self.assertEqual(done.status, 0, done.output)
        self.assertIn("credits=(double)15", done.output)
        row = stage.rows()[0]
        self.assertEqual((row["credits_charged"], row["refunded"]), (15, 0))
        self.assertTrue(row["provider_request_id"].startswith("kie_"))

    def test_failed_task_is_refunded(self):
        stage = Stage(self, "--credits", "20", "--fault", "task-fails:No foxes@1")
        done = self.launch(stage)
        self.assertEqual(done.status, 1)
        row = stage.rows()[0]
        self.assertEqual((row["credits_charged"], row["refunded"]), (15, 1))
        for words in ("No foxes", "gives the credits back", row["provider_request_id"]):
            self.assertIn(words, done.output)
        self.assertEqual(stage.stats()["credits"], 20)

    def test_code_0_with_http_200_is_a_failure(self):
        stage = Stage(self, "--credits", "10")
        done = self.launch(stage)
        self.assertEqual(done.status, 1)
        self.assertIn("Insufficient credits", done.output)
        self.assertEqual(len(stage.asked("POST")), 1)
        self.assertEqual(stage.stats()["providers"]["omnivideo"]["created"], 0)

    def test_address_has_to_be_set(self):
        stage = Stage(self)
        done = stage.launch("omnivideo", [FOX], "!", "fakesink", element="promptsrc",
                            has_address=False)
        self.assertEqual(done.status, 1)
        self.assertIn("base-url", done.output)
        self.assertIn("OMNIVIDEO_BASE_URL", done.output)

    def test_address_may_hold_the_prefix(self):
        stage = Stage(self)
        done = stage.launch("omnivideo", [FOX, f"base-url={stage.base_url('omnivideo')}/api/v1"], "!",
                            "fakesink", element="promptsrc")
        self.assertEqual(done.status, 0, done.output)


class LocalImageTest(unittest.TestCase):
    def setUp(self):
        self.stage = Stage(self)
        self.path = self.stage.file("i.png", self.png(100))

    @staticmethod
    def png(size):
        return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(size - 16)

    def launch(self, provider, *settings):
        return self.stage.launch(provider, [FOX, *settings], "!", "fakesink", element="promptsrc")

    def test_file_in_a_form(self):
        done = self.launch("openai", f"image={self.path}")
        self.assertEqual(done.status, 0, done.output)
        name, kind, content = self.stage.asked("POST")[0].fields()["input_reference"]
        self.assertEqual((kind, content), ("image/png", self.png(100)))
        self.assertNotIn(self.stage.folder, name)

    def test_data_uri(self):
        done = self.launch("replicate", "model=acme/clips", f"image=file://{self.path}")
        self.assertEqual(done.status, 0, done.output)
        self.assertEqual(self.stage.asked("POST")[0].json["input"]["image"],
                         "data:image/png;base64," + base64.b64encode(self.png(100)).decode())

    def test_what_cannot_be_sent_is_said_before(self):
        text = self.stage.file("text.png", b"hello, I am no picture at all")
        large = self.stage.file("large.png", self.png(10 * 1024 * 1024 + 1))
        for provider, settings, words in (
                ("replicate", ["model=a/b", f"image={text}"], ("text.png", "no PNG")),
                ("replicate", ["model=a/b", f"image={large}"], ("large.png", "10485760")),
                ("replicate", ["model=a/b", "image=/nowhere/i.png"], ("/nowhere/i.png",)),
                ("openai", ["image=https://a.example/i.png"], ("https://a.example/i.png", "local")),
                ("vibegen", [f"image={self.path}"], ("i.png", "https://")),
                ("vibetool", [*SPEAKER, f"image={self.path}"], ("i.png", "https://")),
                ("omnivideo", [f"image={self.path}"], ("i.png", "https://")),
                ("vidgo", ["model=sora-2-official", f"image={self.path}"], ("i.png", "https://")),
                ("vidgo", ["model=sora-2", "image=https://a.example/i.png"], ("no place",)),
                ("openrouter", ["model=a/b", f"image={self.path}"], ("i.png", "https://")),
                ("fal", ["model=a/b", f"image={self.path}"], ("i.png", "https://")),
                ("ark", ["model=a", f"image={self.path}"], ("i.png", "https://"))):
            with self.subTest(provider=provider, settings=settings):
                done = self.launch(provider, *settings)
                self.assertEqual(done.status, 1, done.output)
                for word in words:
                    self.assertIn(word, done.output)
        self.assertEqual(self.stage.asked(), [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
