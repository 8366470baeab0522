# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""OpenAI's form of a video API: what the reference and the servers of that form show is accepted and
answered just so, and nothing else is accepted."""
import struct

from rehearsal import KEY, main
from service_case import ServiceTest

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
                            ({"colour": "red"}, {"seconds": 4.5}, {"seconds": "x"}, {"size": 7},
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

    def test_every_member_is_there_from_the_beginning(self):
        self.start()
        made = self.ask("POST", "/videos", {"model": "sora-2", "prompt": "a fox"}).json()
        members = {"id", "object", "model", "status", "progress", "created_at", "completed_at", "expires_at",
                   "prompt", "remixed_from_video_id", "seconds", "size", "error"}
        self.assertEqual(set(made), members)
        self.assertEqual((made["prompt"], made["remixed_from_video_id"], made["expires_at"]),
                         ("a fox", None, None))
        done = self.until("/videos/" + made["id"], lambda r: r["status"] == "completed").json()
        self.assertEqual(set(done), members)
        self.assertEqual(done["expires_at"], done["completed_at"] + 24 * 3600)

    def test_remix(self):
        self.start()
        made = self.ask("POST", "/videos", {"model": "sora-2", "prompt": "a fox", "seconds": "8",
                                            "size": "720x1280"}).json()
        path = f"/videos/{made['id']}/remix"
        self.until("/videos/" + made["id"], lambda r: r["status"] == "completed")
        self.assertEqual(self.ask("POST", path, {"prompt": ""}).status, 400)
        remixed = self.ask("POST", path, {"prompt": "two foxes"}).json()
        self.assertEqual([remixed[name] for name in
                          ("remixed_from_video_id", "prompt", "seconds", "size", "model")],
                         [made["id"], "two foxes", "8", "720x1280", "sora-2"])
        self.assertEqual(self.ask("POST", "/videos/none/remix", {"prompt": "a"}).status, 404)

    def test_seconds_are_a_text_or_a_number(self):
        self.start()
        for seconds in ("8", 8):
            made = self.ask("POST", "/videos", {"prompt": "a", "seconds": seconds}).json()
            self.assertEqual(made["seconds"], "8")

    def test_references_as_the_client_writes_them(self):
        self.start()
        data_url = "data:image/png;base64,iVBORw0KGgo="
        for url in ("https://a.example/i.png", data_url):
            reply = self.ask("POST", "/videos", {"prompt": "a", "input_reference": {"image_url": url}})
            self.assertEqual(reply.status, 200, reply.body)
            kind, body = form({"prompt": "a", "input_reference[image_url]": url})
            self.assertEqual(self.ask("POST", "/videos", body, content_type=kind).status, 200, url)
        kind, body = form({"prompt": "a", "input_reference[file_id]": "file-1"})
        self.assertEqual(self.ask("POST", "/videos", body, content_type=kind).status, 200)
        for fields, files in (({"input_reference[image_url]": "file:///etc/passwd"}, {}),
                              ({"input_reference[image_url]": "data:image/png;base64,"}, {}),
                              ({"input_reference[image_url]": data_url, "input_reference[file_id]": "f"}, {}),
                              ({"input_reference[image_url]": data_url},
                               {"input_reference": ("image/png", PNG)}),
                              ({"input_reference": "https://a.example/i.png"}, {})):
            kind, body = form({"prompt": "a", **fields}, files)
            self.assertEqual(self.ask("POST", "/videos", body, content_type=kind).status, 400, fields)

    def test_pictures_of_a_video(self):
        self.start()
        made = self.ask("POST", "/videos", {"prompt": "a fox", "size": "720x1280"}).json()
        path = f"/videos/{made['id']}/content?variant="
        self.until("/videos/" + made["id"], lambda r: r["status"] == "completed")
        self.assertEqual(len(self.ask("GET", path + "video").body), 200_000)
        for variant, size in (("thumbnail", (640, 1136)), ("spritesheet", (5 * 160, 4 * 284))):
            reply = self.ask("GET", path + variant)
            self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "image/png"))
            self.assertEqual(reply.body[:8], bytes.fromhex("89504e470d0a1a0a"))
            self.assertEqual(struct.unpack(">II", reply.body[16:24]), size)
        self.assertEqual(self.ask("GET", path + "poster").status, 400)

    def test_list(self):
        self.start()
        ids = [self.ask("POST", "/videos", {"prompt": f"fox {i}"}).json()["id"] for i in range(5)]
        page = self.ask("GET", "/videos?limit=2").json()
        self.assertEqual((page["object"], page["has_more"]), ("list", True))
        self.assertEqual([one["id"] for one in page["data"]], [ids[4], ids[3]])
        self.assertEqual((page["first_id"], page["last_id"]), (ids[4], ids[3]))
        self.assertEqual(page["data"][0]["prompt"], "fox 4")
        page = self.ask("GET", f"/videos?limit=2&after={ids[3]}").json()
        self.assertEqual([one["id"] for one in page["data"]], [ids[2], ids[1]])
        page = self.ask("GET", f"/videos?after={ids[3]}&order=asc").json()
        self.assertEqual(([one["id"] for one in page["data"]], page["has_more"]), ([ids[4]], False))
        for query in ("limit=101", "limit=x", "order=up", "page=1"):
            self.assertEqual(self.ask("GET", "/videos?" + query).status, 400, query)
        self.assertEqual(self.server.stats()["providers"]["openai"]["lists"], 7)

    def test_a_deleted_video_is_gone(self):
        self.start()
        path = "/videos/" + self.ask("POST", "/videos", {"prompt": "a"}).json()["id"]
        self.until(path, lambda r: r["status"] == "completed")
        gone = self.ask("DELETE", path).json()
        self.assertEqual((gone["object"], gone["deleted"]), ("video.deleted", True))
        for reply in (self.ask("GET", path), self.ask("GET", path + "/content"), self.ask("DELETE", path)):
            self.assertEqual(reply.status, 404)
        self.assertEqual(self.ask("GET", "/videos").json()["data"], [])

    def test_errors_have_the_documented_members(self):
        self.start()
        error = self.ask("GET", "/videos/none").json()["error"]
        self.assertEqual((set(error), error["type"]),
                         ({"message", "type", "param", "code"}, "invalid_request_error"))


if __name__ == "__main__":
    main()
