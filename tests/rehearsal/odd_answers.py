# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Faults that are none for a lenient reader: answers that services and their proxies really give, though
no document has them. Run by test_faults.py."""
import base64
import json
import urllib.parse

from fault_case import FaultTest
from rehearsal import KEY, fetch, raw_exchange


class OddContent(FaultTest):
    def test_final_words_in_any_spelling(self):
        task_id = self.server.created_id()
        self.server.finished(task_id)
        for fault, word in (("status-final-word", "succeeded"), ("status-final-word:DONE", "DONE")):
            self.use(fault)
            self.assertEqual(self.server.task(task_id)["status"], word)
        self.use("status-final-word", "task-hangs")
        self.assertIn(self.server.task(self.server.created_id())["status"], ("pending", "processing"))
        self.use("status-no-state")
        data = self.server.task(task_id)
        self.assertNotIn("status", data)
        self.assertEqual(fetch(data["video_url"]).status, 200)
        self.use("submit-no-state")
        self.assertNotIn("status", self.server.create().json()["data"])

    def test_an_id_that_only_the_status_has(self):
        task_id = self.server.created_id()
        self.use("status-id:packed anew")
        reply = self.server.request("GET", f"/tasks/{task_id}").json()
        self.assertEqual(reply["data"]["id"], "packed anew")

    def test_members_beside_the_rest(self):
        self.use("submit-nan")
        body = self.server.create().body
        self.assertTrue(body.startswith(b'{"score":NaN,"success":true'), body)
        self.use("status-large:2000000")
        task_id = self.server.created_id()
        reply = self.server.request("GET", f"/tasks/{task_id}")
        self.assertGreater(len(reply.body), 2_000_000)
        self.assertEqual(reply.json()["data"]["id"], task_id)
        self.use("status-large")
        self.assertEqual(len(self.server.request("GET", f"/tasks/{task_id}").json()["trace"]), 1_000_000)
        self.use("echoes-key")
        self.assertEqual(self.server.create().json()["request"], {"authorization": KEY})

    def test_statuses_and_the_address_with_a_slash(self):
        task_id = self.server.created_id()
        path = f"/tasks/{task_id}"
        self.use("status-203")
        self.assertEqual(self.server.request("GET", path).status, 203)
        self.assertEqual(self.server.create().status, 201)
        self.use("status-slash")
        moved = self.server.request("GET", path + "?")
        home = urllib.parse.urlsplit(self.server.base).path + path + "/"
        self.assertEqual((moved.status, moved.headers["Location"]), (301, home))
        there = self.server.request("GET", path + "/")
        self.assertEqual((there.status, there.json()["data"]["id"]), (200, task_id))
        self.use("submit-slash")
        before = self.created()
        self.assertEqual(self.server.create().status, 301)
        self.assertEqual(self.created(), before)
        self.server.set_faults()
        self.assertEqual(self.server.request("GET", path + "/").status, 404)

    def test_urls(self):
        task_id = self.server.created_id()
        plain = self.server.finished(task_id)["video_url"]
        self.use("status-spaces-url")
        url = self.server.task(task_id)["video_url"]
        self.assertEqual((url[0], url[-1]), (" ", "\n"))
        self.assertEqual(url.strip().split("?")[0], plain.split("?")[0])
        self.use("status-percent-url")
        url = self.server.task(task_id)["video_url"]
        self.assertTrue(url.endswith("&title=50%"), url)
        self.assertEqual(fetch(url).body, self.content)
        self.assertEqual(fetch(url + "25").body, self.content)
        self.use("status-data-url")
        url = self.server.task(task_id)["video_url"]
        self.assertTrue(url.startswith("data:video/mp4;base64,"), url[:40])
        self.assertEqual(base64.b64decode(url[url.index(",") + 1:]), self.content)


class OddFraming(FaultTest):
    def test_lengths_of_replies(self):
        self.use("submit-length-twice")
        received, how, made = self.submit_raw()
        self.assertEqual((how, made), ("closed", 1))
        self.assertRegex(received, rb"Content-Length: (\d+)\r\nContent-Length: \1\r\n")
        self.use("submit-length-and-chunked")
        received, how, made = self.submit_raw()
        self.assertEqual((how, made), ("closed", 1))
        self.assertRegex(received, rb"Content-Length: \d+\r\nTransfer-Encoding: chunked\r\n")
        self.assertTrue(received.endswith(b"}}\r\n0\r\n\r\n"))

    def test_lengths_of_media(self):
        url = self.server.finished(self.server.created_id())["video_url"]
        size = str(len(self.content)).encode()
        self.use("media-length-twice")
        received, _ = raw_exchange(url)
        self.assertEqual(received.count(b"Content-Length: " + size), 2)
        self.use("media-length-and-chunked")
        received, _ = raw_exchange(url)
        self.assertIn(b"Content-Length: " + size, received)
        self.assertIn(b"Transfer-Encoding: chunked", received)
        self.assertTrue(received.endswith(b"\r\n0\r\n\r\n"))

    def test_media_that_says_something_odd_of_itself(self):
        url = self.server.finished(self.server.created_id())["video_url"]
        for fault, coding in (("media-coding", "aws-chunked"), ("media-coding:utf-8", "utf-8")):
            self.use(fault)
            reply = fetch(url)
            self.assertEqual((reply.headers["Content-Encoding"], reply.body), (coding, self.content))
        self.use("media-203")
        self.assertEqual((fetch(url).status, fetch(url).body), (203, self.content))
        self.use("media-206")
        reply = fetch(url)
        size = len(self.content)
        self.assertEqual((reply.status, reply.headers["Content-Range"], reply.body),
                         (206, f"bytes 0-{size - 1}/{size}", self.content))
        for fault, tail in (("media-trailing", b"\r\n\r\n"), ('media-trailing:{"ok":1}', b'{"ok":1}')):
            self.use(fault)
            self.assertEqual(fetch(url).body, self.content + tail)

    def test_not_yet_although_it_is_done(self):
        self.use("media-not-yet:3600")
        url = self.server.finished(self.server.created_id())["video_url"]
        early = fetch(url)
        self.assertEqual((early.status, early.json()), (404, {"detail": "Video is still in-progress"}))
        self.use("media-not-yet:0")
        self.assertEqual(fetch(url).body, self.content)
        self.use("media-json@1")
        early = fetch(url)
        self.assertEqual((early.status, early.headers["Content-Type"]), (200, "application/json"))
        self.assertIn("detail", json.loads(early.body))
        self.assertEqual(fetch(url).body, self.content)


class OddResults(FaultTest):
    renders = True

    def of(self, provider, path, body, key):
        """The body of the reply that has the result."""
        base = self.server.line["base-urls"][provider]
        headers = {"Authorization": key}
        made = self.server.request("POST", path, body, key=None, headers=headers, base=base).json()
        get = made["response_url"] if provider == "fal" else made["urls"]["get"]
        wait = made["status_url"] if provider == "fal" else get
        ask = lambda url: self.server.request("GET", "", key=None, headers=headers, base=url).json()
        while ask(wait)["status"] not in ("COMPLETED", "succeeded"):
            pass
        return ask(get)

    def from_fal(self, *faults, model="/fal-ai/veo3"):
        self.use(*faults)
        return self.of("fal", model, {"prompt": "a fox"}, "Key k")

    def from_replicate(self, *faults):
        self.use(*faults)
        return self.of("replicate", "/models/a/b/predictions", {"input": {"prompt": "a fox"}},
                       "Bearer k")["output"]

    def test_shapes_of_fal(self):
        for member in ("video", "image", "audio_file"):
            self.assertIn("url", self.from_fal(f"status-shape:{member}")[member])
        for member in ("video_url", "audio_url", "output"):
            self.assertTrue(self.from_fal(f"status-shape:{member}")[member].startswith("http"))
        self.assertIn("url", self.from_fal("status-shape:videos")["videos"][0])
        self.assertTrue(self.from_fal("status-shape:video-text")["video"].startswith("http"))
        texts = self.from_fal("status-shape:images-text", model="/fal-ai/flux/dev")["images"]
        self.assertTrue(texts[0].startswith("http"))

    def test_results_of_several_media(self):
        output = self.from_replicate("task-mixed-results")
        self.assertEqual(list(output), ["video", "last_frame"])
        self.assertEqual([fetch(output[name]).headers["Content-Type"] for name in output],
                         ["video/mp4", "image/png"])
        output = self.from_replicate("task-mixed-results:list")
        self.assertEqual([fetch(url).headers["Content-Type"] for url in output],
                         ["image/png", "video/mp4"])
        self.assertEqual(set(self.from_fal("task-mixed-results")), {"video", "last_frame"})

    def test_result_of_another_medium(self):
        self.assertEqual(fetch(self.from_replicate("task-other-medium")).headers["Content-Type"],
                         "image/png")
