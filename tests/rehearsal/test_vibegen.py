# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""VibeGen's API: what its document shows is accepted and answered just so, everything else refused."""
import unittest

from rehearsal import CallbackListener, Server, fetch, is_time, main, small_file, transcript

PRICES = {("480p", 5): (20, 15), ("720p", 5): (43, 30), ("1080p", 5): (90, 50),
          ("480p", 10): (40, 25), ("720p", 10): (86, 45), ("1080p", 10): (180, 100)}
RATIOS = ["16:9", "9:16", "1:1", "21:9", "4:3", "3:4", "9:21", "adaptive", "keep_ratio"]


class VibegenTest(unittest.TestCase):
    def start(self, *options):
        return Server(self, "--media", str(small_file(self)), "--task-seconds", "0", *options)

    def assert_like(self, got, sample, where="$"):
        """Same members in the same order, same types; constants of the document are equal."""
        self.assertIs(type(got), type(sample), where)
        if isinstance(sample, dict):
            self.assertEqual(list(got), list(sample), where)
            for name in sample:
                if name not in ("id", "task_id", "prompt", "video_url"):
                    self.assert_like(got[name], sample[name], f"{where}.{name}")
        elif isinstance(sample, list):
            self.assertEqual(len(got), len(sample), where)
            for one, other in zip(got, sample):
                self.assert_like(one, other, where + "[]")
        elif is_time(sample):
            self.assertTrue(is_time(got), f"{where}: {got}")
        else:
            self.assertEqual(got, sample, where)

    def test_documented_requests_are_accepted_and_answered_as_documented(self):
        server = self.start()
        for name, kind in (("create-text", "text_to_video"), ("create-text-audio", "text_to_video"),
                           ("create-image", "image_to_video")):
            reply = server.request("POST", "/generations", transcript(f"vibegen/{name}.request.json"))
            self.assertEqual(reply.status, 201)
            sample = transcript("vibegen/create-201.reply.json")
            sample["data"]["task_type"] = kind
            self.assert_like(reply.json(), sample)
        self.assertEqual(server.stats()["providers"]["vibegen"]["created"], 3)

    def test_documented_states(self):
        server = self.start("--fault", "task-fails@2", "--fault", "task-hangs@3")
        prompt = "A futuristic city with flying cars at sunset"
        completed = server.finished(server.created_id(prompt=prompt))
        sample = transcript("vibegen/status-completed.reply.json")["data"]
        self.assert_like(completed, sample)
        self.assertEqual(completed["prompt"], prompt)
        self.assertTrue(completed["video_url"].startswith(
            f"http://127.0.0.1:{server.line['media-port']}/"), completed["video_url"])
        failed = server.finished(server.created_id(prompt=prompt))
        self.assert_like(failed, transcript("vibegen/status-failed.reply.json")["data"])
        hanging = server.created_id(prompt=prompt)
        while server.task(hanging)["status"] == "pending":
            pass
        self.assert_like(server.task(hanging), transcript("vibegen/status-processing.reply.json")["data"])
        waiting = Server(self, "--task-seconds", "60", "--queue-seconds", "60",
                         "--media", str(small_file(self)))
        pending = waiting.task(waiting.created_id(prompt=prompt))
        self.assertEqual(pending["status"], "pending")

    def test_documented_errors(self):
        server = self.start("--credits", "50")
        for reply, status, name in (
                (server.request("POST", "/generations", {}), 400, "create-400"),
                (server.request("POST", "/generations", {}, key=None), 401, "create-401"),
                (server.request("POST", "/generations", {}, key=""), 401, "create-401"),
                (server.request("GET", "/tasks/none"), 404, "status-404"),
                (server.create(resolution="1080p", duration=10), 402, "create-402")):
            self.assertEqual(reply.status, status)
            self.assertEqual(reply.json(), transcript(f"vibegen/{name}.reply.json"))
        self.assertEqual(server.stats()["providers"]["vibegen"]["created"], 0)

    def test_wrong_requests_are_refused_and_make_no_task(self):
        server = self.start()
        wrong = {
            "Unknown parameter: seed": {"seed": 1},
            "Unknown model: seedance": {"model": "seedance"},
            "model must be a string, not integer": {"model": 2},
            "prompt must be a string, not null": {"prompt": None},
            "prompt must not be empty": {"prompt": ""},
            "prompt must have at most 2000 characters, not 2001": {"prompt": "\u96ea" * 2001},
            "duration must be 5 or 10, not 7": {"duration": 7},
            "duration must be a number, not string": {"duration": "5"},
            "duration must be a number, not null": {"duration": None},
            "aspect_ratio must be one of": {"aspect_ratio": "16x9"},
            "aspect_ratio must be a string, not number": {"aspect_ratio": 1.5},
            "resolution must be one of 480p, 720p, 1080p, not \"4k\"": {"resolution": "4k"},
            "generate_audio must be a boolean, not string": {"generate_audio": "true"},
            "generate_audio must be a boolean, not integer": {"generate_audio": 1},
            "image_urls must be an array of strings, not string": {"image_urls": "https://a.b/c"},
            "image_urls must be an array of strings, not integer": {"image_urls": [1]},
            "image_urls must hold http or https URLs only": {"image_urls": ["file:///etc/passwd"]},
            "callback_url must be an http or https URL": {"callback_url": "hook"},
        }
        for message, members in wrong.items():
            with self.subTest(message):
                reply = server.create(**members)
                self.assertEqual(reply.status, 400)
                error = reply.json()["error"]
                self.assertEqual(error["code"], "INVALID_PARAMETER")
                self.assertIn(message, error["message"])
        missing = server.request("POST", "/generations", {"model": "seedance 2.0"})
        self.assertEqual(missing.json()["error"]["message"], "Missing required parameters: prompt")
        for body, content_type in ((b"{", "application/json"), (b"[]", "application/json"),
                                   (b'{"model":"seedance 2.0","prompt":"a"}', "text/plain"),
                                   (b'{"model":"seedance 2.0","prompt":"a","prompt":"b"}',
                                    "application/json")):
            reply = server.request("POST", "/generations", body, headers={"Content-Type": content_type})
            self.assertEqual(reply.status, 400, body)
        counts = server.stats()["providers"]["vibegen"]
        self.assertEqual(counts["created"], 0)
        self.assertEqual(counts["refused"], counts["submits"])

    def test_all_documented_values_are_accepted(self):
        server = self.start()
        for ratio in RATIOS:
            self.assertEqual(server.create(aspect_ratio=ratio).status, 201, ratio)
        self.assertEqual(server.create(prompt="\u96ea" * 2000).status, 201)
        self.assertEqual(server.create(duration=5.0).status, 201)
        reply = server.request("POST", "/generations", b'{"model":"seedance 2.0","prompt":"a"}',
                               headers={"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(reply.status, 201)

    def test_price_table_is_charged(self):
        total = sum(with_audio + without for with_audio, without in PRICES.values())
        server = self.start("--credits", str(total))
        left = total
        for (resolution, duration), prices in PRICES.items():
            for with_audio, price in zip((True, False), prices):
                left -= price
                server.created_id(resolution=resolution, duration=duration,
                                  generate_audio=with_audio)
                self.assertEqual(server.stats()["credits"], left)
        reply = server.create()
        self.assertEqual(reply.status, 402)
        self.assertEqual(reply.json()["error"]["message"],
                         "Insufficient credits. Required: 15, Available: 0")

    def test_only_the_given_key_is_accepted(self):
        server = self.start("--key", "sk-video-right")
        self.assertEqual(server.request("GET", "/tasks", key="sk-video-wrong").status, 401)
        self.assertEqual(server.request("GET", "/tasks", key="sk-video-right").status, 200)
        basic = server.request("GET", "/tasks", key=None, headers={"Authorization": "Basic YTpi"})
        self.assertEqual(basic.status, 401)

    def test_other_paths_and_methods_are_refused_in_the_documented_shape(self):
        server = self.start()
        for method, path, status in (("DELETE", "/tasks/x", 405), ("GET", "/generations", 405),
                                     ("GET", "/task", 404), ("GET", "/tasks/a/b", 404)):
            reply = server.request(method, path)
            self.assertEqual(reply.status, status, (method, path))
            self.assertEqual(list(reply.json()["error"]), ["code", "message"])
        self.assertEqual(server.request("GET", "/x", base=f"http://127.0.0.1:{server.line['port']}")
                         .status, 404)

    def test_list_pages_newest_first(self):
        server = self.start("--fault", "task-fails@1-2")
        ids = [server.created_id(prompt=f"prompt {i}") for i in range(7)]
        for task_id in ids:
            server.finished(task_id)
        whole = server.request("GET", "/tasks").json()
        self.assertEqual(list(whole["data"]), ["tasks", "pagination"])
        self.assertEqual([task["id"] for task in whole["data"]["tasks"]], ids[::-1])
        self.assertEqual(whole["data"]["pagination"],
                         {"page": 1, "pageSize": 20, "total": 7, "total_pages": 1})
        page = server.request("GET", "/tasks?limit=3&offset=3").json()["data"]
        self.assertEqual([task["id"] for task in page["tasks"]], ids[::-1][3:6])
        self.assertEqual(page["pagination"], {"page": 2, "pageSize": 3, "total": 7, "total_pages": 3})
        failed = server.request("GET", "/tasks?status=failed").json()["data"]["tasks"]
        self.assertEqual([task["id"] for task in failed], [ids[1], ids[0]])
        one = server.request("GET", "/tasks?status=completed&limit=1").json()
        sample = transcript("vibegen/list-200.reply.json")
        sample["data"]["pagination"] = {"page": 1, "pageSize": 1, "total": 5, "total_pages": 5}
        self.assert_like(one, sample)
        for query in ("status=done", "limit=0", "limit=x", "offset=-1", "page=2"):
            self.assertEqual(server.request("GET", f"/tasks?{query}").status, 400, query)

    def test_callbacks_have_the_documented_bodies(self):
        listener = CallbackListener(self)
        server = self.start("--fault", "task-fails@2")
        task_id = server.created_id(callback_url=listener.url + "?token=1")
        path, headers, body = listener.wait_for(1)
        self.assertEqual(path, "/hook?token=1")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assert_like(body, transcript("vibegen/callback-completed.request.json"))
        self.assertEqual(body["task_id"], task_id)
        self.assertEqual(fetch(body["video_url"]).status, 200)
        server.created_id(callback_url=listener.url)
        self.assert_like(listener.wait_for(2)[2], transcript("vibegen/callback-failed.request.json"))
        while server.stats()["callbacks"]["delivered"] < 2:
            pass

    def test_nobody_else_is_called_back(self):
        server = self.start()
        server.finished(server.created_id(callback_url="http://192.0.2.1/hook"))
        self.assertEqual(server.stats()["callbacks"], {"sent": 0, "delivered": 0, "refused": 1})

    def test_rate_limit_is_kept_per_key(self):
        server = self.start("--rate-limit", "2")
        for status in (201, 201, 429):
            reply = server.create()
            self.assertEqual(reply.status, status)
        self.assertEqual(reply.json()["error"]["code"], "RATE_LIMIT_EXCEEDED")
        self.assertEqual(server.request("GET", "/tasks").status, 200)
        self.assertEqual(server.request("POST", "/generations", {}, key="sk-video-other").status, 400)

    def test_task_that_takes_too_long_fails(self):
        server = self.start("--fault", "task-hangs", "--timeout-seconds", "0.1")
        self.assertEqual(server.finished(server.created_id())["error"], "Task timed out")


main()
