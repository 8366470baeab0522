# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Replies as services really write them: another id, other words for a state, keys that are repeated."""
import json
import os
import pathlib
import struct
import sys
import time
import unittest
import urllib.parse
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import fake_api  # noqa: E402
import harness  # noqa: E402
from launch import SLOWNESS, together  # noqa: E402
from scripted import KEY, Service, openai  # noqa: E402

CLIP = harness.make_mp4()
WAV = harness.make_wav(16044)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content))


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)) + chunk(
    b"IDAT", zlib.compress(bytes(9) * 8)) + chunk(b"IEND", b"")


def error_of(output):
    """gst-launch-1.0's line of the error; what it says besides may end in the middle of a line before."""
    found = [line[line.index("ERROR: from"):] for line in output.splitlines() if "ERROR: from" in line]
    assert found, output
    return found[0]


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

    def describe(self, service, path, **operations):
        description = {
            "spec-version": 1, "id": "veo", "name": "Veo", "base-url": "https://veo.example/v1",
            "auth": {"scheme": "header", "header": "x-key", "env": ["VEO_API_KEY"]},
            "models": [{"id": "*", "media": "video", "default": True}],
            "states": {"ready": [True, "done"], "running": [False, {"http-status": 200}]},
            "operations": {
                "submit": [{"path": "/models/m:predict", "body": {"json": {"prompt": "${prompt}"}},
                            "reply": {"id": "name", "capture": {"op": "name"}}}],
                "status": [{"path": path, "reply": {"state": ["done", "state"],
                                                    "results": [{"url": ["uri", "url"]}]}}],
                **operations}}
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
        error = error_of(output)
        self.assertIn('"Marinating"', error)
        told = [line for line in output.splitlines() if "prompt-job" in line and "Marinating" in line]
        self.assertTrue(told, output)

    # ---- Where the result is ----

    def fal(self, result, clip=CLIP, kind="video/mp4"):
        """fal's queue; `result` takes the origin."""
        def answer(asked):
            here = f"{service.origin}/v1/x/requests/f1"
            if asked.method == "POST":
                return 200, {"request_id": "f1", "status": "IN_QUEUE", "status_url": here + "/status",
                             "response_url": here, "cancel_url": here + "/cancel"}
            if asked.path.startswith("/files"):
                return 200, clip, {"Content-Type": kind}
            if asked.path.endswith("/status"):
                return 200, {"status": "COMPLETED", "request_id": "f1"}
            return 200, result(service.origin + "/files/a")

        service = Service(self, answer)
        return service

    def test_shapes_of_fal(self):
        shapes = [lambda url: {"video": {"url": url}}, lambda url: {"video": url},
                  lambda url: {"videos": [{"url": url}]}, lambda url: {"video_url": url},
                  lambda url: {"output": {"url": url}}, lambda url: {"output": {"video": {"url": url}}},
                  lambda url: {"output": [url], "seed": 1}]
        for number, shape in enumerate(shapes):
            with self.subTest(number):
                self.assert_plays(self.fal(shape), "fal", "model=x/y", "media=video")
        for shape in (lambda url: {"image": {"url": url}}, lambda url: {"images": [url]}):
            service = self.fal(shape, PNG, "image/png")
            status, output, content = service.play("fal", "model=x/y", "media=image")
            self.assertEqual((status, content == PNG), (0, True), output)
        for name in ("audio", "audio_file", "audio_url"):
            service = self.fal(lambda url, name=name: {name: url}, WAV, "audio/wav")
            status, output, content = service.play("fal", "model=x/y", "media=audio")
            self.assertEqual((status, content == WAV), (0, True), output)

    def test_another_medium_is_named(self):
        service = self.fal(lambda url: {"images": [{"url": url}]}, PNG, "image/png")
        began = time.monotonic()
        status, output, _ = service.play("fal", "model=x/y", "media=video")
        self.assertEqual(status, 1)
        self.assertIn("PNG", output)
        self.assertLess(time.monotonic() - began, 60 * SLOWNESS)

    def test_an_empty_result_is_named(self):
        for result in ({"images": [], "prompt": "x"}, {}, {"video": None}):
            service = self.fal(lambda _, result=result: result)
            began = time.monotonic()
            status, output, _ = service.play("fal", "model=x/y", "media=video")
            self.assertEqual(status, 1)
            self.assertIn("names no result, its reply ", output)
            for name in result:
                self.assertIn(name, output)
            self.assertLess(time.monotonic() - began, 60 * SLOWNESS)
            self.assertEqual(service.count("POST"), 1)

    def test_a_model_with_a_version(self):
        def answer(asked):
            if asked.method == "POST":
                return 201, {"id": "p1", "status": "starting"}
            if asked.path.startswith("/files"):
                return 200, CLIP, {"Content-Type": "video/mp4"}
            return 200, {"id": "p1", "status": "succeeded", "output": "/files/a.mp4"}

        service = Service(self, answer)
        self.assert_plays(service, "replicate", "model=who/what:0123abcd")
        posted = service.asked[0]
        self.assertEqual(posted.path, "/v1/predictions")
        self.assertEqual(posted.json, {"version": "0123abcd", "input": {"prompt": "a red fox"}})

    def test_a_lost_submit_is_found_in_the_list(self):
        """By the name of its model, with and without a version; another model's is left alone."""
        for model, listed, found in (("who/what", ("who/what", "v1"), True),
                                     ("who/what:v1", ("who/what", "v1"), True),
                                     ("v1", ("who/what", "v1"), True),
                                     ("who/what:v2", ("who/what", "v1"), False)):
            def answer(asked):
                if asked.method == "POST":
                    return 500, {"detail": "lost"}
                if asked.path.startswith("/files"):
                    return 200, CLIP, {"Content-Type": "video/mp4"}
                if asked.path.endswith("/predictions"):
                    return 200, {"next": None, "results": [{
                        "id": "p7", "model": listed[0], "version": listed[1], "status": "processing",
                        "created_at": fake_api.now_text(), "input": {"prompt": "a red fox"}}]}
                return 200, {"id": "p7", "status": "succeeded", "output": "/files/a.mp4"}

            with self.subTest(model):
                service = Service(self, answer)
                status, output, content = service.play("replicate", f"model={model}")
                self.assertEqual((status == 0, content == CLIP), (found, found), output)
                self.assertEqual(service.count("POST"), 1)

    def test_a_lost_submit_without_a_model_is_found(self):
        """The provider chose the model, and says which."""
        def answer(asked):
            if asked.method == "POST":
                return 500, {}
            if asked.path.startswith("/files"):
                return 200, CLIP, {"Content-Type": "video/mp4"}
            task = {"id": "t7", "model": "theirs", "prompt": "a red fox", "at": fake_api.now_text()}
            return 200, {"tasks": [task]} if asked.path.endswith("/tasks") else {
                **task, "state": "done", "url": "/files/a.mp4"}

        service = Service(self, answer)
        self.describe(service, "/tasks/${task-id}", list=[{
            "path": "/tasks", "page-size": 20, "reply": {
                "items": "tasks", "id": "id", "model": "model", "prompt": "prompt",
                "created-at": {"at": "at", "format": "rfc3339"}}}])
        self.assert_plays(service, "veo", environment={"GST_PROMPT_PROVIDER_PATH": service.folder})

    def test_content_that_is_not_there_yet(self):
        """Longer than addresses are tried for otherwise."""
        usual = openai(CLIP)
        early = [(404, {"detail": "no"}), (200, {"detail": "not ready"}), (409, {"detail": "wait"}),
                 (400, {"error": {"message": "Video is not completed yet"}}), (200, {"detail": "no"}),
                 (404, {}), (404, {}), (404, {})]
        left = list(early) if os.environ.get("PROMPT_TEST_LONG") else early[:5]

        def answer(asked):
            return left.pop(0) if asked.path.endswith("/content") and left else usual(asked)

        service = Service(self, answer)
        self.assert_plays(service, "openai", "generation-timeout=300")
        self.assertEqual(left, [])

    # ---- Money ----

    def test_arrears_are_no_wrong_key(self):
        for status, body in ((401, {"error": {"message": "Your account is in arrears", "code": 1102}}),
                             (429, {"error": {"code": "insufficient_quota", "message": "check your plan"}}),
                             (403, {"error": {"message": "Insufficient balance"}})):
            service = Service(self, lambda _, status=status, body=body: (status, body))
            code, output, _ = service.play("openai")
            self.assertEqual((code, service.count("POST")), (1, 1), output)
            self.assertIn("has too few credits", output)
        for status, text in ((401, "Invalid API key"), (403, "insufficient permissions"),
                             (401, "no load balancer knows you")):
            service = Service(self, lambda _, status=status, text=text: (status, {"error": {
                "message": text, "code": text.replace(" ", "_")}}))
            _, output, _ = service.play("openai")
            self.assertNotIn("too few credits", output)

    def test_a_failed_task_is_told_once(self):
        def answer(asked):
            task = {"task_id": "t1", "task_status": 4 if asked.method == "GET" else 1}
            return 200, {"code": 200, "msg": "ok", "data": task}

        _, output, _ = Service(self, answer).play("omnivideo", base="/api/v1")
        error = error_of(output)
        self.assertNotIn('"ok"', error)
        self.assertEqual(error.count("credits back") + error.count("refund"), 1, error)

    def test_music_needs_no_further_setting(self):
        def answer(asked):
            if asked.method == "POST":
                return 200, {"code": 200, "data": {"task_id": "m1", "status": "not_started"}}
            if asked.path.startswith("/files"):
                return 200, WAV, {"Content-Type": "audio/wav"}
            return 200, {"code": 200, "data": {"task_id": "m1", "status": "finished", "files": [
                {"audio_url": service.origin + "/files/a.wav"}]}}

        for provider in ("vidgo", "vidgo-music"):
            service = Service(self, answer)
            status, output, content = service.play(provider, "media=audio", base="")
            self.assertEqual((status, content == WAV), (0, True), output)
            self.assertEqual(service.asked[0].json["input"], {"prompt": "a red fox", "mv": "V5"})
            status, output, _ = service.play(provider, "media=audio", "parameters=p,mv=(string)V4", base="")
            self.assertEqual(status, 0, output)
            self.assertEqual(service.asked[-1 - [asked.method for asked in reversed(
                service.asked)].index("POST")].json["input"], {"prompt": "a red fox", "mv": "V4"})

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


def run_together(names):
    """Each test is a case of its own, and most of its time is waiting."""
    tests = [RepliesTest(name) for name in names or unittest.TestLoader().getTestCaseNames(RepliesTest)]
    results = together([lambda test=test: test.run() for test in tests])
    for test, result in zip(tests, results):
        print(f"{test.id()}: {'ok' if result.wasSuccessful() else 'FAILED'}")
        for _, text in result.failures + result.errors:
            print(text)
    return all(result.wasSuccessful() for result in results)


if __name__ == "__main__":
    sys.exit(0 if run_together(sys.argv[1:]) else 1)
