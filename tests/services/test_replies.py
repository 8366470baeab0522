# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Replies as services really write them: another id, other words for a state, keys that are repeated."""
import json
import os
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
from scripted import KEY, Service, openai  # noqa: E402

CLIP = harness.make_mp4()


class RepliesTest(unittest.TestCase):
    def assert_plays(self, service, *settings, **named):
        status, output, content = service.play(*settings, **named)
        self.assertEqual((status, content == CLIP), (0, True), output)
        self.assertEqual(service.count("POST"), 1)
        return output

    # ---- Which task it is ----

    def test_an_id_that_each_reply_writes_anew(self):
        service = Service(self, openai(CLIP, id="video_bGl0ZWxsbTo7dmlkZW9faWQ6MQ=="))
        output = self.assert_plays(service, "openai", "model=wan", options=("-m",),
                                   environment={"GST_DEBUG": "prompt*:3"})
        self.assertEqual(output.count("taken as the same"), 1, output)
        self.assertEqual({asked.path for asked in service.asked if asked.method == "GET"},
                         {"/v1/videos/video_1", "/v1/videos/video_1/content"})

    def test_a_task_that_is_named_by_a_path(self):
        """As the id and, in another operation, as a text that was captured."""
        name = "models/veo-3@1/operations/a.b:c"
        for path in ("/${task-id:path}", "/${captured.op}", "/tasks/${task-id}"):
            def answer(asked):
                if asked.method == "POST":
                    return 200, {"name": name}
                if asked.path.endswith(".mp4"):
                    return 200, CLIP, {"Content-Type": "video/mp4"}
                done = service.count("GET") > 1
                return 200, {"name": name, **({"done": True, "uri": "/files/a.mp4"} if done else {})}

            with self.subTest(path):
                service = Service(self, answer)
                self.describe(service, path)
                self.assert_plays(service, "veo", environment={"GST_PROMPT_PROVIDER_PATH": service.folder})
                steps = name if path != "/tasks/${task-id}" else \
                    "tasks/" + urllib.parse.quote(name, safe="")
                asked = {asked.path for asked in service.asked if not asked.path.endswith(".mp4")}
                self.assertEqual({urllib.parse.unquote(path) for path in asked} -
                                 {"/v1/models/m:predict"}, {"/v1/" + urllib.parse.unquote(steps)})
                self.assertEqual(any("%2F" in path for path in asked), "%2F" in steps)
                # Attached, and found in the library by that name.
                status, output, content = service.play(
                    "veo", f"task-id={name}", "cache=only", "prompt=",
                    environment={"GST_PROMPT_PROVIDER_PATH": service.folder})
                self.assertEqual((status, content == CLIP), (0, True), output)

    def describe(self, service, path):
        description = {
            "spec-version": 1, "id": "veo", "name": "Veo", "base-url": "https://veo.example/v1",
            "auth": {"scheme": "header", "header": "x-key", "env": ["VEO_API_KEY"]},
            "models": [{"id": "m", "media": "video", "default": True}],
            "states": {"ready": [True], "running": [False, {"http-status": 200}]},
            "operations": {
                "submit": [{"path": "/models/${model}:predict", "body": {"json": {"prompt": "${prompt}"}},
                            "reply": {"id": "name", "capture": {"op": "name"}}}],
                "status": [{"path": path, "reply": {"state": "done", "results": [{"url": "uri"}]}}]}}
        with open(os.path.join(service.folder, "veo.json"), "w") as file:
            json.dump(description, file)

    # ---- Words ----

    def test_words_for_done(self):
        for word in ("succeeded", "SUCCESS", "done", "Completed", "finished"):
            with self.subTest(word):
                self.assert_plays(Service(self, openai(CLIP, word)), "openai")
        self.assert_plays(Service(self, openai(CLIP, "Succeeded")), "openai-json")

    def test_words_for_failed(self):
        for word in ("error", "EXPIRED", "failure"):
            with self.subTest(word):
                service = Service(self, openai(CLIP, word, error={"message": "no foxes"}))
                status, output, _ = service.play("openai")
                self.assertEqual(status, 1)
                self.assertIn("no foxes", output)

    def test_no_word_but_a_result(self):
        """At first not even that."""
        answer = openai(CLIP, "", url="/v1/videos/video_1/content")

        def later(asked):
            if asked.method == "GET" and asked.path.endswith("video_1") and service.count("GET") == 1:
                return 200, {"id": "video_1", "object": "video"}
            return answer(asked)

        service = Service(self, later)
        self.assert_plays(service, "openai")
        self.assertEqual(service.count("GET", "/video_1"), 2)

    def test_an_address_in_place_of_the_content(self):
        answer = openai(CLIP, "done", video={"url": "/files/a.mp4"})

        def without_content(asked):
            return (404, {"detail": "Not Found"}) if asked.path.endswith("content") else answer(asked)

        service = Service(self, without_content)
        self.assert_plays(service, "openai")

    def test_numbers_that_are_none(self):
        """Python writes them where a metric is one."""
        usual = openai(CLIP)

        def answer(asked):
            status, body, *more = usual(asked)
            if not isinstance(body, bytes):
                body = {**body, "metrics": {"time": float("nan"), "rate": [float("inf"), -float("inf")]},
                        "progress": float("nan")}
            return (status, body, *more)

        self.assert_plays(Service(self, answer), "openai")

    def test_replies_of_megabytes(self):
        """Logs and pictures that are echoed, in lists and in one piece."""
        logs = [{"message": f"step {n}", "level": "INFO"} for n in range(40000)]
        picture = "data:image/png;base64," + "A" * 2_000_000
        usual = openai(CLIP)

        def answer(asked):
            status, body, *more = usual(asked)
            return (status, body if isinstance(body, bytes) else
                    {"logs": logs, "input": {"image": picture}, **body}, *more)

        self.assert_plays(Service(self, answer), "openai")

    def test_an_unknown_word_is_named(self):
        service = Service(self, openai(CLIP, "Marinating"))
        status, output, _ = service.play("openai", "generation-timeout=4", options=("-m",))
        self.assertEqual(status, 1)
        error = next(line for line in output.splitlines() if line.startswith("ERROR"))
        self.assertIn('"Marinating"', error)
        told = [line for line in output.splitlines() if "prompt-job" in line and "Marinating" in line]
        self.assertTrue(told, output)

    # ---- The key ----

    def test_a_key_of_stars(self):
        def refuse(asked):
            key = asked.headers["authorization"][len("Bearer "):]
            return 401, {"error": {"message": f"Incorrect API key provided: {key}.", "code": "bad"}}

        for key in ("********", "*" * 40, "*"):
            with self.subTest(key):
                status, output, _ = Service(self, refuse).play("openai", key=key)
                self.assertEqual(status, 1)
                self.assertIn("Incorrect API key provided: [hidden]", output)

    def test_placeholder_keys(self):
        """They are parts of ids and of words, which are read as they are."""
        for key in ("1", "k", "ted", "video", "e"):
            with self.subTest(key):
                service = Service(self, openai(CLIP, url="/v1/files/k1.mp4"))
                self.assert_plays(service, "openai", key=key)

    def test_a_placeholder_key_is_not_shown_either(self):
        def refuse(asked):
            key = asked.headers["authorization"][len("Bearer "):]
            return 400, {"error": {"message": f"key '{key}' is stale, attested by {key}", "code": key}}

        status, output, _ = Service(self, refuse).play("openai", key="test")
        self.assertEqual(status, 1)
        self.assertIn("key '[hidden]' is stale, attested by [hidden]", output)

    def test_a_key_that_is_repeated_everywhere(self):
        """In each place of a reply that is read, shown or stored."""
        split = KEY[:9] + "\u200b" + KEY[9:]

        def answer(asked):
            origin = service.origin
            if asked.method == "POST":
                return 201, {"id": "p1", "status": "starting", "urls": {
                    "get": f"{origin}/v1/predictions/p1?token={KEY}",
                    "cancel": f"{origin}/v1/predictions/p1/{KEY}/cancel"}}, {"X-Echo": KEY}
            if asked.path.startswith("/files"):
                return 200, CLIP, {"Content-Type": "video/mp4"}
            word = f"held {split} {KEY}" if service.count("GET") == 1 else "succeeded"
            return 200, {"id": KEY, "status": word, "logs": KEY,
                         "output": f"{origin}/files/a.mp4"}, {"Content-Type": f"application/json; a={KEY}"}

        service = Service(self, answer)
        status, output, content = service.play("replicate", "model=a/b", "media=video", options=("-m",),
                                               environment={"GST_DEBUG": "*:9"})
        self.assertEqual((status, content == CLIP), (0, True), output[-3000:])
        self.assert_unseen(service, output, KEY)

    def test_a_key_that_the_clip_is_sent_with(self):
        def answer(asked):
            if not asked.path.endswith("/content"):
                return usual(asked)
            echo = asked.headers["authorization"][len("Bearer "):]
            return 200, CLIP, {"Content-Type": f"video/mp4; a={echo}", "ETag": f'"{echo}"', "X-Echo": echo}

        usual = openai(CLIP)
        service = Service(self, answer)
        output = self.assert_plays(service, "openai", options=("-m",), environment={"GST_DEBUG": "*:9"})
        self.assert_unseen(service, output, KEY)

    def assert_unseen(self, service, output, text):
        for place, content in (("output", output.encode()), ("files", service.files())):
            at = content.find(text.encode())
            self.assertEqual(at, -1, f"{place}: {content[max(at - 200, 0):at + 200]}")

    def test_errors_show_no_key(self):
        cases = {
            "code": {"error": {"code": KEY, "message": "no"}},
            "text": {"error": {"message": "x" * 390 + KEY}},
            "page": b" " * 1590 + KEY.encode(),
            "escaped": {"error": {"message": KEY.replace("-", "%2D")}},
        }
        for name, body in cases.items():
            with self.subTest(name):
                service = Service(self, lambda _, body=body: (400, body))
                status, output, _ = service.play("openai", options=("-m",))
                self.assertEqual(status, 1)
                for piece in (KEY, KEY[:12]):
                    self.assert_unseen(service, output, piece)


if __name__ == "__main__":
    unittest.main()
