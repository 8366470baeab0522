# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Small servers inside a test: VibeGen's API with replies of the test's choice, and connections that
break. For what gst-prompt-rehearsal, which knows its documents, would never say.
"""
import http.server
import json
import socket
import struct
import threading
import time
import urllib.parse

import harness


def now_text(offset_seconds=0):
    moment = time.time() + offset_seconds
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + "Z"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        api = self.server.api
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, content, headers = api.reply_to(self.command, self.path, body)
        if isinstance(content, (dict, list)):
            content = json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # the other side went away, as it may


class FakeApi:
    """Each hook gets the number of the request of its kind, counted from 1, and returns None for the
    documented reply, or (status, body), or (status, body, headers); a body may be bytes."""

    def __init__(self, case, on_submit=None, on_status=None, on_list=None):
        self.clip = harness.make_mp4()
        self.hooks = {"submit": on_submit, "status": on_status, "list": on_list}
        self.counts = {"submit": 0, "status": 0, "list": 0, "media": 0, "other": 0}
        self.tasks = []  # ids, oldest first
        self.prompt = harness.PROMPT
        self.lock = threading.Lock()
        self.httpd = Quiet(("127.0.0.1", 0), Handler)
        self.httpd.api = self
        self.origin = f"http://127.0.0.1:{self.httpd.server_address[1]}"
        self.base_url = self.origin + "/api/v1"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        case.closers.append(self.close)

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()

    def task(self, task_id, status="completed", **more):
        content = {"id": task_id, "status": status, "model": "seedance 2.0",
                   "task_type": "text_to_video", "prompt": self.prompt, "created_at": now_text(),
                   "video_url": self.origin + f"/media/{task_id}.mp4" if status == "completed"
                   else None}
        content.update(more)
        return content

    def listing(self, tasks, total=None, page=1):
        return {"success": True, "data": {"tasks": tasks, "pagination": {
            "page": page, "pageSize": 20, "total": len(tasks) if total is None else total,
            "total_pages": 1}}}

    def kind_of(self, method, path):
        if path.startswith("/media/"):
            return "media"
        if method == "POST" and path == "/api/v1/generations":
            return "submit"
        if path == "/api/v1/tasks":
            return "list"
        return "status" if path.startswith("/api/v1/tasks/") else "other"

    def reply_to(self, method, target, body):
        path, _, query = target.partition("?")
        kind = self.kind_of(method, path)
        with self.lock:
            self.counts[kind] += 1
            number = self.counts[kind]
        if kind == "media":
            return 200, self.clip, {"Content-Type": "video/mp4"}
        if kind == "other":
            return 404, {"error": {"code": "NOT_FOUND", "message": target}}, {}
        argument = {"submit": body, "status": path.rsplit("/", 1)[1],
                    "list": dict(urllib.parse.parse_qsl(query))}[kind]
        hook = self.hooks[kind]
        answer = hook(number, argument) if hook else None
        if answer is None:
            answer = getattr(self, "document_" + kind)(argument)
        status, content, headers = (*answer, {})[:3]
        return status, content, {"Content-Type": "application/json", **headers}

    def document_submit(self, _body):
        task_id = f"task-{len(self.tasks) + 1}"
        self.tasks.append(task_id)
        return 201, {"success": True, "data": self.task(task_id, "pending")}

    def document_status(self, task_id):
        return 200, {"success": True, "data": self.task(task_id)}

    def document_list(self, _query):
        return 200, self.listing([self.task(task_id) for task_id in reversed(self.tasks)])


def reset(sock):
    """The peer sees ECONNRESET."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Listener:
    """A port that nobody listens on until open() is called; then each connection goes to `handle`
    with its number, counted from 1."""

    def __init__(self, case, handle=None):
        self.handle = handle
        self.count = 0
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        case.closers.append(self.close)

    def open(self):
        self.sock.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def accept(self):
        while True:
            try:
                connection, _ = self.sock.accept()
            except OSError:
                return
            self.count += 1
            threading.Thread(target=self.serve, args=(connection, self.count), daemon=True).start()

    def serve(self, connection, number):
        try:
            self.handle(connection, number)
        except OSError:
            pass

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


def pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    for sock in (source, target):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Relay(Listener):
    """Hands connections on to `port`; those that `breaks(number)` names are reset instead. While it
    is `cut`, everything is."""

    def __init__(self, case, port, breaks=lambda number: False):
        super().__init__(case, self.relay)
        self.target = port
        self.breaks = breaks
        self.cut = False
        self.broken = 0
        self.connections = []

    def relay(self, connection, number):
        if self.cut or self.breaks(number):
            self.broken += 1
            reset(connection)
            return
        onward = socket.create_connection(("127.0.0.1", self.target))
        self.connections += [connection, onward]
        threading.Thread(target=pump, args=(onward, connection), daemon=True).start()
        pump(connection, onward)

    def break_all(self):
        self.cut = True
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)  # wakes those who read; close() would not
            except OSError:
                pass
