# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""An application that stops with on-stop=cancel: the provider is told in its own way, with its key, and the
ledger says what came of it. By GStreamer's bindings for Python, which an application may use."""
import os
import subprocess
import sys
import time
import unittest

from launch import KEY, PATIENCE, Stage, together

APPLICATION = """
import sys
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
pipeline = Gst.parse_launch(" ".join(sys.argv[1:]))
pipeline.set_state(Gst.State.PLAYING)
bus = pipeline.get_bus()
while True:
    message = bus.timed_pop(Gst.CLOCK_TIME_NONE)
    structure = message.get_structure()
    if message.type == Gst.MessageType.ERROR:
        sys.exit(message.parse_error()[0].message)
    if structure and structure.get_name() == "prompt-job" and structure.get_string("task-id"):
        break
pipeline.set_state(Gst.State.NULL)
sys.stdin.read()
"""
PYTHON = "/usr/bin/python3"
CASES = [
    ("openai", "", "DELETE /openai/v1/videos/{id}"),
    ("openai-json", "", "DELETE /openai/v1/videos/{id}"),
    ("fal", "model=fal-ai/veo3/fast", "PUT /fal/fal-ai/veo3/requests/{id}/cancel"),
    ("replicate", "model=acme/clips", "POST /replicate/v1/predictions/{id}/cancel"),
    ("ark", "model=seedance", "DELETE /ark/api/v3/contents/generations/tasks/{id}"),
    # These document no way; the task goes on and may be charged, and the ledger says so.
    ("vibegen", "", None),
    ("openrouter", "model=google/veo", None),
]


def cancel(test, provider, settings):
    # It waits in the queue until it is asked to go.
    stage = Stage(test, "--task-seconds", "600", rendering=False)
    env = dict(os.environ, GST_PROMPT_HOME=stage.library, HOME=stage.folder,
               XDG_CONFIG_HOME=os.path.join(stage.folder, "config"),
               GST_PROMPT_API_KEY_FILE=stage.file("key", KEY.encode()))
    process = subprocess.Popen(
        [PYTHON, "-c", APPLICATION, "promptsrc", f"provider={provider}", settings, "prompt=fox",
         f"base-url={stage.base_url(provider)}", "on-stop=cancel", "!", "fakesink"], env=env,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if os.path.exists(os.path.join(stage.library, "ledger.db")):
            rows = stage.rows()
            if rows and rows[0]["state"] == "cancelled":
                break
        time.sleep(0.05)
    _, said = process.communicate(timeout=PATIENCE)
    return stage, said


class CancelTest(unittest.TestCase):
    def test_each_provider_is_told_in_its_way(self):
        done = together([lambda case=case: cancel(self, *case[:2]) for case in CASES])
        for (provider, _, wanted), (stage, said) in zip(CASES, done):
            with self.subTest(provider=provider):
                rows = stage.rows()
                self.assertEqual([row["state"] for row in rows], ["cancelled"], said)
                lines = [asked.line for asked in stage.asked()]
                told = [line for line in lines
                        if line.endswith("/cancel") or line.startswith("DELETE")]
                expected = [wanted.format(id=rows[0]["task_id"])] if wanted else []
                self.assertEqual(told, expected)
                for asked in stage.asked():
                    self.assertIn(KEY, asked.headers["authorization"])
                failed = stage.stats()["tasks"]["failed"]
                self.assertEqual(failed, 1 if wanted else 0)


if __name__ == "__main__":
    if subprocess.run([PYTHON, "-c", "import gi"], check=False).returncode != 0:
        print("GStreamer's bindings for Python are missing", file=sys.stderr)
        sys.exit(77)
    unittest.main(verbosity=1)
