# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Tasks that bring several files: of other media beside the one that was asked for, and some of which
never come."""
import os
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
from launch import together  # noqa: E402
from scripted import Service  # noqa: E402
from test_replies import CLIP, PNG, WAV, chunk, error_of  # noqa: E402

# Pictures that can be told apart.
PICTURES = [PNG.replace(PNG[-12:], chunk(b"tEXt", b"Title\0%d" % number) + PNG[-12:])
            for number in range(3)]
TYPES = {".mp4": "video/mp4", ".png": "image/png", ".wav": "audio/wav"}


def served(files, path):
    """A file of the service's, or 404."""
    name = path.rsplit("/", 1)[1]
    if name not in files:
        return 404, {"detail": "no such file"}
    return 200, files[name], {"Content-Type": TYPES[os.path.splitext(name)[1]]}


def replicate(output, files):
    """A prediction that is done at once, with this output."""
    def answer(asked):
        if "/files/" in asked.path:
            return served(files, asked.path)
        made = {"id": "prediction1", "status": "starting", "version": "v", "created_at": "2026-01-01T00:00:00Z"}
        if asked.method == "POST":
            return 201, made
        origin = "http://" + asked.headers["host"]
        return 200, {**made, "status": "succeeded", "output": output(origin + "/files/")}
    return answer


def fal_pictures(files, names):
    def answer(asked):
        origin = "http://" + asked.headers["host"]
        if "/files/" in asked.path:
            return served(files, asked.path)
        if asked.method == "POST":
            base = origin + "/v1/fal-ai/flux/requests/request1"
            return 200, {"request_id": "request1", "status": "IN_QUEUE", "response_url": base,
                         "status_url": base + "/status", "cancel_url": base + "/cancel"}
        if asked.path.split("?")[0].endswith("/status"):
            return 200, {"status": "COMPLETED", "request_id": "request1"}
        return 200, {"images": [{"url": f"{origin}/files/{name}", "content_type": "image/png"}
                                for name in names]}
    return answer


def states(service):
    database = sqlite3.connect(os.path.join(service.library, "ledger.db"))
    try:
        return [row[0] for row in database.execute("SELECT state FROM jobs ORDER BY row")]
    finally:
        database.close()


class ResultsTest(unittest.TestCase):
    def assert_gives(self, service, wanted, *words):
        status, output, content = service.play(*words)
        self.assertEqual((status, content == wanted), (0, True), f"{words}: {output}")

    def assert_gives_alone(self, service, wanted, *words):
        """With nobody to ask, as the service would say."""
        answer, service.answer = service.answer, lambda _: (503, {"detail": "down"})
        try:
            self.assert_gives(service, wanted, *words, "cache=only")
        finally:
            service.answer = answer

    def test_other_media_beside_the_clip(self):
        files = {"clip.mp4": CLIP, "last.png": PNG, "sound.wav": WAV}
        outputs = {
            "clip first": lambda at: {"video": at + "clip.mp4", "last_frame": at + "last.png"},
            "picture first": lambda at: {"last_frame": at + "last.png", "video": at + "clip.mp4"},
            "list": lambda at: [at + "last.png", at + "clip.mp4"],
            "three": lambda at: [at + "sound.wav", at + "last.png", at + "clip.mp4"],
        }

        def plays(name):
            service = Service(self, replicate(outputs[name], files))
            words = "replicate", "model=owner/name", "media=video"
            self.assert_gives(service, CLIP, *words)
            # The process may have ended before what came beside the clip was here.
            self.assert_gives_alone(service, CLIP, *words)
            self.assertEqual(states(service), ["ready"], name)
            # There is one clip: another one is not there, and asking for it is free.
            status, output, _ = service.play(*words, "result=1")
            self.assertNotEqual(status, 0, output)
            self.assertIn("result=1", error_of(output), name)
            self.assertEqual(service.count("POST"), 1, name)
            self.assertEqual(states(service), ["ready"], name)

        together([lambda name=name: plays(name) for name in outputs])

    def test_one_of_several_never_comes(self):
        """The others are kept and play; which one is missing is said, and nothing is paid again."""
        names = ["0.png", "1.png", "2.png"]

        def plays(missing):
            files = dict(zip(names, PICTURES))
            del files[f"{missing}.png"]
            service = Service(self, fal_pictures(files, names))
            words = "fal", "model=fal-ai/flux/dev", "media=image"
            here = [number for number in range(3) if number != missing]
            for number in here:
                self.assert_gives(service, PICTURES[number], *words, f"result={number}")
            status, output, content = service.play(*words, f"result={missing}")
            self.assertNotEqual(status, 0, output)
            self.assertEqual(content, b"", missing)
            error_of(output)
            for number in here:
                self.assert_gives(service, PICTURES[number], *words, f"result={number}")
                self.assert_gives_alone(service, PICTURES[number], *words, f"result={number}")
            # It is there again: fetched, not paid.
            files[f"{missing}.png"] = PICTURES[missing]
            self.assert_gives(service, PICTURES[missing], *words, f"result={missing}")
            self.assert_gives_alone(service, PICTURES[missing], *words, f"result={missing}")
            self.assertEqual(service.count("POST"), 1)
            self.assertEqual(states(service), ["ready"])

        together([lambda number=number: plays(number) for number in range(3)])


if __name__ == "__main__":
    unittest.main()
