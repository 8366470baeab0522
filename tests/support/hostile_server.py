#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""An HTTP/1.1 server that misbehaves on request, for tests of clients.

Raw sockets, standard library only. The first path segment names the scenario (see SCENARIOS); the
query gives its parameters. Binds port 0 everywhere and prints one JSON line when ready:
{"port": N, "ports": {...}, "ca_file": "..."}. With --log FILE every connection and every request is
appended to FILE as a JSON line, before it is answered. Ends when its standard input is closed.
"""
import argparse
import gzip
import json
import os
import select
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True  # nothing is left beside the sources
import test_certificates

MAX_CONNECTIONS = 200  # a server that dies of EMFILE would make every later test pass
PATIENCE = 30.0        # how long a hanging scenario hangs, at most


class Log:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8") if path else None
        self.lock = threading.Lock()

    def write(self, **entry):
        if self.file:
            with self.lock:
                self.file.write(json.dumps(entry) + "\n")
                self.file.flush()


class Request:
    def __init__(self, head, body, connection):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = (lines[0].split(" ") + ["", ""])[:3]
        self.path, _, self.query_text = self.target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(self.query_text))
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            value = value.strip()
            self.headers[name] = self.headers[name] + ", " + value if name in self.headers else value
        self.body = body
        self.connection = connection

    def number(self, name, default):
        return int(self.query.get(name, default))


class Peer:
    """One connection. Scenarios write raw bytes through it."""

    def __init__(self, sock, listener, number, server):
        self.sock, self.listener, self.number, self.server = sock, listener, number, server
        self.buffer = b""

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.buffer += data
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        while len(self.buffer) < length:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.buffer += data
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Request(head, body, self.number)

    def send(self, data):
        self.sock.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))

    def reply(self, status=200, body=b"", headers=(), length=True):
        if isinstance(body, str):
            body = body.encode()
        head = f"HTTP/1.1 {status} Said\r\n"
        for name, value in headers:
            head += f"{name}: {value}\r\n"
        if length:
            head += f"Content-Length: {len(body)}\r\n"
        self.send(head.encode("latin-1") + b"\r\n" + body)

    def wait_until_gone(self, limit=PATIENCE):
        """Hangs until the other side closes."""
        until = time.monotonic() + limit
        while time.monotonic() < until:
            readable, _, _ = select.select([self.sock], [], [], 0.25)
            if readable and not self.sock.recv(65536):
                return

    def repeat(self, data, pause=0.0, limit=PATIENCE):
        """Sends the same for ever, until the other side closes."""
        until = time.monotonic() + limit
        while time.monotonic() < until:
            self.send(data)
            if pause:
                readable, _, _ = select.select([self.sock], [], [], pause)
                if readable and not self.sock.recv(65536):
                    return

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


# Scenarios: a function per first path segment. True: the connection is kept for another request.

def ok(peer, request):
    peer.reply(200, request.query.get("body", "fine"), [("Content-Type", "text/plain")])
    return True


def echo(peer, request):
    peer.reply(200, json.dumps({"method": request.method, "headers": request.headers,
                                "body": request.body.decode("utf-8", "replace")}))
    return True


def status(peer, request):
    code = request.number("code", 200)
    headers = [("Retry-After", request.query["retry-after"])] if "retry-after" in request.query else []
    peer.reply(code, "" if code in (204, 304) else f"status {code}", headers, code != 204)
    return True


def bytes_of(peer, request):
    """size bytes, at most rate bytes per second if given."""
    size, rate = request.number("size", 1000), request.number("rate", 0)
    peer.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n")
    block = 65536 if not rate else max(1, rate // 20)
    sent = 0
    while sent < size:
        peer.send(b"x" * min(block, size - sent))
        sent += block
        if rate:
            time.sleep(0.05)
    return True


def late(peer, request):
    time.sleep(request.number("ms", 100) / 1000)
    return ok(peer, request)


def redirect(peer, request):
    """to=URL; the body of the redirect never ends with endless=1."""
    code = request.number("code", 302)
    headers = [("Location", request.query["to"])] if "to" in request.query else []
    if request.query.get("endless"):
        peer.send(f"HTTP/1.1 {code} Moved\r\nLocation: {request.query['to']}\r\n\r\n")
        peer.repeat(b"x" * 1000, 0.01)
        return False
    peer.reply(code, "moved", headers)
    return True


def late_redirect(peer, request):
    time.sleep(request.number("ms", 100) / 1000)
    return redirect(peer, request)


def turn(peer, _request):
    """A redirect to itself."""
    peer.reply(302, "moved", [("Location", "/turn")])
    return True


def hops(peer, request):
    """/hops/N redirects N times, the last answers."""
    left = int(request.path.rsplit("/", 1)[1])
    if left == 0:
        return ok(peer, request)
    peer.reply(302, "moved", [("Location", f"/hops/{left - 1}")])
    return True


def digest(peer, _request):
    peer.reply(401, "who?", [("WWW-Authenticate", 'Digest realm="x", nonce="n", domain="http:/x"')])
    return True


def basic(peer, _request):
    peer.reply(401, "who?", [("WWW-Authenticate", 'Basic realm="x"')])
    return True


def raw_headers(peer, request):
    """h=NAME: VALUE, several; sent as they are, then the body 'hello'."""
    head = "HTTP/1.1 %s Said\r\n" % request.query.get("code", "200")
    for name, value in urllib.parse.parse_qsl(request.query_text):
        if name == "h":
            head += value + "\r\n"
    peer.send(head.encode("latin-1") + b"\r\n" + request.query.get("body", "hello").encode())
    return False


def gzip_bomb(peer, request):
    times = int(request.query.get("times", "3"))
    body = b"\0" * int(request.query.get("size", "10000000"))
    for _ in range(times):
        body = gzip.compress(body)
    if "damaged" in request.query:
        body = body[:10] + b"\xff" * (len(body) - 10)
    if "cut" in request.query:
        body = body[:-9]
    peer.reply(200, body, [("Content-Encoding", ", ".join(["gzip"] * times))])
    return True


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = {
    "good": b"5\r\nhello\r\n0\r\n\r\n",
    "cut-at-boundary": b"5\r\nhello\r\n",
    "cut-inside": b"a\r\nhello",
    "bad-size": b"ZZZ\r\nhello\r\n0\r\n\r\n",
    "overflow": b"FFFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
    "extension": b"5;" + b"x" * 1000 + b"\r\nhello\r\n0\r\n\r\n",
}


def chunked(peer, request):
    peer.send(CHUNKED + CHUNKS[request.query["kind"]])
    return request.query["kind"] == "good"


def endless_chunks(peer, _request):
    peer.send(CHUNKED)
    peer.repeat(b"400\r\n" + b"x" * 0x400 + b"\r\n")


def endless_body(peer, request):
    peer.send("HTTP/1.1 200 OK\r\n\r\n")
    peer.repeat(b"x" * 4096, request.number("pause", 0) / 1000)


def endless_informational(peer, request):
    peer.repeat(b"HTTP/1.1 %d Wait\r\n\r\n" % request.number("code", 100), 0.001)


def endless_headers(peer, _request):
    peer.send("HTTP/1.1 200 OK\r\n")
    peer.repeat(b"X-Filler: " + b"x" * 1000 + b"\r\n", 0.0005)


def big_header(peer, request):
    peer.reply(200, "fine", [("X-Big", "x" * request.number("size", 200_000))])


def drip_head(peer, _request):
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + b"X-Filler: y\r\n" * 100:
        peer.send(bytes([byte]))
        time.sleep(0.2)


def drip_body(peer, request):
    """A byte now and then."""
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    peer.repeat(b"x", request.number("pause", 200) / 1000)


def stall(peer, request):
    """Half of the body, then nothing."""
    size = request.number("size", 1000)
    peer.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n" + "x" * (size // 2))
    peer.wait_until_gone()


def hang(peer, _request):
    peer.wait_until_gone()


def cut(peer, request):
    """Half of the announced body, then the end: fin or rst."""
    size = request.number("size", 1000)
    peer.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n" + "x" * (size // 2))
    if request.query.get("how") == "rst":
        time.sleep(0.05)
        peer.reset()


def close(_peer, _request):
    """The request is read and not answered."""


def reset(peer, _request):
    peer.reset()


def garbage(peer, _request):
    peer.send(b"\x16\x03\x01 this is not HTTP\r\n\r\n")


def early_reply(peer, _request):
    """Answers and closes at once (the client may have kept the connection)."""
    peer.reply(200, "bye")


def once(peer, request):
    """Answers, keeps the connection for a moment, then drops the next request unanswered."""
    peer.reply(200, "first")
    request = peer.read_request()
    if request:
        peer.server.log_request(peer, request)


def switching(peer, _request):
    peer.send("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
    peer.wait_until_gone()


SCENARIOS = {
    "ok": ok, "echo": echo, "status": status, "bytes": bytes_of, "late": late, "redirect": redirect,
    "late-redirect": late_redirect, "turn": turn, "hops": hops, "digest": digest, "basic": basic, "raw-headers": raw_headers,
    "gzip-bomb": gzip_bomb, "chunked": chunked, "endless-chunks": endless_chunks,
    "endless-body": endless_body, "endless-1xx": endless_informational,
    "endless-headers": endless_headers, "big-header": big_header, "drip-head": drip_head,
    "drip-body": drip_body, "stall": stall, "hang": hang, "cut": cut, "close": close, "reset": reset,
    "garbage": garbage, "early-reply": early_reply, "once": once, "switching": switching,
}


class Server:
    def __init__(self, log):
        self.log = log
        self.places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self.count = 0
        self.lock = threading.Lock()
        self.ports = {}
        self.kept = []  # sockets that must stay open unused

    def log_request(self, peer, request):
        alpn = peer.sock.selected_alpn_protocol() if isinstance(peer.sock, ssl.SSLSocket) else None
        self.log.write(event="request", listener=peer.listener, connection=peer.number,
                       method=request.method, path=request.path, query=request.query_text,
                       headers=request.headers, body_length=len(request.body), alpn=alpn)

    def converse(self, peer):
        while True:
            request = peer.read_request()
            if request is None:
                return
            self.log_request(peer, request)
            if request.method == "CONNECT":
                return self.tunnel(peer)
            if request.target.startswith("http://"):  # to us as a proxy
                peer.reply(200, "from the proxy")
                continue
            scenario = SCENARIOS.get(request.path.split("/")[1])
            if scenario is None:
                peer.reply(404, "no such scenario")
            elif not scenario(peer, request):
                return

    def tunnel(self, peer):
        """As a proxy: whatever was asked for, it leads to the good TLS listener."""
        with socket.create_connection(("127.0.0.1", self.ports["tls-good"])) as inner:
            peer.send("HTTP/1.1 200 Connected\r\n\r\n")
            both = {peer.sock: inner, inner: peer.sock}
            while True:
                readable, _, _ = select.select(list(both), [], [], PATIENCE)
                for sock in readable:
                    data = sock.recv(65536)
                    if not data:
                        return
                    both[sock].sendall(data)
                if not readable:
                    return

    def handle(self, sock, listener, number, context):
        try:
            with sock:
                sock.settimeout(PATIENCE)
                if listener == "close":
                    return
                peer = Peer(sock, listener, number, self)
                if listener == "reset":
                    return peer.reset()
                if listener == "silent":
                    return peer.wait_until_gone()
                if context:
                    with context.wrap_socket(sock, server_side=True) as secured:
                        self.converse(Peer(secured, listener, number, self))
                else:
                    self.converse(peer)
        except (OSError, ValueError):
            pass  # the other side went away, as it often should
        finally:
            self.places.release()

    def listen(self, listener, context=None):
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen(128)
        self.ports[listener] = sock.getsockname()[1]

        def accept():
            while True:
                client, _ = sock.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.places.acquire()
                with self.lock:
                    self.count += 1
                    number = self.count
                self.log.write(event="connection", listener=listener, connection=number)
                threading.Thread(target=self.handle, args=(client, listener, number, context),
                                 daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    def listen_black_hole(self):
        """Takes no connection: the queue is full, so SYNs are dropped."""
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        self.ports["black-hole"] = sock.getsockname()[1]
        self.kept.append(sock)
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(sock.getsockname())
            self.kept.append(filler)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--log", help="append connections and requests to this file as JSON lines")
    parser.add_argument("--tls", action="store_true", help="listen with TLS, too")
    arguments = parser.parse_args()
    server = Server(Log(arguments.log))
    ready = {}
    for listener in ("http", "other", "close", "reset", "silent"):
        server.listen(listener)
    server.listen_black_hole()
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        if arguments.tls:
            ready["ca_file"] = test_certificates.make(folder)
            for kind in test_certificates.KINDS:
                server.listen("tls-" + kind, test_certificates.server_context(folder, kind))
            server.listen("tls-h2", test_certificates.server_context(folder, "good", ["h2"]))
        ready.update(port=server.ports["http"], ports=server.ports)
        print(json.dumps(ready), flush=True)
        # Whoever started us holds the other end: no server outlives its test.
        while os.read(sys.stdin.fileno(), 4096):
            pass
    os._exit(0)


if __name__ == "__main__":
    main()
