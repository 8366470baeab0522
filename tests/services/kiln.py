# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The invented API of docs/adding-a-provider.md, as its quoted documentation has it."""
import http.server
import json
import threading

VIDEO_FIELDS = {"engine": str, "text": str, "seconds": str, "shape": str, "seed": int, "mood": str,
                "frames": list, "notify": str}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, kind="application/json"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def problem(self, status, name, text):
        self.say(status, {"problem": {"id": name, "text": text}})

    def answer(self):
        kiln = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, _, query = self.path.partition("?")
        if path.startswith("/files/"):
            kiln.keys_elsewhere += "X-Kiln-Key" in self.headers
            return self.say(200, kiln.clip, "video/mp4")
        if kiln.is_stranger:
            kiln.visits += 1
            kiln.keys_elsewhere += "X-Kiln-Key" in self.headers
            return self.problem(401, "no-entry", "Who are you?")
        kiln.asked.append((self.command, path, query, json.loads(body) if body else None))
        if self.headers.get("X-Kiln-Key") != kiln.key or self.headers.get("X-Kiln-Version") != "2":
            return self.problem(401, "no-entry", "Wrong key or no version")
        if (self.command, path) == ("POST", "/v2/clips"):
            return self.submit(json.loads(body))
        if self.command == "GET" and path.startswith("/v2/jobs/"):
            return self.status(path.rsplit("/", 1)[1], query)
        return self.problem(404, "no-such-thing", self.path)

    def submit(self, body):
        kiln = self.server
        for name, value in body.items():
            if type(value) is not VIDEO_FIELDS.get(name):
                return self.problem(400, "bad-field", name)
        if kiln.refuses:
            return self.problem(400, "clay-not-allowed", kiln.refuses)
        kiln.jobs += 1
        price = int(body.get("seconds", "4")) * (4 if body.get("mood") == "wild" else 3)
        kiln.price = price
        return self.say(202, {"job": {"ref": f"k_{kiln.jobs}", "phase": "waiting", "cost": price,
                                      "poll": f"{kiln.poll_origin}/v2/jobs/k_{kiln.jobs}"
                                              "?t=secret"}})

    def status(self, job, query):
        kiln = self.server
        if query != "t=secret":
            return self.problem(403, "no-entry", "Take the poll address")
        kiln.looks += 1
        phase = kiln.phases[min(kiln.looks, len(kiln.phases)) - 1]
        body = {"ref": job, "phase": phase, "cost": kiln.price, "percent": 40}
        if phase == "done":
            origin = f"http://127.0.0.1:{kiln.server_address[1]}"
            body["files"] = [{"kind": "cover", "href": origin + "/files/cover.png"},
                             {"kind": "clip", "href": origin + "/files/clip.mp4"}]
        if phase == "cracked":
            body.update(reason="too-hot", why="The glaze ran")
        return self.say(200, {"job": body})

    do_GET = do_POST = do_DELETE = answer


class Kiln(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, test, clip=b"", key="kiln-key-1", phases=("firing", "done"),
                 refuses=None, tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.clip, self.key, self.phases, self.refuses = clip, key, phases, refuses
        self.asked = []
        self.jobs = self.looks = self.price = self.keys_elsewhere = self.visits = 0
        self.is_stranger = False
        self.poll_origin = ""
        # With TLS it passes for a public API (the name is known to the preloaded network).
        origin = "http://127.0.0.1" if tls is None else "https://api.test"
        self.base_url = f"{origin}:{self.server_address[1]}/v2"
        threading.Thread(target=self.serve_forever, daemon=True).start()
        test.addCleanup(self.server_close)
        test.addCleanup(self.shutdown)

    def handle_error(self, *_):
        pass
