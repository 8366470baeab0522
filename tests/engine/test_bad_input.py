# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Bad input: a clear error that says what, where and what to do; nothing is submitted.

Each row names what is wrong, the settings, and the pieces that the message must have.
"""
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

# name, arguments, error kind, what the message says
ROWS = [
    ("empty_prompt", ["prompt="], "settings", ["prompt"]),
    ("blank_prompt", ["prompt=  \t "], "settings", ["prompt"]),
    ("long_prompt", ["prompt=" + "x" * 2001], "settings", ["2001 characters", "at most 2000"]),
    ("long_chinese_prompt", ["prompt=" + "狐" * 2001], "settings",
     ["2001 characters", "at most 2000"]),
    ("prompt_that_is_no_utf8", [b"prompt=fox \xff\xfe"], "settings", ["prompt", "not valid UTF-8"]),
    ("unknown_provider", ["provider=vibegan"], "settings",
     ['"vibegan"', "does not exist", "vibegen", "rehearsal"]),
    ("unknown_model", ["model=seedance 9"], "settings", ['"seedance 9"', "seedance 2.0"]),
    ("duration_7", ["duration=7"], "settings", ["duration", "7", "5", "10"]),
    ("resolution_4k", ["resolution=4k"], "settings", ["resolution", '"4k"', "480p", "1080p"]),
    ("local_image", ["image=/tmp/fox.png"], "settings", ["/tmp/fox.png", "takes only URLs"]),
    ("image_as_file_uri", ["image=file:///tmp/fox.png"], "settings",
     ["file:///tmp/fox.png", "URL"]),
    ("image_with_another_scheme", ["image=ftp://example.org/fox.png"], "settings",
     ["ftp://example.org/fox.png"]),
    ("callback_that_is_no_url", ["callback-url=nowhere"], "settings",
     ["callback-url", "nowhere"]),
    ("price_above_the_cap", ["max-credits=14"], "settings", ["15 credits", "max-credits=14"]),
]


def row_test(name, arguments, kind, pieces):
    def test(case):
        server = case.server()
        run = case.open(server, *arguments)
        check(run.error == kind, f"expected {kind}, got {run.last}")
        for piece in pieces:
            check(piece in run.message, f"{piece!r} is not in: {run.message}")
        check(server.count("submits") == 0, "it was submitted")
        check(not any(row["armed_at"] for row in case.rows()), "a row was armed")
    test.__name__ = name
    return test


def boundaries(case):
    """What is just within the limits goes through: 2,000 characters, also Chinese; the exact price."""
    server = case.server()
    for words in (["prompt=" + "x" * 2000], ["prompt=" + "狐" * 2000], ["max-credits=15"],
                  ["prompt=quotes \" \\ and\nlines 🦊"]):
        run = case.open(server, *words)
        check(run.is_ready, run.tail())
    check(server.count("submits") == 4 and server.count("created") == 4, str(server.stats()))


def no_key(case):
    server = case.server()
    run = case.open(server, key=None)
    check(run.error == "not_authorized", str(run.last))
    for piece in ("VIBEGEN_API_KEY", "GST_PROMPT_API_KEY_FILE", "provider=rehearsal"):
        check(piece in run.message, f"{piece} is not in: {run.message}")
    check(server.count("requests") == 0 and not case.rows(), "something was done")


def key_with_control_characters(case):
    server = case.server()
    for key in ("sk-video-a\x01b", "sk-video-a\nX: y", "sk-video-a b", "sk-video-ä"):
        run = case.open(server, key=key)
        check(run.error == "settings" and "VIBEGEN_API_KEY" in run.message, str(run.last))
        check(key not in run.message, "the key is shown")
    check(server.count("requests") == 0, "something was sent")


def key_file(case):
    """One trailing newline is stripped; what is left must be the key alone."""
    server = case.server("--key", harness.KEY)
    path = case.path("key")
    variable = {"GST_PROMPT_API_KEY_FILE": path}

    def with_content(content, *arguments):
        with open(path, "wb") as file:
            file.write(content)
        return case.open(server, *arguments, key=None, env=variable)

    good = harness.KEY.encode()
    check(with_content(good + b"\n").is_ready, "a trailing newline is not stripped")
    check(with_content(good + b"\r\n", "take=2").is_ready, "a trailing CR LF is not stripped")
    for content in (good + b"\n\n", b"a\nb\n", b"", b"\n", b"x" * 5000, b"\xff\xfe\0"):
        run = with_content(content, "take=3")
        check(run.error == "settings" and path in run.message, str(run.last))
    os.unlink(path)
    run = case.open(server, "take=3", key=None, env=variable)
    check(run.error == "settings" and path in run.message, str(run.last))
    check(server.count("submits") == 2, "a bad key was used")


def credentials_folder(case):
    server = case.server("--key", harness.KEY)
    with open(case.path("vibegen-api-key"), "w", encoding="ascii") as file:
        file.write(harness.KEY + "\n")
    run = case.open(server, key="sk-video-not-this-one", env={"CREDENTIALS_DIRECTORY": case.folder})
    check(run.is_ready, run.tail())


def key_of_another_form_gets_a_hint(case):
    server = case.server("--key", "sk-video-somebody-else")
    run = case.open(server, key="sk-other-123456")
    check(run.error == "not_authorized" and run.last["status"] == 401, str(run.last))
    check("begin with 'sk-video-'" in run.message, run.message)
    check("sk-other-123456" not in b"".join(run.lines + run.errors).decode(), "the key is shown")
    run = case.open(server)
    check(run.error == "not_authorized" and "sk-video-'" not in run.message, run.message)
    check(server.count("created") == 0, "it was made")


def malformed_base_urls(case):
    for text, pieces in ((["base-url=not a url"], ["base-url", "not a url"]),
                         (["base-url=ftp://127.0.0.1/x"], ["base-url", "ftp:"]),
                         (["base-url=http://"], ["base-url"]),
                         (["base-url=https://user:secret@127.0.0.1/api"], ["base-url"]),
                         (["base-url=http://127.0.0.1:99999/"], ["base-url"]),
                         (["base-url=http://127.0.0.1/?key=1"], ["base-url"])):
        run = case.open(None, *text)
        check(run.error == "settings", str(run.last))
        for piece in pieces:
            check(piece in run.message, f"{piece!r} is not in: {run.message}")
        check("secret" not in run.message, run.message)
    run = case.open("gopher://127.0.0.1/")
    check(run.error == "settings" and "VIBEGEN_BASE_URL" in run.message, str(run.last))
    check(not case.rows(), "a job was begun")


def plain_http(case):
    for host in ("api.example.org", "127.0.0.1.example.org", "10.0.0.1", "0.0.0.0"):
        run = case.open(f"http://{host}/api")
        check(run.error == "settings", str(run.last))
        check(host in run.message and "GST_PROMPT_ALLOW_HTTP=1" in run.message, run.message)
    check(not case.rows(), "a job was begun")


def corrupt_ledger(case):
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    path = os.path.join(case.library, "ledger.db")
    with open(path, "rb") as file:
        good = file.read()
    page = bytearray(good)
    page[100:4000] = b"\xa5" * 3900
    for content, what in ((b"not a database at all" * 50, "foreign"), (bytes(page), "damaged"),
                          (b"", "empty"), (good[:5000], "cut"), (os.urandom(8192), "random")):
        for suffix in ("-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.unlink(path + suffix)
        with open(path, "wb") as file:
            file.write(content)
        run = case.open(server, "take=2")
        check(run.error == "storage" and path in run.message, f"{what}: {run.last}")
        with open(path, "rb") as file:
            check(file.read() == content, f"{what}: it was overwritten")
    check(server.count("submits") == 1, "it was submitted without a ledger")


def newer_ledger(case):
    server = case.server()
    check(case.open(server).is_ready, "the first run failed")
    case.execute("PRAGMA user_version = 9999")
    run = case.open(server, "take=2")
    check(run.error == "storage" and "newer" in run.message, str(run.last))
    check(server.count("submits") == 1, "it was submitted")


def other_programs_database(case):
    server = case.server()
    os.makedirs(case.library)
    database = sqlite3.connect(os.path.join(case.library, "ledger.db"))
    database.execute("CREATE TABLE jobs (a)")
    database.close()
    run = case.open(server)
    check(run.error == "storage" and "another program" in run.message, str(run.last))
    check(server.count("submits") == 0, "it was submitted")


def library_that_cannot_be_used(case):
    """A file in its place, a folder of somebody else's making, a path that cannot be made."""
    server = case.server()
    with open(case.path("file"), "w", encoding="ascii") as file:
        file.write("x")
    os.mkdir(case.path("public"))
    os.chmod(case.path("public"), 0o777)
    os.mkdir(case.path("taken"))
    os.mkdir(case.path("taken/ledger.db"))
    for folder in ("/proc/nowhere", case.path("file"), case.path("file/below"),
                   case.path("public"), case.path("taken")):
        run = case.open(server, "library=" + folder)
        check(run.error in ("storage", "no_space"), f"{folder}: {run.last}")
        check(folder in run.message, f"{folder} is not in: {run.message}")
    check(server.count("submits") == 0, "it was submitted")


def read_only_library(case):
    """As another user, for whom the modes count."""
    server = case.server()
    os.chmod(case.folder, 0o755)
    for name in ("closed", "unreadable"):
        os.mkdir(case.path(name))
    with open(case.path("unreadable/ledger.db"), "wb") as file:
        file.write(b"SQLite format 3\0" + bytes(4080))
    os.chmod(case.path("unreadable/ledger.db"), 0)
    os.chmod(case.path("closed"), 0o555)
    wrapper = []
    if os.geteuid() == 0:
        for name in ("unreadable", "unreadable/ledger.db"):
            os.chown(case.path(name), 65534, 65534)
        wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        reachable = subprocess.run(wrapper + ["test", "-x", harness.HEADLESS], check=False)
        if reachable.returncode != 0:
            raise harness.Skipped("another user cannot reach what was built")
    for name in ("closed", "unreadable"):
        run = case.open(server, "library=" + case.path(name), wrapper=wrapper)
        check(run.error == "storage" and case.path(name) in run.message, f"{name}: {run.last}")
    check(server.count("submits") == 0, "it was submitted")


def bad_operator_settings(case):
    server = case.server()
    for name, value in (("GST_PROMPT_ON_AMBIGUOUS", "always"), ("GST_PROMPT_DAILY_CREDITS", "many"),
                        ("GST_PROMPT_SETTLING_SECONDS", "-1"), ("GST_PROMPT_MAX_BYTES", "1x")):
        run = case.open(server, env={name: value})
        check(run.error == "settings" and name in run.message and value in run.message,
              str(run.last))
    check(server.count("requests") == 0, "something was sent")


def daily_credits(case):
    server = case.server()
    limit = {"GST_PROMPT_DAILY_CREDITS": "40"}
    check(case.open(server, env=limit).is_ready, "15 of 40 were refused")
    check(case.open(server, "take=2", env=limit).is_ready, "30 of 40 were refused")
    run = case.open(server, "take=3", env=limit)
    check(run.error == "settings" and "GST_PROMPT_DAILY_CREDITS" in run.message, str(run.last))
    check("30" in run.message and "15" in run.message and "40" in run.message, run.message)
    check(server.count("submits") == 2, "it was submitted")


TESTS = [row_test(*row) for row in ROWS] + [
    boundaries, no_key, key_with_control_characters, key_file, credentials_folder,
    key_of_another_form_gets_a_hint, malformed_base_urls, plain_http, corrupt_ledger, newer_ledger,
    other_programs_database, library_that_cannot_be_used, read_only_library, bad_operator_settings,
    daily_credits,
]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
