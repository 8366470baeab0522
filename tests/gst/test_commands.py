# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The lines that the documentation shows, as a user runs them, against provider=rehearsal: exit codes,
what they print, and no GStreamer object left behind (leaks tracer)."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

DESCRIPTIONS = os.path.join(os.path.dirname(__file__), "..", "..", "src", "provider",
                            "descriptions")
TIMEOUT = 60 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", "1"))


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="prompt-commands-")
        self.environment = dict(
            os.environ,
            GST_PROMPT_HOME=os.path.join(self.folder, "home"),
            GST_PROMPT_REHEARSAL_OPTIONS="--task-seconds 0.5",
            GST_DEBUG_NO_COLOR="1",
        )
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            self.environment.pop(name, None)

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run_line(self, *words, **environment):
        done = subprocess.run(words, env=dict(self.environment, **environment), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT,
                              check=False)
        return done.returncode, done.stdout

    def succeed(self, *words, **environment):
        status, output = self.run_line(*words, **environment)
        self.assertEqual(status, 0, output)
        return output

    def interrupt(self, *words, **environment):
        """Runs until the first progress, then sends what Ctrl-C sends."""
        process = subprocess.Popen(
            words, env=dict(self.environment, GST_PROMPT_REHEARSAL_OPTIONS="--task-seconds 600",
                            **environment),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = ""
        for line in process.stdout:
            output += line
            if "Progress: (generate)" in line and "asking" not in line.lower():
                break
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=TIMEOUT)
        return process.returncode, output + rest

    def test_source_to_file(self):
        clip = os.path.join(self.folder, "a.mp4")
        output = self.succeed("gst-launch-1.0", "promptsrc", "provider=rehearsal",
                              "prompt=a city at sunset", "!", "filesink", f"location={clip}")
        lines = [line for line in output.splitlines() if line.startswith("Progress: (generate)")]
        self.assertRegex(lines[0], r"Asking VibeGen .*for a clip")
        self.assertIn("The clip is ready (rehearsed: it would cost 15 credits)", lines[-1])
        self.assertLess(output.index("The clip is ready"), output.index("PREROLLED"))
        with open(clip, "rb") as file:
            head = file.read(12)
        self.assertEqual(head[4:8], b"ftyp")
        self.assertGreater(os.path.getsize(clip), 100000)

    def test_bin_and_again_from_the_library(self):
        line = ("gst-launch-1.0", "promptdecodebin", "provider=rehearsal",
                "prompt=a city at sunset", "duration=5", "!", "videoconvert", "!", "fakesink")
        self.assertIn("The clip is ready", self.succeed(*line))
        clips = os.path.join(self.folder, "home", "clips")
        self.assertEqual(len(os.listdir(clips)), 1)
        # A clip that is here at once is told of like any other, in each run.
        for _ in range(8):
            self.assertIn("nothing was paid", self.succeed(*line))
        self.assertEqual(len(os.listdir(clips)), 1)

    def test_sound_and_picture(self):
        self.succeed("gst-launch-1.0", "promptdecodebin", "provider=rehearsal", "prompt=both",
                     "generate-audio=true", "name=d", "d.", "!", "queue", "!", "videoconvert", "!",
                     "fakesink", "d.", "!", "queue", "!", "audioconvert", "!", "fakesink")

    def test_remux_without_encoding(self):
        copy = os.path.join(self.folder, "b.mp4")
        self.succeed("gst-launch-1.0", "-e", "promptsrc", "provider=rehearsal", "prompt=remux",
                     "!", "qtdemux", "!", "h264parse", "!", "mp4mux", "faststart=true", "!",
                     "filesink", f"location={copy}")
        self.assertGreater(os.path.getsize(copy), 100000)

    def test_players_open_the_uri(self):
        uri = "prompt:a city at sunset?provider=rehearsal"
        for player in ("playbin", "playbin3"):
            self.succeed("gst-launch-1.0", player, f"uri={uri}", "video-sink=fakesink",
                         "audio-sink=fakesink")
        output = self.succeed("gst-play-1.0", "--videosink=fakesink", "--audiosink=fakesink",
                              "--no-interactive", uri)
        self.assertIn("Reached end of play list", output)
        output = self.succeed("gst-discoverer-1.0", "-t", "300", uri)
        self.assertRegex(output, "Duration: 0:00:05")
        self.assertIn("H.264", output)

    def test_strangers_playlist_is_not_paid_for(self):
        playlist = os.path.join(self.folder, "list.m3u8")
        with open(playlist, "w", encoding="utf-8") as file:
            file.write("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n"
                       "prompt:a%20city?provider=rehearsal\n#EXT-X-ENDLIST\n")
        output = self.run_line("gst-discoverer-1.0", f"file://{playlist}")[1]
        self.assertIn("may not pay", output)
        status, output = self.run_line("gst-launch-1.0", "playbin", f"uri=file://{playlist}",
                                       "video-sink=fakesink")
        self.assertNotEqual(status, 0, output)
        self.assertIn("may not pay", output)
        # GStreamer's newer demuxer (1.22) waits for ever for what it cannot open.
        player = subprocess.Popen(
            ["gst-launch-1.0", "playbin3", f"uri=file://{playlist}", "video-sink=fakesink"],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            player.wait(2)
        except subprocess.TimeoutExpired:
            player.kill()
            player.wait()
        clips = os.path.join(self.folder, "home", "clips")
        self.assertFalse(os.path.exists(clips) and os.listdir(clips))
        # Nobody has asked, so no stand-in was started.
        self.assertFalse(os.path.exists(os.path.join(self.folder, "home", "rehearsal")))

    def test_errors_of_a_rehearsal_are_its_own(self):
        for options in ("--credits 1", "--fault submit-401",
                        "--fault submit-lost-reply --fault list-hides"):
            status, output = self.run_line(
                "gst-launch-1.0", "promptsrc", "provider=rehearsal", f"prompt=a city {options}",
                "!", "fakesink", GST_PROMPT_SETTLING_SECONDS="1",
                GST_PROMPT_HOME=os.path.join(self.folder, options),
                GST_PROMPT_REHEARSAL_OPTIONS="--task-seconds 0.5 " + options)
            self.assertNotEqual(status, 0, output)
            errors = [line[line.index("ERROR: from"):] for line in output.splitlines()
                      if "ERROR: from" in line]
            self.assertTrue(errors, output)
            for wrong in ("your", "recharge", "check", "pay again", "server runs"):
                self.assertNotIn(wrong, errors[0], options)
            self.assertIn("rehearsal", errors[0])

    def test_several_jobs_are_told_apart(self):
        output = self.succeed(
            "gst-launch-1.0", "promptsrc", "provider=rehearsal", "prompt=one", "!", "fakesink",
            "promptsrc", "provider=rehearsal", "prompt=two", "!", "fakesink")
        starts = re.findall(r"Asking VibeGen \(rehearsal\) for a clip \(job ([0-9a-f]{8})\)", output)
        self.assertEqual(len(set(starts)), 2, output)
        for job in starts:
            self.assertRegex(output, rf"VibeGen \(rehearsal\), job {job}: .*\d %")
            self.assertRegex(output, rf"Job {job}: The clip is ready")

    def test_late_task_is_not_said_to_be_done_in_a_second(self):
        output = self.succeed("gst-launch-1.0", "promptsrc", "provider=rehearsal", "prompt=late",
                              "!", "fakesink", GST_PROMPT_REHEARSAL_OPTIONS="--task-seconds 8")
        late = [line for line in output.splitlines() if "later than usual" in line]
        self.assertTrue(late, output)
        self.assertFalse([line for line in late if "s left" in line], output)
        self.assertLessEqual(len(re.findall(r"about 1 s left", output)), 2, output)

    def test_who_pays_is_told_what_interrupting_does(self):
        server = subprocess.Popen(
            [os.environ["GST_PROMPT_REHEARSAL"], "--port", "0", "--task-seconds", "600",
             "--folder", os.path.join(self.folder, "server")], stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(server.stdout.readline())["base-urls"]["vibegen"]
            for words, told in (((), "Ctrl-C leaves it running, and the same request goes on"),
                                (("on-stop=cancel",), "Ctrl-C cancels it")):
                status, output = self.interrupt(
                    "gst-launch-1.0", "promptsrc", "provider=vibegen", f"base-url={address}",
                    f"prompt=a city {told}", *words, "!", "fakesink", VIBEGEN_API_KEY="k-12345678")
                first = [line for line in output.splitlines() if "(generate)" in line][0]
                self.assertRegex(first, r"Asking VibeGen for a clip \(job [0-9a-f]{8}; " + told)
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()

    def test_rehearsal_of_a_certain_service(self):
        for provider, model, name in (
                ("rehearsal", "gpt-image-2", "Omni Video"), ("rehearsal", "sora-2", "Vidgo"),
                ("rehearsal:fal", "fal-ai/veo3", "fal"),
                ("rehearsal:openrouter", "google/veo", "OpenRouter"),
                ("rehearsal:openai-json", "any", "OpenAI Videos (JSON)")):
            output = self.succeed("gst-launch-1.0", "promptsrc", f"provider={provider}",
                                  f"model={model}", "prompt=a city", "!", "fakesink")
            self.assertIn(f"Asking {name} (rehearsal)", output)
        for provider, model, pieces in (
                ("rehearsal", "seedance 9", ["VibeGen (rehearsal)", '"seedance 2.0"']),
                ("rehearsal:nobody", "", ['"nobody" does not exist', "vibetool"]),
                ("rehearsals", "", ['"rehearsals" does not exist'])):
            status, output = self.run_line("gst-launch-1.0", "promptsrc", f"provider={provider}",
                                           f"model={model}", "prompt=a city", "!", "fakesink")
            self.assertEqual(status, 1, output)
            for piece in pieces:
                self.assertIn(piece, output)

    def test_rehearsal_of_a_service_that_only_the_user_knows(self):
        with open(os.path.join(DESCRIPTIONS, "vibegen.json"), encoding="utf-8") as file:
            text = file.read()
        text = text.replace('"id": "vibegen"', '"id": "kiln"').replace("VIBEGEN_", "KILN_")
        path = os.path.join(self.folder, "kiln.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        status, output = self.run_line("gst-launch-1.0", "promptsrc", "provider=rehearsal:kiln",
                                       "prompt=a city", "!", "fakesink",
                                       GST_PROMPT_PROVIDER_PATH=path)
        self.assertEqual(status, 1, output)
        self.assertIn('Rehearsal cannot stand in for "kiln", only for ark, fal,', output)

    def test_rehearsal_that_cannot_start_says_why(self):
        for options, reason in (("--fault nonsense", "There is no fault 'nonsense'; --help lists them."),
                                ("--media /nowhere.mp4", "--media: there is no file '/nowhere.mp4'.")):
            status, output = self.run_line("gst-launch-1.0", "promptsrc", "provider=rehearsal",
                                           "prompt=a city", "!", "fakesink",
                                           GST_PROMPT_REHEARSAL_OPTIONS=options)
            self.assertEqual(status, 1, output)
            self.assertRegex(output, "ERROR: .*The rehearsal server cannot start: " + reason)

    def test_discoverer_that_gives_up_costs_nothing(self):
        environment = {"GST_PROMPT_REHEARSAL_OPTIONS": "--task-seconds 3"}
        uri = "prompt:a slow city?provider=rehearsal"
        _, output = self.run_line("gst-discoverer-1.0", "-t", "1", uri, **environment)
        self.assertIn("timed out", output)
        output = self.succeed("gst-discoverer-1.0", "-t", "300", uri, **environment)
        self.assertRegex(output, "Duration: 0:00:05")
        tasks = os.path.join(self.folder, "home", "rehearsal", "tasks")
        self.assertEqual(len([name for name in os.listdir(tasks) if name.endswith(".json")]), 1)

    def test_interrupted_while_waiting(self):
        for words in (("promptsrc", "provider=rehearsal", "prompt=wait", "!", "fakesink"),
                      ("promptdecodebin", "provider=rehearsal", "prompt=wait", "!", "fakesink")):
            _, output = self.interrupt("gst-launch-1.0", "-e", *words)
            self.assertRegex(output, "Stopped while waiting for the clip; job [0-9a-f-]{36} goes on")
        # Without -e the pipeline is just stopped.
        _, output = self.interrupt("gst-launch-1.0", "promptsrc", "provider=rehearsal",
                                   "prompt=wait", "!", "fakesink")
        self.assertNotIn("CRITICAL", output)

    def test_errors_have_an_exit_status_and_a_reason(self):
        status, output = self.run_line("gst-launch-1.0", "promptdecodebin", "provider=vibegen",
                                       "prompt=no key", "!", "fakesink")
        self.assertEqual(status, 1)
        for word in ("VIBEGEN_API_KEY", "provider=rehearsal", "retriable="):
            self.assertIn(word, output)
        status, output = self.run_line("gst-launch-1.0", "promptsrc", "provider=rehearsal",
                                       "prompt=x", "duration=7", "!", "fakesink")
        self.assertEqual(status, 1)
        self.assertIn("duration", output)

    def test_a_debug_log_is_ones_own(self):
        """The stand-in that is started on the way neither empties it nor writes into it."""
        log = os.path.join(self.folder, "debug.log")
        self.succeed("gst-launch-1.0", "promptsrc", "provider=rehearsal", "prompt=a log", "!",
                     "fakesink", GST_DEBUG="prompt*:5", GST_DEBUG_FILE=log, GST_DEBUG_NO_COLOR="1")
        with open(log, "rb") as file:
            text = file.read()
        self.assertNotIn(b"\0", text)
        for words in (b"<promptsrc0> start", b"state submitting", b"state fetching"):
            self.assertIn(words, text)

    def leaks(self, run, *words):
        log = os.path.join(self.folder, "leaks.log")
        run(*words, GST_TRACERS="leaks", GST_DEBUG="GST_TRACER:7", GST_DEBUG_FILE=log)
        with open(log, encoding="utf-8", errors="replace") as file:
            text = file.read()
        os.remove(log)
        alive = re.findall(r"object-alive, type-name=\(string\)(\w+)", text)
        self.assertIn("tracer", text.lower())
        self.assertEqual(alive, [], text)

    def test_no_object_is_left_behind(self):
        for element in ("promptsrc", "promptdecodebin"):
            line = ("gst-launch-1.0", element, "provider=rehearsal", "prompt=leaks", "!", "fakesink")
            self.leaks(self.run_line, *line)
            self.leaks(self.run_line, "gst-launch-1.0", element, "provider=rehearsal",
                       "prompt=leaks", "duration=7", "!", "fakesink")
            self.leaks(self.interrupt, "gst-launch-1.0", element, "provider=rehearsal",
                       "prompt=leaks and waits", "!", "fakesink")


if __name__ == "__main__":
    for program in ("gst-launch-1.0", "gst-play-1.0", "gst-discoverer-1.0"):
        if shutil.which(program) is None:
            print(f"{program} is missing", file=sys.stderr)
            sys.exit(77)
    unittest.main(verbosity=2)
