# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Vibetool, Omni Video and Vidgo: what their documents show is accepted and answered just so."""
import time
import unittest

from rehearsal import PATIENCE, CallbackListener, Server, fetch, main, small_file, transcript

SONG = {"prompt": "A calm and relaxing piano track with soft melodies", "style": "Classical",
        "title": "Peaceful Piano Meditation", "custom_mode": True, "instrumental": True, "mv": "V5"}


class ProviderTest(unittest.TestCase):
    provider = None

    def start(self, *options, rendering=False):
        media = () if rendering else ("--media", str(small_file(self)))
        self.server = Server(self, "--task-seconds", "0", *media, *options)
        self.base = self.server.line["base-urls"][self.provider]

    def post(self, path, body):
        return self.server.request("POST", path, body, base=self.base)

    def get(self, path):
        return self.server.request("GET", path, base=self.base)

    def until(self, path, is_over):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            reply = self.get(path).json()
            if is_over(reply):
                return reply
            time.sleep(0.02)
        raise AssertionError(f"still {reply}")

    def assert_members(self, got, sample, where="$"):
        """The sample's members, in its order and of its types."""
        self.assertIs(type(got), type(sample), where)
        if isinstance(sample, dict):
            self.assertEqual(list(got), list(sample), where)
            for name in sample:
                self.assert_members(got[name], sample[name], f"{where}.{name}")
        elif isinstance(sample, list):
            for one in got:
                self.assert_members(one, sample[0], where + "[]")


class OmnivideoTest(ProviderTest):
    provider = "omnivideo"
    create = "/api/v1/tasks/create"

    def finished(self, task_id):
        return self.until(f"/api/v1/tasks/{task_id}", lambda r: r["data"]["task_status"] > 2)

    def test_documented_exchanges(self):
        self.start()
        sample = transcript("omnivideo/create-200.reply.json")
        for name in ("create", "create-curl"):
            reply = self.post(self.create, transcript(f"omnivideo/{name}.request.json"))
            self.assertEqual(reply.status, 200)
            self.assert_members(reply.json(), sample)
            self.assertEqual(reply.json()["msg"], sample["msg"])
            self.assertTrue(reply.json()["data"]["request_id"].startswith("kie_"))
        task = self.finished(reply.json()["data"]["task_id"])
        self.assert_members(task, transcript("omnivideo/status-success.reply.json"))
        self.assertEqual((task["msg"], task["data"]["task_status"], task["data"]["credits"]),
                         ("ok", 3, 15))

    def test_each_medium_has_its_member(self):
        self.start()
        for model, member in (("seedance-2", "video_url"), ("nano-banana-2", "image_url")):
            reply = self.post(self.create, {"model_id": model, "prompt": "a fox"}).json()
            data = self.finished(reply["data"]["task_id"])["data"]
            urls = {name: data[name] for name in ("image_url", "video_url", "audio_url")}
            self.assertEqual([name for name, url in urls.items() if url], [member])
            self.assertEqual(fetch(urls[member]).status, 200)

    def test_business_failures_come_with_status_200(self):
        self.start("--credits", "15")
        good = {"model_id": "gpt-image-2", "prompt": "a fox"}
        for change in ({"model_id": "sora"}, {"prompt": ""}, {"seed": 1}, {"aspect_ratio": "wide"},
                       {"image_urls": "x"}, {"duration": 5}):
            reply = self.post(self.create, {**good, **change})
            self.assertEqual((reply.status, reply.json()["code"]), (200, 0), change)
        self.assertEqual(self.get("/api/v1/tasks/none").json()["code"], 0)
        self.assertEqual(self.server.request("POST", self.create, good, key=None, base=self.base)
                         .status, 401)
        self.assertEqual(self.server.stats()["providers"]["omnivideo"]["created"], 0)

    def test_credits_are_deducted_and_refunded(self):
        self.start("--credits", "20", "--fault", "task-fails:No foxes@1")
        body = {"model_id": "seedance-2", "prompt": "a fox"}
        task_id = self.post(self.create, body).json()["data"]["task_id"]
        failed = self.finished(task_id)
        self.assertEqual((failed["data"]["task_status"], failed["msg"]), (4, "No foxes"))
        self.assertEqual(self.server.stats()["credits"], 20)
        self.finished(self.post(self.create, body).json()["data"]["task_id"])
        self.assertEqual(self.server.stats()["credits"], 5)
        self.assertEqual(self.post(self.create, body).json()["msg"], "Insufficient credits")

    def test_unknown_state_is_a_number(self):
        self.start("--fault", "status-unknown-state")
        reply = self.post(self.create, {"model_id": "gpt-image-2", "prompt": "a fox"}).json()
        data = self.get(f"/api/v1/tasks/{reply['data']['task_id']}").json()["data"]
        self.assertEqual(data["task_status"], 9)


class VibetoolTest(ProviderTest):
    provider = "vibetool"
    video = {"model": "omnihuman-1.5", "prompt": "she sings", "image_urls": ["https://a.example/i.png"],
             "audio_url": "https://a.example/a.mp3"}

    def test_documented_image(self):
        self.start(rendering=True)
        reply = self.post("/images/generations", transcript("vibetool/create-image.request.json"))
        self.assertEqual(reply.status, 200)
        task_id = reply.json()["task_id"]
        self.assertRegex(task_id, r"^img_\d{8}_[0-9a-z]+$")
        done = self.until(f"/images/status/{task_id}", lambda r: r["status"] == "completed")
        picture = fetch(done["images"][0]["url"])
        self.assertEqual(picture.headers["Content-Type"], "image/png")
        self.assertEqual(picture.body[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(self.get(f"/videos/status/{task_id}").status, 404)

    def test_documented_video(self):
        self.start()
        reply = self.post("/videos/generations", self.video).json()
        self.assertEqual(list(reply), ["task_id", "status", "message", "created_at"])
        self.assertRegex(reply["task_id"], r"^vid_\d{12}_[0-9a-f]+$")
        self.assertEqual((reply["status"], reply["message"]), ("pending", None))
        done = self.until(f"/videos/status/{reply['task_id']}", lambda r: r["status"] == "completed")
        self.assertEqual((done["progress"], done["error"]), (100, None))
        self.assertEqual(fetch(done["video_url"]).status, 200)

    def test_failures(self):
        self.start("--fault", "task-fails:No foxes")
        good = transcript("vibetool/create-image.request.json")
        task_id = self.post("/images/generations", good).json()["task_id"]
        failed = self.until(f"/images/status/{task_id}", lambda r: r["status"] == "failed")
        self.assertEqual((failed["error"], failed["images"]), ("No foxes", []))
        for change in ({"async_mode": False}, {"async_mode": "true"}, {"model": "x"}, {"size": "1:1"},
                       {"prompt": ""}):
            self.assertEqual(self.post("/images/generations", {**good, **change}).status, 400, change)
        for change in ({"image_urls": []}, {"image_urls": ["https://a/b"] * 2}, {"audio_url": "x"},
                       {"duration": 5}):
            reply = self.post("/videos/generations", {**self.video, **change})
            self.assertEqual(reply.status, 400, change)
        for status in (402, 429):
            self.server.set_faults(f"submit-{status}")
            self.assertEqual(self.post("/images/generations", good).status, status)


class VidgoTest(ProviderTest):
    provider = "vidgo"
    submit = "/api/generate/submit"

    def submitted(self, body):
        reply = self.post(self.submit, body)
        self.assertEqual(reply.status, 200, reply.body)
        self.assertEqual(list(reply.json()["data"]), ["task_id", "status", "created_time"])
        self.assertEqual(reply.json()["data"]["status"], "not_started")
        return reply.json()["data"]["task_id"]

    def finished(self, path):
        return self.until(path, lambda r: r["data"]["status"] in ("finished", "failed"))

    def test_documented_exchanges(self):
        self.start()
        sample = transcript("vidgo/status-finished.reply.json")
        for name, kind in (("create-image", "image"), ("create-video", "video")):
            task_id = self.submitted(transcript(f"vidgo/{name}.request.json"))
            self.assertRegex(task_id, r"^task-unified-\d+-[0-9a-z]{8}$")
            done = self.finished(f"/api/generate/status/{task_id}")
            self.assert_members(done, sample)
            self.assertEqual((done["data"]["progress"], done["data"]["files"][0]["file_type"]),
                             (100, kind))
            self.assertEqual(fetch(done["data"]["files"][0]["file_url"]).status, 200)
            self.assertRegex(done["data"]["created_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")

    def test_several_images(self):
        self.start()
        task_id = self.submitted({"model": "gpt-4o-image", "input": {"prompt": "a fox", "n": 3}})
        files = self.finished(f"/api/generate/status/{task_id}")["data"]["files"]
        self.assertEqual(len({file["file_url"] for file in files}), 3)

    def test_music_has_two_tracks(self):
        self.start(rendering=True)
        task_id = self.submitted({"model": "generate-music", "input": SONG})
        done = self.finished(f"/api/generate/detail/music?task_id={task_id}")["data"]
        self.assertEqual([file["title"] for file in done["files"]], [SONG["title"]] * 2)
        bodies = [fetch(file["audio_url"]) for file in done["files"]]
        self.assertEqual([body.headers["Content-Type"] for body in bodies], ["audio/mpeg"] * 2)
        self.assertEqual({body.body[:2] for body in bodies}, {b"\xff\xfb"})
        self.assertNotEqual(bodies[0].body, bodies[1].body)

    def test_callback_is_the_status_reply(self):
        listener = CallbackListener(self)
        self.start()
        task_id = self.submitted({"model": "sora-2", "callback_url": listener.url,
                                  "input": {"prompt": "a fox"}})
        _, _, body = listener.wait_for(1)
        self.assert_members(body, transcript("vidgo/status-finished.reply.json"))
        self.assertEqual(body["data"]["task_id"], task_id)

    def test_failures(self):
        self.start("--fault", "task-fails:No foxes")
        task_id = self.submitted({"model": "sora-2-official", "input": {"prompt": "a", "duration": 8}})
        failed = self.finished(f"/api/generate/status/{task_id}")["data"]
        self.assertEqual((failed["status"], failed["error_message"], failed["files"]),
                         ("failed", "No foxes", []))
        for model, change in (("sora-2", {"duration": 5}), ("sora-2-pro", {"duration": 10}),
                              ("sora-2-official", {"style": "comic"}), ("sora-2", {"style": "odd"}),
                              ("sora-2", {"resolution": "720p"}), ("gpt-4o-image", {"n": 0}),
                              ("gpt-4o-image", {"size": "big"}), ("veo", {}),
                              ("generate-music", {"mv": "V9"}),
                              ("generate-music", {"custom_mode": True, "mv": "V5"}),
                              ("generate-music", {"mv": "V5", "style_weight": 2}),
                              ("generate-music", {"mv": "V5", "instrumental": 1})):
            reply = self.post(self.submit, {"model": model, "input": {"prompt": "a", **change}})
            self.assertEqual(reply.status, 400, (model, change))
        for body in ({"model": "sora-2"}, {"model": "sora-2", "input": []},
                     {"model": "sora-2", "input": {"prompt": "a"}, "prompt": "a"}):
            self.assertEqual(self.post(self.submit, body).status, 400, body)


class AllProviders(unittest.TestCase):
    def test_tasks_of_one_are_not_found_by_another(self):
        server = Server(self, "--media", str(small_file(self)))
        task_id = server.created_id()
        self.assertEqual(list(server.line["base-urls"]), ["vibegen", "vibetool", "omnivideo", "vidgo", "openai",
                                                          "openrouter", "fal", "replicate", "ark"])
        reply = server.request("GET", f"/api/generate/status/{task_id}",
                               base=server.line["base-urls"]["vidgo"])
        self.assertEqual(reply.status, 404)


if __name__ == "__main__":
    main()
