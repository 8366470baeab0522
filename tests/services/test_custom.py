# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A provider of one's own: a file dropped into a folder, listed, used, and its mistakes told. The file is
the one that docs/adding-a-provider.md builds, the server is the API that it quotes."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import test_certificates  # noqa: E402
from kiln import Kiln
from launch import PATIENCE, PROGRAM, run

FILE = pathlib.Path(__file__).resolve().parent.parent / "provider/kiln.json"
SHIPPED = ["ark", "fal", "omnivideo", "openai", "openai-json", "openrouter", "rehearsal", "replicate",
           "vibegen", "vibetool", "vidgo", "vidgo-music"]


class CustomTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.media = tempfile.mkdtemp(prefix="prompt-kiln-")
        path = os.path.join(cls.media, "clip.mp4")
        subprocess.run([PROGRAM, f"--render-only={path}", "--duration=2", "a fox"],
                       check=True, timeout=PATIENCE)
        with open(path, "rb") as file:
            cls.clip = file.read()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.media, ignore_errors=True)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="prompt-custom-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.path = os.path.join(self.folder, "mine")
        os.mkdir(self.path)
        self.environment = dict(os.environ, HOME=self.folder, KILN_API_KEY="kiln-key-1",
                                XDG_CONFIG_HOME=os.path.join(self.folder, "config"),
                                GST_PROMPT_HOME=os.path.join(self.folder, "library"))
        self.environment.pop("GST_PROMPT_PROVIDER_PATH", None)

    def run_line(self, *words, **environment):
        done = run(words, dict(self.environment, **environment))
        return done.status, done.output

    def make(self, kiln, *settings, **environment):
        return self.run_line("gst-launch-1.0", "promptdecodebin", "provider=kiln", "prompt=a fox",
                             f"base-url={kiln.base_url}", "poll-interval=2000", *settings, "!",
                             "videoconvert", "!", "fakesink", **environment)

    def listed(self, **environment):
        status, output = self.run_line("gst-inspect-1.0", "promptsrc", **environment)
        self.assertEqual(status, 0)
        line = next(line for line in output.splitlines() if line.strip().startswith("provider  "))
        return line.partition("makes the clip: ")[2].partition(" (unset")[0].split(", ")

    def test_dropped_in_and_listed(self):
        self.assertEqual(self.listed(), SHIPPED)
        shutil.copy(FILE, self.path)
        self.assertEqual(self.listed(GST_PROMPT_PROVIDER_PATH=self.path), sorted([*SHIPPED, "kiln"]))
        config = os.path.join(self.folder, "config/gst-prompt/providers")
        os.makedirs(config)
        shutil.copy(FILE, config)
        self.assertEqual(self.listed(), sorted([*SHIPPED, "kiln"]))

    def test_unknown_provider_lists_them_all(self):
        shutil.copy(FILE, self.path)
        status, output = self.run_line("gst-launch-1.0", "promptsrc", "provider=kilm", "prompt=x", "!",
                                       "fakesink", GST_PROMPT_PROVIDER_PATH=self.path)
        self.assertEqual(status, 1)
        for name in (*SHIPPED, "kiln", '"kilm"'):
            self.assertIn(name, output)

    def test_used_from_either_place(self):
        config = os.path.join(self.folder, "config/gst-prompt/providers")
        os.makedirs(config)
        shutil.copy(FILE, config)
        shutil.copy(FILE, self.path)
        for number, environment in enumerate(({}, {"GST_PROMPT_PROVIDER_PATH": self.path},
                                              {"GST_PROMPT_PROVIDER_PATH": str(FILE)})):
            if number == 1:
                os.remove(os.path.join(config, "kiln.json"))
            kiln = Kiln(self, self.clip)
            status, output = self.make(kiln, f"take={number + 1}", **environment)
            self.assertEqual(status, 0, output)
            self.assertEqual(kiln.asked[0][:2], ("POST", "/v2/clips"))
            self.assertEqual(kiln.asked[0][3], {"engine": "glaze-1", "text": "a fox"})
            self.assertEqual([asked[1:3] for asked in kiln.asked[1:]],
                             [("/v2/jobs/k_1", "t=secret")] * 2)
            self.assertEqual(kiln.keys_elsewhere, 0)

    def test_every_setting_arrives(self):
        shutil.copy(FILE, self.path)
        picture = os.path.join(self.folder, "a.png")
        with open(picture, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17))
        kiln = Kiln(self, self.clip)
        status, output = self.make(
            kiln, "duration=2", "aspect-ratio=9:16", "seed=7",
            f"images=<https://a.example/i.png,{picture}>", "parameters=p,mood=(string)wild",
            "callback-url=https://me.example/h", "max-credits=8",
            GST_PROMPT_PROVIDER_PATH=self.path)
        self.assertEqual(status, 0, output)
        body = kiln.asked[0][3]
        self.assertTrue(body["frames"][1].pop("source").startswith("data:image/png;base64,iVBOR"))
        self.assertEqual(body, {
            "engine": "glaze-1", "text": "a fox", "seconds": "2", "shape": "tall", "seed": 7,
            "frames": [{"at": "first", "source": "https://a.example/i.png"}, {"at": "last"}],
            "notify": "https://me.example/h", "mood": "wild"})
        # Two wild seconds cost eight coins; a third would be above the limit.
        status, output = self.make(kiln, "duration=3", "parameters=p,mood=(string)wild",
                                   "max-credits=8", GST_PROMPT_PROVIDER_PATH=self.path)
        self.assertEqual(status, 1)
        self.assertIn("12", output)
        self.assertEqual(kiln.jobs, 1)

    def test_prices_are_in_its_own_unit(self):
        """In the progress, in the message, in the URI's warning and in errors."""
        with open(FILE, encoding="utf-8") as file:
            description = json.load(file)
        description["unit"] = "coins"
        with open(os.path.join(self.path, "kiln.json"), "w", encoding="utf-8") as file:
            json.dump(description, file)
        kiln = Kiln(self, self.clip)
        environment = {"GST_PROMPT_PROVIDER_PATH": self.path, "KILN_BASE_URL": kiln.base_url}
        status, output = self.run_line("gst-launch-1.0", "-m", "promptsrc", "provider=kiln",
                                       "prompt=a fox", "duration=2", "poll-interval=2000", "!", "fakesink",
                                       **environment)
        self.assertEqual(status, 0, output)
        self.assertIn("(6 coins", output)
        self.assertIn("unit=(string)coins", output)
        self.assertNotIn("6 credits", output)
        status, output = self.run_line("gst-launch-1.0", "uridecodebin",
                                       "uri=prompt:a fox?provider=kiln&duration=3", "!", "fakesink",
                                       **environment)
        self.assertEqual(status, 0, output)
        self.assertIn("for 9 coins", output)
        self.assertNotIn("9 credits", output)

    def test_address_of_another_host_gets_no_key(self):
        shutil.copy(FILE, self.path)
        stranger = Kiln(self)
        stranger.is_stranger = True
        kiln = Kiln(self, self.clip)
        kiln.poll_origin = stranger.base_url[:-3]
        status, output = self.make(kiln, GST_PROMPT_PROVIDER_PATH=self.path)
        self.assertEqual(status, 1, output)
        self.assertGreaterEqual(stranger.visits, 1, output)
        self.assertEqual((stranger.keys_elsewhere, kiln.jobs), (0, 1))
        # Its own address with its own origin written out is no stranger's.
        kiln = Kiln(self, self.clip)
        kiln.poll_origin = kiln.base_url[:-3]
        status, output = self.make(kiln, GST_PROMPT_PROVIDER_PATH=self.path)
        self.assertEqual(status, 0, output)

    def test_address_of_a_private_host_is_not_asked(self):
        """A reply of an API elsewhere does not send us into the network that we stand in."""
        shutil.copy(FILE, self.path)
        authority = test_certificates.make(self.folder)
        kiln = Kiln(self, self.clip,
                    tls=test_certificates.server_context(self.folder, "good", ("http/1.1",)))
        stranger = Kiln(self)
        stranger.is_stranger = True
        environment = {"GST_PROMPT_PROVIDER_PATH": self.path, "GST_PROMPT_CA_FILE": authority,
                       "LD_PRELOAD": os.environ["PROMPT_TEST_FAKE_NETWORK"]}
        port = stranger.server_address[1]
        for take, (origin, word) in enumerate(((f"http://127.0.0.1:{port}", "private address"),
                                               (f"https://127.0.0.1:{port}", "private address"),
                                               ("http://a.example", "https")), 1):
            kiln.poll_origin = origin
            kiln.jobs = 0
            # The first look is after two seconds.
            status, output = self.make(kiln, "generation-timeout=5", f"take={take}", **environment)
            self.assertEqual((status, kiln.jobs, stranger.visits), (1, 1, 0), output)
            self.assertIn(word, output)

    def test_failures_in_its_words(self):
        shutil.copy(FILE, self.path)
        for kiln, words in ((Kiln(self, phases=("waiting", "cracked")), ("The glaze ran", "too-hot")),
                            (Kiln(self, refuses="No foxes"), ("No foxes",)),
                            (Kiln(self, key="another"), ("Wrong key", "check the key"))):
            status, output = self.make(kiln, f"base-url={kiln.base_url}",
                                       GST_PROMPT_PROVIDER_PATH=self.path)
            self.assertEqual(status, 1, output)
            for word in words:
                self.assertIn(word, output)
            self.assertNotIn("kiln-key-1", output)

    def test_file_with_a_mistake(self):
        broken = json.loads(FILE.read_text(encoding="utf-8"))
        broken["models"][0]["media"] = "vidoe"
        place = os.path.join(self.path, "kiln.json")
        with open(place, "w", encoding="utf-8") as file:
            json.dump(broken, file)
        kiln = Kiln(self, self.clip)
        status, output = self.make(kiln, GST_PROMPT_PROVIDER_PATH=self.path)
        self.assertEqual(status, 1)
        self.assertIn(f"The provider description {place} is wrong at /models/0/media: expected "
                      '"video", "image" or "audio", got the string "vidoe".', output)
        self.assertEqual(kiln.asked, [])
        # Nothing else with it.
        self.assertEqual(self.listed(GST_PROMPT_PROVIDER_PATH=self.path), SHIPPED)


if __name__ == "__main__":
    unittest.main(verbosity=1)
