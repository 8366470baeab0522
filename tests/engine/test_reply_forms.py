# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Replies as services, stores and proxies really send them: codings that code nothing, compression
that nobody asked for, two ways to say a length, statuses beside 200, addresses with blanks, results
within the reply, redirects to the same page, a key that is asked to be quiet."""
import base64
import gzip
import json
import os
import sqlite3
import sys
import urllib.parse
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
from harness import check


def head(status, headers, reason="Whatever"):
    lines = [f"HTTP/1.1 {status} {reason}"] + [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunked(body):
    half = len(body) // 2
    pieces = [piece for piece in (body[:half], body[half:]) if piece]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def plain(body, status=200, headers=(), kind="application/json"):
    return head(status, [("Content-Type", kind), *headers, ("Content-Length", len(body))]) + body


def both_lengths(body, status=200, kind="application/json"):
    """A length that is a lie beside the chunks, as proxies leave it."""
    return head(status, [("Content-Type", kind), ("Content-Length", len(body) + 7),
                         ("Transfer-Encoding", "chunked")]) + chunked(body)


def coded(body, coding, packed, status=200, kind="application/json"):
    return plain(packed(body), status, [("Content-Encoding", coding)], kind)


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


class Service(fake_api.Listener):
    """VibeGen's API and its media, byte by byte: `forms` has, by kind of request, what makes the bytes
    of a reply of its body. Connections are kept, whatever is sent over them."""

    def __init__(self, case, **forms):
        super().__init__(case, self.talk)
        self.open()
        self.clip = harness.make_mp4(50_000)
        self.forms = forms
        self.url = None  # of the result, instead of the usual one
        self.asked = []  # (connection, kind, target, headers)
        self.origin = f"http://127.0.0.1:{self.port}"
        self.base_url = self.origin + "/api/v1"

    def talk(self, connection, number):
        stream = connection.makefile("rb")
        while line := stream.readline():
            method, target, _ = line.decode().split(" ")
            headers = {}
            while (line := stream.readline().strip()):
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            stream.read(int(headers.get("content-length", 0)))
            kind = "media" if "/media/" in target else "submit" if method == "POST" else "status"
            self.asked.append((number, kind, target, headers))
            connection.sendall(self.reply(kind, target))

    def reply(self, kind, target):
        form = self.forms.get(kind)
        if kind == "media":
            return (form or (lambda body: plain(body, kind="video/mp4")))(self.clip)
        task = {"id": "task-1", "status": "pending" if kind == "submit" else "completed",
                "model": "seedance 2.0", "task_type": "text_to_video", "prompt": harness.PROMPT,
                "created_at": fake_api.now_text()}
        if kind == "status":
            task["video_url"] = self.url or self.origin + "/media/a.mp4"
        body = json.dumps({"success": True, "data": task}).encode()
        if form is None:
            return plain(body, 201 if kind == "submit" else 200)
        return form(body, target) if form.__code__.co_argcount == 2 else form(body)

    def seen(self, kind):
        return sum(1 for _, other, _, _ in self.asked if other == kind)


def succeeds(case, what="", take=1, env=None, url=None, **forms):
    service = Service(case, **forms)
    service.url = url
    run = case.open(service.base_url, f"take={take}", env=env)
    check(run.is_ready, f"{what}: {run.tail()}")
    check(run.clip() == service.clip or url, f"{what}: another clip")
    check(service.seen("submit") == 1, f"{what}: {service.asked}")
    return service, run


def is_refused(case, kind, what="", take=1, env=None, url=None, **forms):
    """An error, and the paid task is kept."""
    service = Service(case, **forms)
    service.url = url
    run = case.open(service.base_url, f"take={take}", "timeout=4", env=env)
    check(not run.is_ready and run.error == kind, f"{what}: {run.tail()}")
    check(case.rows()[-1]["task_id"] == "task-1", f"{what}: {case.rows()}")
    return service, run


def codings_that_code_nothing(case):
    for take, coding in enumerate(("aws-chunked", "none", "utf-8", "Identity", "aws-chunked, identity",
                                   "binary", ""), 1):
        succeeds(case, coding, take, media=lambda body, coding=coding: plain(
            body, headers=[("Content-Encoding", coding)], kind="video/mp4"))
    succeeds(case, "replies", 20, **{kind: lambda body: plain(
        body, headers=[("Content-Encoding", "utf-8")]) for kind in ("submit", "status")})


def compressed_replies(case):
    for take, (coding, packed) in enumerate((
            ("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress),
            ("deflate", raw_deflate), ("utf-8, GZIP", gzip.compress)), 1):
        form = lambda body, coding=coding, packed=packed: coded(body, coding, packed)
        succeeds(case, coding, take, submit=form, status=form,
                 media=lambda body, coding=coding, packed=packed: coded(body, coding, packed,
                                                                        kind="video/mp4"))


def compression_that_nobody_can_read(case):
    """It says which, and the task is kept."""
    for take, coding in enumerate(("br", "zstd", "compress", "gzip, gzip"), 1):
        service, run = is_refused(case, "malformed", coding, take, media=lambda body, coding=coding: plain(
            body, headers=[("Content-Encoding", coding)], kind="video/mp4"))
        check(coding.split(",")[0] in run.message, run.message)
        service.forms.clear()
        run = case.open(service.base_url, f"take={take}")
        check(run.is_ready and service.seen("submit") == 1, run.tail())


def compressed_and_cut(case):
    """The clip is fetched again, and is whole then."""
    service = Service(case)

    def media(body):
        if service.seen("media") > 2:
            return coded(body, "gzip", gzip.compress, kind="video/mp4")
        packed = gzip.compress(body)[:-2000]
        return head(200, [("Content-Type", "video/mp4"), ("Content-Encoding", "gzip"),
                          ("ETag", '"one"'), ("Transfer-Encoding", "chunked")]) + chunked(packed)

    service.forms["media"] = media
    run = case.open(service.base_url)
    check(run.is_ready and run.clip() == service.clip, run.tail())
    check(service.seen("media") == 3, str(service.asked))


def bombs(case):
    bomb = coded(bytes(50_000_000), "gzip", gzip.compress)
    _, run = is_refused(case, "deadline", "status", 1, status=lambda _body: bomb)
    check("bytes allowed" in run.message, run.message)
    _, run = is_refused(case, "too_large", "media", 2, env={"GST_PROMPT_MAX_BYTES": "1000000"},
                        media=lambda body: coded(body + bytes(9_000_000), "gzip", gzip.compress,
                                                 kind="video/mp4"))


def chunks_beside_a_length(case):
    """The chunks count, and nothing else is sent over the same connection."""
    service, _ = succeeds(case, submit=both_lengths, status=both_lengths,
                          media=lambda body: both_lengths(body, kind="video/mp4"))
    connections = [number for number, _, _, _ in service.asked]
    check(len(connections) == len(set(connections)), str(connections))


def one_length_said_twice(case):
    def twice(body, kind="application/json"):
        return plain(body, headers=[("Content-Length", len(body))], kind=kind)

    def listed(body, kind="application/json"):
        return head(200, [("Content-Type", kind),
                          ("Content-Length", f"{len(body)}, {len(body)}")]) + body

    for take, form in enumerate((twice, listed), 1):
        succeeds(case, form.__name__, take, submit=form, status=form,
                 media=lambda body, form=form: form(body, "video/mp4"))
    is_refused(case, "deadline", "two lengths", 9, status=lambda body: plain(
        body, headers=[("Content-Length", len(body) + 1)]))


def statuses_beside_200(case):
    succeeds(case, "203", 1, submit=lambda body: plain(body, 203), status=lambda body: plain(body, 203),
             media=lambda body: plain(body, 203, kind="video/mp4"))
    for take, total in ((2, "50000"), (3, "*")):
        succeeds(case, "206", take, media=lambda body, total=total: plain(
            body, 206, [("Content-Range", f"bytes 0-{len(body) - 1}/{total}")], "video/mp4"))


def first_part_only(case):
    """A 206 that nobody asked for and that is not the whole: what is missing is fetched."""
    service = Service(case)

    def media(body):
        asked = service.asked[-1][3].get("range", "")
        first, last = (int(asked[6:].partition("-")[0]), 49_999) if asked else (0, 19_999)
        return plain(body[first:last + 1], 206,
                     [("Content-Range", f"bytes {first}-{last}/50000"), ("ETag", '"one"')],
                     "video/mp4")

    service.forms["media"] = media
    run = case.open(service.base_url)
    check(run.is_ready and run.clip() == service.clip, run.tail())


def addresses_with_blanks(case):
    service = Service(case)
    for take, written in enumerate(("\t{}/media/a.mp4\r\n", " {}/media/100% cotton.mp4 ",
                                    "{}/media/%zz.mp4?sig=a%2Bb%", " /media/b.mp4\n"), 1):
        service.url = written.format(service.origin)
        run = case.open(service.base_url, f"take={take}")
        check(run.is_ready and run.clip() == service.clip, f"{written!r}: {run.tail()}")
    targets = [target for _, kind, target, _ in service.asked if kind == "media"]
    check(targets == ["/media/a.mp4", "/media/100%25%20cotton.mp4", "/media/%25zz.mp4?sig=a%2Bb%25",
                      "/media/b.mp4"], str(targets))


def results_within_the_reply(case):
    clip = harness.make_mp4(50_000)
    text = base64.b64encode(clip).decode()
    for take, url in enumerate((
            "data:video/mp4;base64," + text, "DATA:video/mp4;codecs=avc1;BASE64," + text,
            "data:;base64," + text.rstrip("="), "data:application/octet-stream;base64,"
            + urllib.parse.quote(text, safe=""), "data:video/mp4," + urllib.parse.quote_from_bytes(clip),
            " data:video/mp4;base64,\n" + text + "\n",
            "data:video/mp4;base64," + base64.urlsafe_b64encode(clip).decode()), 1):
        service, run = succeeds(case, url[:40], take, url=url)
        check(run.clip() == clip and service.seen("media") == 0, f"{url[:40]}: {run.tail()}")
    # They stand in the library once, and not in the ledger, too.
    longest, = sqlite3.connect(os.path.join(case.library, "ledger.db")).execute(
        "SELECT max(length(media_url)) FROM results").fetchone()
    check(longest < 200, f"an address of {longest} bytes")
    # Played again, without anybody.
    run = case.open(service.base_url, "take=7")
    check(run.is_ready and run.last["from_library"], run.tail())


def results_within_the_reply_that_are_none(case):
    text = base64.b64encode(harness.make_mp4(50_000)).decode()
    small = {"GST_PROMPT_MAX_BYTES": "1000"}
    for take, (kind, url, env) in enumerate((
            ("malformed", "data:text/html;base64," + text, None),
            ("malformed", "data:video/mp4;base64,!" + text, None),
            ("malformed", "data:video/mp4;base64", None),
            ("wrong_media", "data:video/mp4;base64," + base64.b64encode(b"<html>" * 99).decode(), None),
            ("too_large", "data:video/mp4;base64," + text, small)), 1):
        service, run = is_refused(case, kind, url[:40], take, env=env, url=url)
        check(service.seen("media") == 0 and text[:80] not in run.message, run.tail())


def status_page_with_a_slash(case):
    """It is asked for where it is, with the key; a submit is not, and no other page."""
    service = Service(case)

    def status(body, target):
        path, _, query = target.partition("?")
        if path.endswith("/"):
            return plain(body)
        where = path + "/" + ("?" + query if query else "")
        if service.seen("status") > 1:
            where = service.origin + where
        return plain(b"moved", 301, [("Location", where)], "text/plain")

    service.forms["status"] = status
    run = case.open(service.base_url)
    check(run.is_ready and run.clip() == service.clip, run.tail())
    check(all("authorization" in headers for _, kind, _, headers in service.asked
              if kind == "status"), "without the key")

    other = Service(case)
    for take, (kind, where) in enumerate((("status", other.origin + "/api/v1/tasks/task-1/"),
                                          ("status", "/login"), ("submit", "/api/v1/generations/"),
                                          ("status", "")), 1):
        service = Service(case, **{kind: lambda body, where=where: plain(
            body, 308, [("Location", where)])})
        run = case.open(service.base_url, f"take={take + 10}", "timeout=4")
        check(not run.is_ready and not other.asked, f"{kind}, {where}: {run.tail()}")
        check(all(target != "/login" for _, _, target, _ in service.asked), str(service.asked))
        check(service.seen("submit") == 1, str(service.asked))


def slashes_without_end(case):
    service = Service(case)
    service.forms["status"] = lambda body, target: plain(
        b"", 307, [("Location", target.rstrip("/") if target.endswith("/") else target + "/")])
    run = case.open(service.base_url, "timeout=4")
    check(not run.is_ready and service.seen("status") <= 24, f"{len(service.asked)}: {run.tail()}")


if __name__ == "__main__":
    harness.run_suite([
        codings_that_code_nothing, compressed_replies, compression_that_nobody_can_read,
        compressed_and_cut, bombs, chunks_beside_a_length, one_length_said_twice,
        statuses_beside_200, first_part_only, addresses_with_blanks, results_within_the_reply,
        results_within_the_reply_that_are_none, status_page_with_a_slash, slashes_without_end])
