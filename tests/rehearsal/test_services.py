# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""OpenAI's form of a video API, OpenRouter, fal, Replicate and Ark: what their references show is accepted
and answered just so, and nothing else is accepted."""
import time
import unittest
import urllib.parse

from rehearsal import KEY, PATIENCE, Server, fetch, main, small_file

PNG = bytes.fromhex("89504e470d0a1a0a")


def form(fields, files=None):
    """(content type, body) of a form."""
    line = "----1f6b"
    body = b""
    for name, value in fields.items():
        body += f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, (kind, content) in (files or {}).items():
        body += (f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n'
                 f"Content-Type: {kind}\r\n\r\n").encode() + content + b"\r\n"
    return f"multipart/form-data; boundary={line}", body + f"--{line}--\r\n".encode()


class ServiceTest(unittest.TestCase):
    provider = None
    scheme = "Bearer"

    def start(self, *options):
        self.server = Server(self, "--task-seconds", "0", "--media", str(small_file(self)), *options)
        self.base = self.server.line["base-urls"][self.provider]
        self.origin = self.base[:self.base.index("/", 8)]

    def ask(self, method, path, body=None, key=KEY, content_type=None):
        headers = {} if key is None else {"Authorization": f"{self.scheme} {key}"}
        if content_type:
            headers["Content-Type"] = content_type
        url = path if path.startswith("http") else self.base + path
        return self.server.request(method, "", body, key=None, headers=headers, base=url)

    def until(self, path, is_over):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            reply = self.ask("GET", path)
            if is_over(reply.json()):
                return reply
            time.sleep(0.02)
        raise AssertionError(f"still {reply.body}")

    def assert_refused(self, path, good, changes, status):
        for change in changes:
            reply = self.ask("POST", path, {**good, **change})
            self.assertEqual(reply.status, status, (change, reply.body))
        self.assertEqual(self.server.stats()["providers"][self.provider]["created"], 0)


class OpenaiTest(ServiceTest):
    provider = "openai"

    def test_json(self):
        self.start()
        reply = self.ask("POST", "/videos", {"model": "sora-2", "prompt": "a fox", "seconds": "4",
                                             "size": "720x1280"})
        self.assertEqual((reply.status, reply.json()["status"], reply.json()["seconds"]),
                         (200, "queued", "4"))
        path = "/videos/" + reply.json()["id"]
        done = self.until(path, lambda r: r["status"] == "completed").json()
        self.assertEqual((done["progress"], done["error"]), (100, None))
        self.assertNotIn("url", done)
        content = self.ask("GET", path + "/content")
        self.assertEqual((content.status, content.headers["Content-Type"]), (200, "video/mp4"))
        self.assertEqual(len(content.body), 200_000)

    def test_form_with_a_file(self):
        self.start()
        fields = {"prompt": "a fox", "seconds": "4", "size": "640x480", "fps": "24",
                  "extra_params": '{"a": 1}'}
        kind, body = form(fields, {"input_reference": ("image/png", PNG)})
        self.assertEqual(self.ask("POST", "/videos", body, content_type=kind).status, 200)
        for change in ({"seconds": "4.5"}, {"size": "big"}, {"colour": "red"}, {"extra_params": "{"},
                       {"prompt": ""}):
            kind, body = form({**fields, **change})
            self.assertEqual(self.ask("POST", "/videos", body, content_type=kind).status, 400, change)
        kind, body = form(fields, {"input_reference": ("text/plain", b"hello")})
        self.assertEqual(self.ask("POST", "/videos", body, content_type=kind).status, 400)

    def test_unknown_fields_and_wrong_types(self):
        self.start()
        self.assert_refused("/videos", {"prompt": "a fox"},
                            ({"colour": "red"}, {"seconds": 4}, {"seconds": "x"}, {"size": 7},
                             {"prompt": None}, {"input_reference": "https://a.example/i.png"},
                             {"input_reference": {}},
                             {"input_reference": {"image_url": "x"}},
                             {"input_reference": {"image_url": "https://a/b", "file_id": "f"}}), 400)

    def test_key_is_wanted_only_if_there_is_one(self):
        self.start()
        self.assertEqual(self.ask("POST", "/videos", {"prompt": "a"}, key=None).status, 200)
        self.start("--key", KEY)
        made = self.ask("POST", "/videos", {"prompt": "a"})
        self.assertEqual(made.status, 200)
        self.assertEqual(self.ask("POST", "/videos", {"prompt": "a"}, key=None).status, 401)
        path = f"/videos/{made.json()['id']}/content"
        self.until(path[:-8], lambda r: r["status"] == "completed")
        self.assertEqual(self.ask("GET", path, key=None).status, 401)

    def test_failure_and_removal(self):
        self.start("--fault", "task-fails:No foxes@1", "--fault", "task-hangs@2")
        ids = [self.ask("POST", "/videos", {"prompt": "a"}).json()["id"] for _ in range(2)]
        failed = self.until("/videos/" + ids[0], lambda r: r["status"] == "failed").json()
        self.assertEqual(failed["error"], {"code": "generation_failed", "message": "No foxes"})
        self.assertEqual(self.ask("GET", f"/videos/{ids[1]}/content").status, 404)
        self.assertTrue(self.ask("DELETE", f"/videos/{ids[1]}").json()["deleted"])
        self.assertEqual(self.ask("GET", f"/videos/{ids[1]}").json()["status"], "deleted")


class OpenrouterTest(ServiceTest):
    provider = "openrouter"
    good = {"model": "google/veo", "prompt": "a fox"}

    def test_polling_address_price_and_content(self):
        self.start("--credits", "0.3")
        reply = self.ask("POST", "/videos", {**self.good, "frame_images": [
            {"type": "image_url", "image_url": {"url": "https://a.example/1.png"},
             "frame_type": "first_frame"}]})
        self.assertEqual((reply.status, reply.json()["status"]), (202, "pending"))
        polling = reply.json()["polling_url"]
        self.assertTrue(polling.startswith("/"), polling)
        done = self.until(self.origin + polling, lambda r: r["status"] == "completed").json()
        self.assertEqual(done["usage"], {"cost": 0.25, "is_byok": False})
        url = done["unsigned_urls"][0]
        self.assertEqual(urllib.parse.urlsplit(url).query, "index=0")
        self.assertEqual(fetch(url).status, 401)
        self.assertEqual(len(self.ask("GET", url).body), 200_000)
        poor = self.ask("POST", "/videos", self.good)
        self.assertEqual((poor.status, poor.json()["error"]["code"]), (402, 402))

    def test_failure_is_a_text(self):
        self.start("--fault", "task-fails:No foxes")
        polling = self.ask("POST", "/videos", self.good).json()["polling_url"]
        failed = self.until(self.origin + polling, lambda r: r["status"] == "failed").json()
        self.assertEqual(failed["error"], "No foxes")

    def test_unknown_fields_and_wrong_types(self):
        self.start()
        frame = {"type": "image_url", "image_url": {"url": "https://a.example/1.png"},
                 "frame_type": "first_frame"}
        self.assert_refused("/videos", self.good,
                            ({"colour": "red"}, {"duration": "5"}, {"seed": "1"}, {"model": 1},
                             {"generate_audio": "true"}, {"resolution": "big"},
                             {"callback_url": "x"}, {"frame_images": frame},
                             {"frame_images": [{**frame, "frame_type": "middle"}]},
                             {"frame_images": [{**frame, "image_url": "https://a.example/1.png"}]}),
                            400)


class FalTest(ServiceTest):
    provider = "fal"
    scheme = "Key"

    def test_two_calls_at_the_addresses_given(self):
        self.start()
        reply = self.ask("POST", "/fal-ai/veo3/fast", {"prompt": "a fox", "duration": "8s"}).json()
        self.assertEqual(reply["status"], "IN_QUEUE")
        home = f"{self.base}/fal-ai/veo3/requests/{reply['request_id']}"
        self.assertEqual([reply["response_url"], reply["status_url"], reply["cancel_url"]],
                         [home, home + "/status", home + "/cancel"])
        done = self.until(reply["status_url"], lambda r: r["status"] == "COMPLETED")
        self.assertEqual(done.status, 200)
        result = self.ask("GET", reply["response_url"]).json()
        self.assertEqual(fetch(result["video"]["url"]).status, 200)

    def test_waiting_is_202_and_the_result_too_early(self):
        self.start("--fault", "task-hangs")
        reply = self.ask("POST", "/fal-ai/veo3", {"prompt": "a fox"}).json()
        self.assertEqual(self.ask("GET", reply["status_url"]).status, 202)
        early = self.ask("GET", reply["response_url"])
        self.assertEqual((early.status, early.json()["detail"]), (400, "Request is still in progress"))
        self.assertEqual(self.ask("PUT", reply["cancel_url"]).status, 202)
        self.assertEqual(self.ask("PUT", reply["cancel_url"]).status, 400)

    def test_completed_that_failed(self):
        self.start("--fault", "task-fails:No foxes")
        reply = self.ask("POST", "/fal-ai/veo3", {"prompt": "a fox"}).json()
        self.until(reply["status_url"], lambda r: r["status"] == "COMPLETED")
        result = self.ask("GET", reply["response_url"])
        self.assertEqual((result.status, result.json()["detail"][0]["msg"]), (422, "No foxes"))

    def test_unknown_fields_wrong_types_and_the_scheme(self):
        self.start()
        self.assert_refused("/fal-ai/veo3", {"prompt": "a fox"},
                            ({"colour": "red"}, {"duration": 5}, {"duration": "long"}, {"seed": "1"},
                             {"image_url": "x"}, {"prompt": 1}), 422)
        self.scheme = "Bearer"
        self.assertEqual(self.ask("POST", "/fal-ai/veo3", {"prompt": "a fox"}).status, 401)


class ReplicateTest(ServiceTest):
    provider = "replicate"

    def test_each_way_to_address_a_model(self):
        self.start()
        for path, more, shape in (("/models/acme/clips/predictions", {}, str),
                                  ("/deployments/acme/image/predictions", {}, list),
                                  ("/predictions", {"version": "5c7d5dc6"}, dict)):
            reply = self.ask("POST", path, {"input": {"prompt": "a fox"}, **more})
            self.assertEqual((reply.status, reply.json()["status"]), (201, "starting"), path)
            get = reply.json()["urls"]["get"]
            self.assertEqual(get, f"{self.base}/predictions/{reply.json()['id']}")
            done = self.until(get, lambda r: r["status"] == "succeeded").json()
            self.assertIs(type(done["output"]), shape, path)

    def test_failure_and_cancellation(self):
        self.start("--fault", "task-fails:NSFW@1", "--fault", "task-hangs@2")
        replies = [self.ask("POST", "/models/a/b/predictions", {"input": {"prompt": "a"}}).json()
                   for _ in range(2)]
        failed = self.until(replies[0]["urls"]["get"], lambda r: r["status"] == "failed").json()
        self.assertEqual((failed["error"], failed["output"]), ("NSFW", None))
        self.assertEqual(self.ask("POST", replies[1]["urls"]["cancel"]).json()["status"], "canceled")

    def test_unknown_fields_and_wrong_types(self):
        self.start()
        good = {"prompt": "a fox"}
        self.assert_refused("/models/a/b/predictions", {"input": good},
                            ({"colour": "red"}, {"version": "a"}, {"input": []}, {"webhook": "x"},
                             {"input": {}}, {"input": {**good, "colour": "red"}},
                             {"input": {**good, "image": "file:///etc/passwd"}},
                             {"input": {**good, "seed": "1"}}), 422)
        self.assertEqual(self.ask("POST", "/predictions", {"input": good}).status, 422)


class ArkTest(ServiceTest):
    provider = "ark"
    path = "/contents/generations/tasks"
    text = {"type": "text", "text": "a fox"}

    def picture(self, role=None):
        part = {"type": "image_url", "image_url": {"url": "https://a.example/1.png"}}
        return part if role is None else {**part, "role": role}

    def test_roles_tokens_and_failure_with_200(self):
        self.start("--fault", "task-fails:Too sensitive@4")
        for pictures in ([], [self.picture()],
                         [self.picture("first_frame"), self.picture("last_frame")]):
            reply = self.ask("POST", self.path, {"model": "seedance", "content": [self.text, *pictures],
                                                 "duration": 5})
            self.assertEqual((reply.status, list(reply.json())), (200, ["id"]))
        path = f"{self.path}/{reply.json()['id']}"
        done = self.until(path, lambda r: r["status"] == "succeeded").json()
        self.assertEqual(done["usage"], {"completion_tokens": 108000})
        self.assertEqual(fetch(done["content"]["video_url"]).status, 200)
        reply = self.ask("POST", self.path, {"model": "seedance", "content": [self.text]})
        failed = self.until(f"{self.path}/{reply.json()['id']}", lambda r: r["status"] == "failed")
        self.assertEqual((failed.status, failed.json()["error"]["message"]), (200, "Too sensitive"))

    def test_unknown_fields_and_wrong_types(self):
        self.start()
        self.assert_refused(self.path, {"model": "seedance", "content": [self.text]},
                            ({"colour": "red"}, {"duration": "5"}, {"content": "a fox"},
                             {"content": []}, {"content": [self.text, self.text]},
                             {"content": [self.text, self.picture(), self.picture()]},
                             {"content": [self.text, self.picture("hero")]},
                             {"content": [self.text, {"type": "smell"}]},
                             {"ratio": "5:4:3"}, {"watermark": "no"}, {"model": None}), 400)


if __name__ == "__main__":
    main()
