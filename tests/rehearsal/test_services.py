# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""OpenRouter, fal, Replicate and Ark: what their references show is accepted and answered just so, and
nothing else is accepted."""
import http.client
import json
import urllib.parse

from rehearsal import PATIENCE, fetch, is_time, main
from service_case import ServiceTest


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

    def test_ids_and_both_addresses(self):
        self.start()
        reply = self.ask("POST", "/videos", self.good).json()
        self.assertRegex(reply["id"], r"^gen-vid-\d{10}-[0-9a-z]{20}$")
        done = self.until(self.origin + reply["polling_url"], lambda r: r["status"] == "completed").json()
        self.assertEqual(len(fetch(done["urls"][0]).body), 200_000)  # signed: no key
        self.assertEqual(len(self.ask("GET", done["unsigned_urls"][0].split("?")[0]).body), 200_000)

    def test_sizes_and_pictures(self):
        self.start()
        picture = {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/4AAQ"},
                   "frame_type": "last_frame"}
        for more in ({"resolution": "768p"}, {"resolution": "1K"}, {"size": "1366x768"},
                     {"aspect_ratio": "3:2"}, {"frame_images": [picture]}):
            reply = self.ask("POST", "/videos", {**self.good, **more})
            self.assertEqual(reply.status, 202, (more, reply.body))

    def test_models(self):
        self.start()
        model = self.ask("GET", "/videos/models").json()["data"][0]
        self.assertIn("768p", model["supported_resolutions"])
        self.assertEqual(model["pricing_skus"], {"generate": "0.25"})
        self.assertLess({"id", "canonical_slug", "created", "supported_sizes", "supported_durations",
                         "supported_frame_images", "generate_audio", "seed", "name"}, set(model))

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
                             {"generate_audio": "true"}, {"resolution": "big"}, {"size": "big"},
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

    def test_logs_and_metrics(self):
        self.start("--fault", "task-hangs@2")
        path, body = "/fal-ai/veo3", {"prompt": "a fox"}
        url = self.ask("POST", path, body).json()["status_url"]
        done = self.until(url, lambda r: r["status"] == "COMPLETED").json()
        self.assertEqual(done["logs"], [])
        self.assertGreaterEqual(done["metrics"]["inference_time"], 0)
        self.assertNotIn("queue_position", done)
        line = self.ask("GET", url + "?logs=1").json()["logs"][0]
        self.assertEqual(set(line), {"message", "level", "source", "timestamp"})
        self.assertEqual(self.ask("GET", url + "?loud=1").status, 422)
        url = self.ask("POST", path, body).json()["status_url"]
        running = self.until(url, lambda r: r["status"] == "IN_PROGRESS").json()
        self.assertEqual(running["logs"], [])
        self.assertNotIn("metrics", running)

    def events(self, url):
        """The events of a stream, as they come, until the other side closes it."""
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Authorization": "Key k"})
        reply = connection.getresponse()
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "text/event-stream"))
        for line in reply:
            if line != b"\n":
                yield json.loads(line.removeprefix(b"data: "))

    def test_status_as_a_stream_of_events(self):
        for queue_seconds, word in (("600", "IN_QUEUE"), ("0", "IN_PROGRESS")):
            self.start("--task-seconds", "600", "--queue-seconds", queue_seconds)
            made = self.ask("POST", "/fal-ai/veo3/fast", {"prompt": "a fox"}).json()
            self.until(made["status_url"], lambda r: r["status"] == word)
            events = self.events(made["status_url"] + "/stream?logs=1")
            first = next(events)
            self.assertEqual((first["status"], first["request_id"]), (word, made["request_id"]))
            self.assertEqual(self.ask("PUT", made["cancel_url"]).status, 202)
            rest = list(events)
            self.assertEqual([event["status"] for event in rest], ["COMPLETED"])
            # Each line once: who listens adds them up.
            self.assertEqual(len(first.get("logs", [])) + len(rest[0]["logs"]), 2)
        self.assertEqual(self.ask("GET", "/fal-ai/veo3/requests/none/status/stream").status, 404)

    def test_long_names(self):
        self.start()
        for model, home in (("fal-ai/kling-video/v2.1/master/text-to-video", "fal-ai/kling-video"),
                            ("fal-ai/bytedance/seedance/v1/pro/image-to-video", "fal-ai/bytedance"),
                            ("workflows/me/my-flow", "workflows/me/my-flow")):
            made = self.ask("POST", "/" + model, {"prompt": "a fox"}).json()
            self.assertEqual(made["response_url"], f"{self.base}/{home}/requests/{made['request_id']}")
            self.until(made["status_url"], lambda r: r["status"] == "COMPLETED")
            self.assertIn("video", self.ask("GET", made["response_url"]).json())

    def made_by(self, model, **members):
        made = self.ask("POST", "/" + model, {"prompt": "a fox", **members})
        self.assertEqual(made.status, 200, made.body)
        self.until(made.json()["status_url"], lambda r: r["status"] == "COMPLETED")
        return self.ask("GET", made.json()["response_url"]).json()

    def test_the_model_says_what_is_made(self):
        self.start()
        for model in ("fal-ai/flux/dev", "fal-ai/nano-banana", "fal-ai/bytedance/seedream/v4/text-to-image",
                      "fal-ai/imagen4/preview", "fal-ai/qwen-image", "fal-ai/flux-pro/v1.1-ultra"):
            self.assertIn("images", self.made_by(model), model)
        for model in ("fal-ai/lyria2", "fal-ai/stable-audio", "fal-ai/elevenlabs/music",
                      "cassetteai/music-generator"):
            self.assertIn("audio", self.made_by(model), model)
        for model in ("fal-ai/veo3", "fal-ai/flux/image-to-video", "fal-ai/bytedance/seedance/v1/lite",
                      "fal-ai/minimax/video-01", "fal-ai/sora-2/text-to-video"):
            self.assertIn("video", self.made_by(model), model)

    def test_members_tell_where_the_name_does_not(self):
        self.start()
        self.assertIn("images", self.made_by("acme/dream", image_size="square"))
        self.assertIn("images", self.made_by("acme/dream", num_images=1))
        self.assertIn("audio", self.made_by("acme/dream", lyrics="la la la"))
        self.assertIn("video", self.made_by("acme/dream"))
        reply = self.ask("POST", "/fal-ai/veo3", {"prompt": "a", "num_images": 1})
        self.assertEqual(reply.status, 422)

    def test_image_sizes(self):
        self.start()
        for size, wanted in (("square_hd", (1024, 1024)), ("landscape_16_9", (1024, 576)),
                             ({"width": 800, "height": 600}, (800, 600))):
            images = self.made_by("fal-ai/flux/dev", image_size=size, num_images=2)["images"]
            self.assertEqual([(image["width"], image["height"]) for image in images], [wanted] * 2)
            self.assertEqual(images[0]["content_type"], "image/png")
        for size in ("huge", {"width": 800}, {"width": "800", "height": 600}, 5):
            reply = self.ask("POST", "/fal-ai/flux/dev", {"prompt": "a", "image_size": size})
            self.assertEqual(reply.status, 422, size)

    def test_pictures_may_be_data(self):
        self.start()
        self.made_by("fal-ai/veo3/image-to-video", image_url="data:image/png;base64,iVBORw0KGgo=")

    def test_cancel_of_what_is_not_there(self):
        self.start()
        reply = self.ask("PUT", "/fal-ai/veo3/requests/none/cancel")
        self.assertEqual((reply.status, reply.json()), (404, {"status": "NOT_FOUND"}))

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

    def test_every_member_is_there(self):
        self.start("--fault", "task-hangs@2")
        made = self.ask("POST", "/models/acme/clips/predictions", {"input": {"prompt": "a fox"}}).json()
        self.assertEqual([made[name] for name in ("model", "version", "source", "started_at", "completed_at",
                                                  "output", "error", "logs", "metrics", "data_removed")],
                         ["acme/clips", "hidden", "api", None, None, None, None, "", {}, False])
        done = self.until(made["urls"]["get"], lambda r: r["status"] == "succeeded").json()
        self.assertEqual(set(done), set(made))
        self.assertTrue(is_time(done["started_at"]) and is_time(done["completed_at"]))
        self.assertEqual(set(done["metrics"]), {"predict_time", "total_time"})
        self.assertEqual(set(done["urls"]), {"get", "cancel", "web"})
        running = self.ask("POST", "/deployments/acme/clips/predictions", {"input": {"prompt": "a"}}).json()
        self.assertEqual(running["deployment"], "acme/clips")
        self.assertRegex(running["version"], "^[0-9a-f]{64}$")
        running = self.until(running["urls"]["get"], lambda r: r["status"] == "processing").json()
        self.assertTrue(is_time(running["started_at"]))
        self.assertIsNone(running["completed_at"])

    def test_a_version_goes_into_the_body(self):
        self.start()
        for version, model, shown in (("acme/clips:5c7d5dc6", "acme/clips", "5c7d5dc6"),
                                      ("acme/clips", "acme/clips", "hidden")):
            made = self.ask("POST", "/predictions", {"version": version, "input": {"prompt": "a"}}).json()
            self.assertEqual((made["model"], made["version"]), (model, shown))
        reply = self.ask("POST", "/models/acme/clips:5c7d5dc6/predictions", {"input": {"prompt": "a"}})
        self.assertEqual(reply.status, 404)

    def test_list_in_pages(self):
        self.start("--rate-limit", "0")
        ids = [self.ask("POST", "/models/acme/clips/predictions", {"input": {"prompt": f"fox {i}"}}).json()["id"]
               for i in range(103)]
        ids.reverse()
        page = self.ask("GET", "/predictions").json()
        self.assertEqual([one["id"] for one in page["results"]], ids[:100])
        self.assertEqual([page["results"][0][name] for name in ("model", "input", "source")],
                         ["acme/clips", {"prompt": "fox 102"}, "api"])
        self.assertIsNone(page["previous"])
        page = self.ask("GET", page["next"]).json()
        self.assertEqual(([one["id"] for one in page["results"]], page["next"]), (ids[100:], None))
        self.assertEqual(self.ask("GET", "/predictions?cursor=none").status, 400)
        self.assertEqual(self.server.set_faults("list-hides").status, 200)
        self.assertEqual(self.ask("GET", "/predictions").json()["results"], [])

    def test_the_model_says_what_is_made(self):
        self.start()
        for model, kind in (("black-forest-labs/flux-schnell", list), ("google/imagen-4", list),
                            ("meta/musicgen", str), ("minimax/video-01", str)):
            made = self.ask("POST", f"/models/{model}/predictions", {"input": {"prompt": "a"}}).json()
            done = self.until(made["urls"]["get"], lambda r: r["status"] == "succeeded").json()
            self.assertIs(type(done["output"]), kind, model)
            self.assertTrue(str(done["output"]).count("/" + {list: "images"}.get(
                kind, "musics" if "music" in model else "videos") + "/"), done["output"])

    def test_members_tell_where_the_name_does_not(self):
        self.start()
        for more, kind in (({"num_outputs": 1}, "images"), ({"lyrics": "la la la"}, "musics"), ({}, "videos")):
            made = self.ask("POST", "/models/acme/dream/predictions", {"input": {"prompt": "a", **more}}).json()
            done = self.until(made["urls"]["get"], lambda r: r["status"] == "succeeded").json()
            self.assertIn(f"/{kind}/", str(done["output"]))

    def test_errors_say_title_detail_and_status(self):
        self.start()
        reply = self.ask("GET", "/predictions/none")
        self.assertEqual((reply.status, reply.json()["detail"], reply.json()["status"]),
                         (404, "The requested resource could not be found.", 404))
        reply = self.ask("POST", "/models/a/b/predictions", {"input": {}})
        self.assertEqual((reply.status, reply.json()["title"]), (422, "Input validation failed"))

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
        self.assertEqual(done["usage"], {"completion_tokens": 108000, "total_tokens": 108000})
        self.assertEqual(fetch(done["content"]["video_url"]).status, 200)
        reply = self.ask("POST", self.path, {"model": "seedance", "content": [self.text]})
        failed = self.until(f"{self.path}/{reply.json()['id']}", lambda r: r["status"] == "failed")
        self.assertEqual((failed.status, failed.json()["error"]["message"]), (200, "Too sensitive"))

    def test_list(self):
        self.start()
        ids = [self.ask("POST", self.path, {"model": f"m{i % 2}", "content": [self.text]}).json()["id"]
               for i in range(3)]
        for one in ids:
            self.until(f"{self.path}/{one}", lambda r: r["status"] == "succeeded")
        page = self.ask("GET", self.path + "?page_num=2&page_size=2&filter.status=succeeded").json()
        self.assertEqual((page["total"], [one["id"] for one in page["items"]]), (3, [ids[0]]))
        self.assertNotIn("prompt", page["items"][0])
        page = self.ask("GET", f"{self.path}?filter.task_ids={ids[0]}&filter.task_ids={ids[2]}").json()
        self.assertEqual([one["id"] for one in page["items"]], [ids[2], ids[0]])
        self.assertEqual(self.ask("GET", self.path + "?filter.model=m1").json()["total"], 1)
        self.assertEqual(self.ask("GET", self.path + "?limit=1").status, 400)

    def test_references_in_other_media(self):
        self.start()
        for kind in ("video", "audio"):
            part = {"type": kind + "_url", kind + "_url": {"url": "https://a.example/clip"},
                    "role": "reference_" + kind}
            for content, status in (([self.text, part], 200), ([self.text, {**part, "role": "hero"}], 400),
                                    ([self.text, {**part, kind + "_url": "https://a.example/clip"}], 400)):
                reply = self.ask("POST", self.path, {"model": "seedance", "content": content})
                self.assertEqual(reply.status, status, reply.body)

    def test_last_frame_data_and_removal(self):
        self.start()
        picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
        made = self.ask("POST", self.path, {"model": "seedance", "content": [self.text, picture],
                                            "return_last_frame": True}).json()
        path = f"{self.path}/{made['id']}"
        done = self.until(path, lambda r: r["status"] == "succeeded").json()
        self.assertEqual(set(done["content"]), {"video_url", "last_frame_url"})
        self.assertGreaterEqual(done["updated_at"], done["created_at"])
        self.assertEqual(self.ask("DELETE", path).status, 200)
        self.assertEqual(self.ask("GET", path).status, 404)

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
