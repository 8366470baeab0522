#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A media server for tests of downloads: the files of a folder, over HTTP/1.1, with faults on request.

GET /CASE/FILE?option=value. CASE is any name; attempts are counted per case. Options that are lists
("a,b,c") give one value per attempt, the last one for all further attempts; an empty value is the
default.

  status=503,        the status of an attempt instead of the file
  file=a.mp4,b.mp4   the file of an attempt, instead of FILE
  etag=strong|weak|none|KEY    strong is made of the content; KEY is sent as "KEY"
  age=SECONDS        Last-Modified so long before Date; without it there is none
  ranges=yes|no|unsaid|start|total|version   no: ignored; unsaid: honoured, not announced; the
                     others: 206 with a wrong start, total or ETag
  length=yes|chunked|none|more|less|empty   how the length is announced; more and less lie by 1000
  cut=BYTES,         the connection is cut after so many bytes of the body
  stall=BYTES,       nothing more comes after so many bytes of the body
  rate=BYTES         a second, over all connections of the case; rtt=MS before each reply
  hold=N             the body's second half waits until N replies of the case have ended
  hops=N             so many redirects first; to=HOST: the first leads to that host name
  retry_after=TEXT   sent with every status of the list

GET /-/sent/CASE answers how many bytes of bodies of the case were written to sockets, when all its
replies have ended. Prints {"port": N} when ready; with --log FILE each request is logged there as a
JSON line before it is answered. Ends when its standard input is closed.
"""
import argparse
import email.utils
import hashlib
import http.server
import json
import os
import socket
import sys
import threading
import time
import urllib.parse

CHUNK = 16 * 1024
PATIENCE = 20.0  # how long a stall lasts, at most


class Case:
    def __init__(self):
        self.changed = threading.Condition()
        self.attempts = 0
        self.running = 0
        self.ended = 0
        self.sent = 0
        self.free_at = 0.0  # when the line can take the next bytes


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder, log):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.log = open(log, "a", encoding="utf-8") if log else None
        self.lock = threading.Lock()
        self.cases = {}

    def note(self, handler):
        path, _, query = handler.path.partition("?")
        if self.log:
            with self.lock:
                headers = {name.lower(): value for name, value in handler.headers.items()}
                self.log.write(json.dumps({"event": "request", "method": handler.command,
                                           "path": path, "query": query,
                                           "headers": headers}) + "\n")
                self.log.flush()

    def case(self, name):
        with self.lock:
            return self.cases.setdefault(name, Case())

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what is tested


class Cut(Exception):
    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "media/1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.server.note(self)
        url = urllib.parse.urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        if parts[:2] == ["-", "sent"]:
            return self.answer_sent(self.server.case(parts[2]))
        options = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        case = self.server.case(parts[0])
        with case.changed:
            case.running += 1
        try:
            if self.redirect(options, parts, url):
                return
            with case.changed:
                attempt = case.attempts
                case.attempts += 1
            self.answer(case, attempt, parts[-1], options)
        except Cut:
            self.close_connection = True
            # Not an orderly end of a body without a length: the client shall see the same either way.
            self.connection.shutdown(socket.SHUT_RDWR)
        finally:
            with case.changed:
                case.running -= 1
                case.ended += 1
                case.changed.notify_all()

    def answer_sent(self, case):
        with case.changed:
            case.changed.wait_for(lambda: case.running == 0, PATIENCE)
            body = str(case.sent).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, options, parts, url):
        hops = int(options.get("hops", "0"))
        if hops == 0:
            return False
        host = options.pop("to", None) or self.headers["Host"].split(":")[0]
        options["hops"] = str(hops - 1)
        target = "http://%s:%d/%s?%s" % (host, self.server.server_port, "/".join(parts),
                                         urllib.parse.urlencode(options))
        self.send_response(302)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    @staticmethod
    def of_attempt(options, name, attempt):
        values = options.get(name, "").split(",")
        return values[min(attempt, len(values) - 1)]

    def answer(self, case, attempt, name, options):
        time.sleep(int(options.get("rtt", "0")) / 1000)
        status = self.of_attempt(options, "status", attempt)
        if status:
            body = b"<!DOCTYPE html><title>Error</title>"
            self.send_response(int(status))
            if "retry_after" in options:
                self.send_header("Retry-After", options["retry_after"])
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.send(case, body, options, attempt)
            return
        name = self.of_attempt(options, "file", attempt) or name
        with open(os.path.join(self.server.folder, os.path.basename(name)), "rb") as file:
            content = file.read()

        etag = self.etag(content, options.get("etag", "strong"))
        ranges = options.get("ranges", "yes")
        part = self.asked_part(len(content), etag, ranges)
        first, last = part or (0, len(content) - 1)
        body = content[first:last + 1]
        if part and first >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", "bytes */%d" % len(content))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if part else 200)
        if part:
            start = first + 1 if ranges == "start" else first
            total = len(content) + 1 if ranges == "total" else len(content)
            end = last + 1 if ranges in ("start", "total") else last
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, end, total))
            if ranges == "version":
                etag = '"another"'
        if ranges == "no":
            self.send_header("Accept-Ranges", "none")
        elif ranges != "unsaid":
            self.send_header("Accept-Ranges", "bytes")
        if etag:
            self.send_header("ETag", etag)
        if "age" in options:
            modified = time.time() - int(options["age"])
            # The same in every reply of a case, however long it takes.
            modified = case.__dict__.setdefault("modified", modified)
            self.send_header("Last-Modified", email.utils.formatdate(modified, usegmt=True))
        self.send_header("Content-Type", "video/mp4")
        self.send_body(case, body, options, attempt)

    @staticmethod
    def etag(content, how):
        digest = hashlib.sha256(content).hexdigest()[:16]
        return {"strong": '"%s"' % digest, "weak": 'W/"%s"' % digest, "none": None}.get(
            how, '"%s"' % how)

    def asked_part(self, size, etag, ranges):
        asked = self.headers.get("Range")
        if not asked or ranges == "no":
            return None
        condition = self.headers.get("If-Range")
        if condition and condition.startswith('"') and condition != etag:
            return None
        first, _, last = asked.partition("=")[2].partition("-")
        return int(first), min(int(last), size - 1) if last else size - 1

    def send_body(self, case, body, options, attempt):
        length = options.get("length", "yes")
        if length == "empty":
            body = b""
        announced = len(body) + {"more": 1000, "less": -1000}.get(length, 0)
        if length == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif length == "none":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(announced))
        self.end_headers()
        self.send(case, body, options, attempt, length == "chunked")
        if length in ("none", "more", "less"):
            raise Cut

    def send(self, case, body, options, attempt, chunked=False):
        cut = self.of_attempt(options, "cut", attempt)
        stall = self.of_attempt(options, "stall", attempt)
        end = min([len(body)] + [int(at) for at in (cut, stall) if at])
        rate = int(options.get("rate", "0"))
        at = 0
        while at < end:
            if "hold" in options and at >= end // 2:
                replies = int(options.pop("hold"))
                with case.changed:
                    case.changed.wait_for(lambda: case.ended >= replies, PATIENCE)
            piece = body[at:min(at + CHUNK, end)]
            if rate:
                self.wait_for_line(case, len(piece) / rate)
            data = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
            self.connection.sendall(data)
            at += len(piece)
            with case.changed:
                case.sent += len(piece)
        if stall and end < len(body):
            # Until the client has had enough.
            self.connection.settimeout(PATIENCE)
            try:
                self.connection.recv(1)
            except OSError:
                pass
            raise Cut
        if cut and end < len(body):
            if chunked:
                self.connection.sendall(b"0\r\n\r\n")  # an end like any other
            raise Cut
        if chunked:
            self.connection.sendall(b"0\r\n\r\n")

    @staticmethod
    def wait_for_line(case, seconds):
        with case.changed:
            now = time.monotonic()
            case.free_at = max(case.free_at, now) + seconds
            wait = case.free_at - now
        time.sleep(wait)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--log")
    arguments = parser.parse_args()
    server = Server(arguments.folder, arguments.log)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
