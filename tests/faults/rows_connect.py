# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Rows 1 to 20: names, connections, TLS, proxies, the network itself."""
import json
import os
import shutil
import struct
import subprocess
import sys

from rows import FAKE_NETWORK, FAKE_SYSTEM, Row, asked, expect, never_armed, preload
import fake_api
import harness
import test_certificates
from harness import check

HTTP_ALLOWED = {"GST_PROMPT_ALLOW_HTTP": "1"}


class Hostile:
    """tests/support/hostile_server.py with TLS."""

    def __init__(self, case):
        self.log = case.path("hostile.log")
        script = os.path.join(os.path.dirname(test_certificates.__file__), "hostile_server.py")
        self.process = subprocess.Popen([sys.executable, script, "--tls", "--log", self.log],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        facts = json.loads(self.process.stdout.readline())
        self.ports = facts["ports"]
        self.ca_file = facts["ca_file"]
        case.closers.append(self.stop)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def entries(self):
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def requests(self):
        return [entry for entry in self.entries() if entry["event"] == "request"]

    def connections(self, listener):
        return [entry for entry in self.entries()
                if entry["event"] == "connection" and entry["listener"] == listener]


def certificate_of(case, kind="good"):
    """The CA's file and a PEM with certificate and key for --tls."""
    folder = case.path("certificates")
    os.mkdir(folder)
    ca_file = test_certificates.make(folder)
    pem = case.path("server.pem")
    with open(pem, "wb") as joined:
        for suffix in (".crt", ".key"):
            with open(os.path.join(folder, kind + suffix), "rb") as part:
                shutil.copyfileobj(part, joined)
    return ca_file, pem


def refused_for_good(base, says, env=None, ends=("network", "settings")):
    """An error without an end of tries: the first one ends it, and nothing was armed."""
    def scenario(case):
        run = case.open(base, env=env)
        check(run.error in ends, str(run.last))
        for piece in says:
            check(piece in run.message, f"{piece!r} is not in: {run.message}")
        never_armed(case)
    return scenario


def hostile(listener, says, env=None, scheme="https"):
    def scenario(case):
        server = Hostile(case)
        more = {"GST_PROMPT_CA_FILE": server.ca_file, **(env(case) if env else {})}
        refused_for_good(f"{scheme}://127.0.0.1:{server.ports[listener]}/api", says, more)(case)
        check(server.connections(listener), "the fault did not strike")
        check(not server.requests(), "a request was sent")
    return scenario


def tried_again(base_of, says, env=None):
    """The first try fails after its deadline of 10 s and another is planned; nothing has left."""
    def scenario(case):
        run = case.start(base_of(case), env={**HTTP_ALLOWED, **(env or {})})
        event = run.wait_for(lambda event: "trying again" in event["text"], "the second try")
        check(says in event["text"], event["text"])
        never_armed(case)
        run.kill()
    return scenario


def thrice(case):
    server = case.server()
    run = case.open(server.base_url.replace("127.0.0.1", "thrice.test"),
                    env={**HTTP_ALLOWED, **preload(FAKE_SYSTEM)})
    expect(run, server)
    tries = [event for event in run.events if "trying again" in event["text"]]
    check(len(tries) == 3, f"it was not tried three times in vain: {len(tries)}")


def private_results(*urls):
    """An API elsewhere (so it seems) that names results on private addresses."""
    def scenario(case):
        ca_file, pem = certificate_of(case)
        server = case.server("--tls", pem)
        base = server.base_url.replace("127.0.0.1", "api.test")
        env = {"GST_PROMPT_CA_FILE": ca_file, **preload(FAKE_SYSTEM, FAKE_NETWORK)}
        for take, url in enumerate(urls, 1):
            place = url.replace("MEDIA", str(server.media_port))
            server.set_faults("status-url:" + place)
            run = case.open(base, f"take={take}", env=env)
            check("private" in run.message or "is no" in run.message, f"{url}: {run.tail()}")
        check(asked(server) == (len(urls), len(urls)), str(asked(server)))
        media = server.stats()["media"]
        check(media["connections"] == 0, f"the private address was connected to: {media}")
    return scenario


def dead_ipv6(case):
    """localhost is ::1 and 127.0.0.1; the server is on the second only."""
    server = case.server()
    expect(case.open(server.base_url.replace("127.0.0.1", "localhost")), server)


def refused_then_there(case):
    server = case.server()
    late = fake_api.Relay(case, server.port)
    run = case.start(server.base_url.replace(str(server.port), str(late.port)))
    event = run.wait_for(lambda event: "trying again" in event["text"], "the second try")
    check("refuses connections" in event["text"], event["text"])
    never_armed(case)
    late.open()
    expect(run.wait(), server)


def reset_before_tls(case):
    ca_file, pem = certificate_of(case)
    server = case.server("--tls", pem)
    relay = fake_api.Relay(case, server.port, lambda number: number <= 2).open()
    run = case.open(server.base_url.replace(str(server.port), str(relay.port)),
                    env={"GST_PROMPT_CA_FILE": ca_file})
    expect(run, server)
    check(relay.broken == 2, "the fault did not strike")


def clock_in_1970(case):
    with open(case.path("clock"), "wb") as file:
        file.write(struct.pack("q", -50 * 365 * 86400))
    return {"FAKE_CLOCK": case.path("clock"), **preload(FAKE_SYSTEM)}


def openssl_server(*options):
    """A TLS server that refuses the handshake for a reason of its own."""
    def scenario(case):
        folder = case.path("certificates")
        os.mkdir(folder)
        ca_file = test_certificates.make(folder)
        process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "good.crt", "-key",
             "good.key", *options], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        case.closers.append(process.kill)
        lines = []
        while not lines or not lines[-1].startswith("ACCEPT"):
            lines.append(process.stdout.readline())
            check(lines[-1], "openssl did not start: " + "".join(lines))
        base = "https://" + lines[-1].split()[1] + "/api"
        refused_for_good(base, ["TLS"], {"GST_PROMPT_CA_FILE": ca_file})(case)
        process.kill()
        shown = process.stdout.read()
        process.stdout.close()
        process.stdin.close()
        process.wait()
        check("POST" not in shown, "it was spoken to: " + shown[-800:])
    return scenario


def plain_text_on_the_tls_port(case):
    def handle(connection, _):
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    plain = fake_api.Listener(case, handle).open()
    refused_for_good(f"https://127.0.0.1:{plain.port}/api", ["TLS"])(case)
    check(plain.count >= 1, "the fault did not strike")


def without_glib_networking(case):
    server = Hostile(case)
    refused_for_good(f"https://127.0.0.1:{server.ports['tls-good']}/api", ["TLS"],
                     {"GIO_MODULE_DIR": "/nonexistent"}, ends=("settings",))(case)
    check(not server.connections("tls-good"), "it was connected to")


def through_a_proxy(case):
    """The key is inside TLS only; plain http through a proxy would show it, so it is refused."""
    server = Hostile(case)
    proxy = f"http://127.0.0.1:{server.ports['http']}"
    env = {"https_proxy": proxy, "http_proxy": proxy, "GST_PROMPT_CA_FILE": server.ca_file,
           **preload(FAKE_NETWORK), **HTTP_ALLOWED}
    run = case.open("https://api.test:443/api", env=env)
    check(run.error == "not_found", str(run.last))  # the hostile server knows no such path
    connects = [entry for entry in server.requests() if entry["method"] == "CONNECT"]
    posts = [entry for entry in server.requests() if entry["method"] == "POST"]
    check(connects and len(posts) == 1, str(server.requests()))
    check(harness.KEY not in json.dumps(connects), "the proxy was shown the key")
    check(harness.KEY in posts[0]["headers"]["authorization"], "the API was not shown the key")
    run = case.open("http://api.test:80/api", "take=2", env=env)
    check(run.error == "settings" and "proxy" in run.message, str(run.last))
    check(len([entry for entry in server.requests() if entry["method"] == "POST"]) == 1,
          "plain http went through the proxy")


def proxy_that_refuses(reply, *words):
    """The error names the proxy, and shows no password for it. None: nobody listens there."""
    def scenario(case):
        def handle(connection, _):
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

        proxy = fake_api.Listener(case, handle)
        if reply is not None:
            proxy.open()
        run = case.start("https://api.test:443/api", env={
            "https_proxy": f"http://user:hunter2@127.0.0.1:{proxy.port}", **preload(FAKE_NETWORK)})
        event = run.wait_for(lambda event: "trying again" in event["text"] or event.get("error"),
                             "the end")
        said = event.get("message") or event["text"]
        for word in (f"proxy 127.0.0.1:{proxy.port}", "api.test:443", "no_proxy", *words):
            check(word in said, said)
        check("hunter2" not in run.tail(), run.tail())
        check(proxy.count >= 1 or reply is None, "the fault did not strike")
        never_armed(case)
        run.kill()
    return scenario


def unknown_proxy(case):
    run = case.start("https://api.test:443/api", env={
        "https_proxy": "http://nobody.test:3128", **preload(FAKE_NETWORK)})
    event = run.wait_for(lambda event: "trying again" in event["text"] or event.get("error"),
                         "the end")
    check("the proxy nobody.test:3128" in event["text"] and "not known" in event["text"],
          event["text"])
    never_armed(case)
    run.kill()


def interface_down(case):
    """In a network of its own, whose one interface goes down while the task runs."""
    made = subprocess.run(["unshare", "--user", "--map-root-user", "--net", "true"],
                          stderr=subprocess.DEVNULL, check=False)
    if made.returncode != 0:
        raise harness.Skipped("no network namespaces here")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "interface_down.py")
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--net", sys.executable, script],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    check(done.returncode == 0, done.stdout[-1500:])
    del case


def everything_reset_for_a_while(case):
    """The same seen from here: every connection breaks, then all is well."""
    server = case.server(task_seconds=2)
    relay = fake_api.Relay(case, server.port).open()
    run = case.start(server.base_url.replace(str(server.port), str(relay.port)))
    run.wait_for_state("queued")
    relay.break_all()
    case.wait_until(lambda: relay.broken >= 2, "two polls in vain")
    relay.cut = False
    expect(run.wait(), server)


ROWS = [
    Row(1, "the name does not exist", "nowhere.test", "a network error, never armed, no submit",
        [refused_for_good("https://nowhere.test/api", ["nowhere.test"], preload(FAKE_NETWORK))]),
    Row(2, "the name server fails three times", "preloaded getaddrinfo", "ready, one submit",
        [thrice]),
    Row(3, "the name server hangs", "preloaded getaddrinfo that sleeps 20 s",
        "10 s end the try, another is planned, never armed",
        [tried_again(lambda case: "http://hang.test:80/api", "within 10 s",
                     preload(FAKE_NETWORK))]),
    Row(4, "the CDN's name leads to a private address", "preloaded getaddrinfo, TLS stand-in",
        "refused, the address is not connected to, the paid task is kept",
        [private_results("https://metadata.test/latest", "https://api.test:MEDIA/videos/x-1.mp4")]),
    Row(5, "IPv6 dead, IPv4 alive", "localhost, a server on 127.0.0.1", "ready", [dead_ipv6]),
    Row(6, "connection refused, later accepted", "a bound port that listens later",
        "tried again, one submit", [refused_then_there]),
    Row(7, "SYNs are dropped", "a full listen queue", "10 s end the try, never armed",
        [tried_again(lambda case: f"http://127.0.0.1:{Hostile(case).ports['black-hole']}/api",
                     "within 10 s")]),
    Row(8, "reset before TLS", "a relay before a TLS stand-in", "tried again, one submit",
        [reset_before_tls]),
    Row(9, "TLS never answers", "a listener that reads and is silent", "10 s end the try",
        [tried_again(lambda case: f"https://127.0.0.1:{Hostile(case).ports['silent']}/api",
                     "within 10 s")]),
    Row(10, "plain text on the TLS port", "a listener that says 400", "an error, never armed",
        [plain_text_on_the_tls_port]),
    Row(11, "unknown authority", "self-signed certificate", "an error that says so, no retry",
        [hostile("tls-self-signed", ["not accepted", "Nothing was sent"])]),
    Row(12, "another host's certificate", "wrong name", "an error that says so, no retry",
        [hostile("tls-wrong-name", ["not accepted", "Nothing was sent"])]),
    Row(13, "expired certificate", "certificate of yesterday", "an error that mentions the clock",
        [hostile("tls-expired", ["not accepted", "clock"])]),
    Row(14, "this machine's clock is in 1970", "preloaded clock", "an error that mentions the clock",
        [hostile("tls-good", ["not accepted", "clock"], clock_in_1970)]),
    Row(15, "TLS 1.0 only", "openssl s_server", "an error, never armed",
        [openssl_server("-tls1", "-cipher", "ALL:@SECLEVEL=0")]),
    Row(16, "ALPN offers h2 only", "openssl s_server", "an error, never armed",
        [openssl_server("-alpn", "h2")]),
    Row(17, "glib-networking is not installed", "GIO_MODULE_DIR", "a settings error at once",
        [without_glib_networking]),
    Row(18, "a proxy in the environment", "CONNECT to the hostile server",
        "the key is never in CONNECT; http with a key is refused", [through_a_proxy]),
    Row(19, "the proxy asks for a password, drops, is not there", "a listener",
        "an error that names the proxy, never armed",
        [proxy_that_refuses(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", "407"),
         proxy_that_refuses(b"HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n"),
         proxy_that_refuses(b""), proxy_that_refuses(None, "refuses connections"),
         unknown_proxy]),
    Row(20, "the network goes away", "ip link set lo down in a namespace; a relay that resets all",
        "polling goes on when it is back, one submit",
        [everything_reset_for_a_while, interface_down]),
]
