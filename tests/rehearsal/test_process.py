# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The program as a process: where it says it is, what survives it, when it ends, what it logs."""
import fcntl
import hashlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import unittest

from rehearsal import KEY, PATIENCE, PROGRAM, Server, fetch, main, small_file, temporary_folder


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(what)
        time.sleep(0.02)


class ProcessTest(unittest.TestCase):
    def test_line_and_port_file(self):
        folder = temporary_folder(self)
        server = Server(self, "--media", str(small_file(self)), "--port-file", str(folder / "port"))
        self.assertEqual(json.loads((folder / "port").read_text()), server.line)
        ports = {server.line[name] for name in ("port", "media-port", "canary-port")}
        self.assertEqual(len(ports), 3)
        self.assertEqual(server.line["pid"], server.process.pid)
        self.assertEqual(server.base, f"http://127.0.0.1:{server.line['port']}/vibegen/api/v1")

    def test_only_loopback_is_listened_on(self):
        server = Server(self, "--media", str(small_file(self)))
        sockets = pathlib.Path(f"/proc/{server.process.pid}/net/tcp").read_text()
        for name in ("port", "media-port", "canary-port"):
            self.assertIn(f"0100007F:{server.line[name]:04X} 00000000:0000 0A", sockets)
            self.assertNotIn(f"00000000:{server.line[name]:04X} 00000000:0000 0A", sockets)

    def test_tasks_survive_being_killed(self):
        folder = temporary_folder(self)
        options = ("--folder", str(folder), "--media", str(small_file(self)), "--task-seconds", "1")
        first = Server(self, *options, "--credits", "100", "--fault", "task-fails@1")
        failing = first.created_id()
        failed = first.finished(failing)
        done = first.created_id()
        url = first.finished(done)["video_url"]
        waiting = first.created_id(prompt="one more")
        before = first.request("GET", "/tasks").json()["data"]["tasks"]
        first.kill()
        second = Server(self, *options)
        after = second.request("GET", "/tasks").json()["data"]["tasks"]
        self.assertEqual([task["id"] for task in after], [task["id"] for task in before])
        self.assertEqual(second.task(failing), failed)
        fresh = second.task(done)["video_url"]
        self.assertEqual(fetch(fresh).status, 200)
        self.assertEqual(fetch(url).status, 200)  # what was said before is still true
        self.assertEqual(second.finished(waiting)["status"], "completed")
        self.assertNotEqual(second.created_id(), waiting)

    def test_ports_are_kept_unless_somebody_else_has_them(self):
        folder = temporary_folder(self)
        options = ("--folder", str(folder), "--media", str(small_file(self)))
        ports = ("port", "media-port")
        first = Server(self, *options)
        first.stop(self)
        second = Server(self, *options)
        self.assertEqual([second.line[name] for name in ports], [first.line[name] for name in ports])
        second.kill()
        with socket.create_server(("127.0.0.1", first.line["port"])):
            third = Server(self, *options)
            self.assertNotEqual(third.line["port"], first.line["port"])
            self.assertEqual(third.line["media-port"], first.line["media-port"])
            self.assertEqual(third.task(third.created_id())["status"], "pending")

    def test_a_broken_task_file_is_named(self):
        folder = temporary_folder(self)
        (folder / "tasks").mkdir()
        (folder / "tasks" / "x.json").write_text("{")
        done = subprocess.run([PROGRAM, "--folder", str(folder)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{folder}/tasks/x.json' is broken; remove it.", done.stderr)

    def test_one_server_uses_a_folder_and_others_may_share_it(self):
        folder = temporary_folder(self)
        options = ("--folder", str(folder), "--media", str(small_file(self)))
        server = Server(self, *options)
        second = subprocess.run([PROGRAM, *options], capture_output=True, text=True)
        self.assertEqual((second.returncode, second.stdout), (1, ""))
        self.assertIn("Another server already uses", second.stderr)
        shared = subprocess.run([PROGRAM, *options, "--share"], capture_output=True, text=True)
        self.assertEqual((shared.returncode, json.loads(shared.stdout)), (0, server.line))
        server.kill()
        own = Server(self, *options, "--share")
        self.assertNotEqual(own.line["pid"], server.line["pid"])

    def test_many_starts_at_once_share_one_server(self):
        folder = temporary_folder(self)
        options = ("--folder", str(folder), "--media", str(small_file(self)), "--share")
        servers = [Server(self, *options) for _ in range(4)]
        self.assertEqual(len({server.line["pid"] for server in servers}), 1)

    def test_ends_when_nobody_asks(self):
        server = Server(self, "--media", str(small_file(self)), "--idle-exit", "1")
        for _ in range(4):
            time.sleep(0.4)
            self.assertEqual(server.request("GET", "/tasks").status, 200)
        self.assertEqual(server.process.wait(timeout=PATIENCE), 0)

    def test_ends_with_its_parent(self):
        parent = subprocess.Popen(
            [sys.executable, "-c",
             "import subprocess, sys, time\n"
             "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)\n"
             "print(child.stdout.readline(), flush=True)\n"
             "time.sleep(600)",
             PROGRAM, "--exit-with-parent", "--media", str(small_file(self))],
            stdout=subprocess.PIPE, text=True)
        line = json.loads(parent.stdout.readline())
        parent.kill()
        parent.communicate()

        def is_gone():
            try:
                state = pathlib.Path(f"/proc/{line['pid']}/stat").read_text()
            except FileNotFoundError:
                return True
            return state.rsplit(")", 1)[1].split()[0] == "Z"  # nobody may be there to reap it

        wait_until(is_gone, "the server outlived its parent")

    def test_ends_when_the_last_of_its_users_has_gone(self):
        folder = temporary_folder(self)
        users = [open(folder / "users", "w", encoding="ascii") for _ in range(2)]
        for user in users:
            fcntl.flock(user, fcntl.LOCK_SH)
        server = Server(self, "--folder", str(folder), "--media", str(small_file(self)),
                        "--exit-when-unused")
        users[0].close()
        time.sleep(2)  # longer than it lingers
        self.assertEqual(server.request("GET", "/tasks").status, 200)
        users[1].close()
        self.assertEqual(server.process.wait(timeout=PATIENCE), 0)
        self.assertFalse((folder / "server.json").exists())

    def test_temporary_folder_is_removed(self):
        scratch = temporary_folder(self)
        environment = {**os.environ, "TMPDIR": str(scratch)}
        server = subprocess.Popen([PROGRAM, "--media", str(small_file(self))],
                                  stdout=subprocess.PIPE, text=True, env=environment)
        server.stdout.readline()
        self.assertEqual(len(list(scratch.iterdir())), 1)
        server.terminate()
        server.communicate(timeout=PATIENCE)
        self.assertEqual((server.returncode, list(scratch.iterdir())), (0, []))

    def test_log_tells_all_but_secrets(self):
        folder = temporary_folder(self)
        log = folder / "log.jsonl"
        server = Server(self, "--media", str(small_file(self)), "--task-seconds", "0", "--log",
                        str(log), "--fault", "submit-500@2")
        task_id = server.created_id()
        server.create()
        url = server.finished(task_id)["video_url"]
        fetch(url, headers={"Range": "bytes=0-9"})
        server.request("POST", "/generations", b"{not json")
        server.request("GET", "/tasks?limit=1", key=None)
        text = log.read_text()
        self.assertNotIn(KEY, text)
        self.assertNotIn(url.split("signature=")[1], text)
        lines = [json.loads(line) for line in text.splitlines()]
        submits = [line for line in lines if line["method"] == "POST"]
        self.assertEqual([line["status"] for line in submits], [201, 500, 400])
        self.assertEqual([line["faults"] for line in submits], [[], ["submit-500"], []])
        self.assertEqual(submits[0]["body"]["model"], "seedance 2.0")
        self.assertEqual(submits[0]["origin"], "api")
        self.assertEqual(submits[0]["path"], "/vibegen/api/v1/generations")
        self.assertIn("Authorization", submits[0]["headers"])
        self.assertEqual(submits[0]["authorization"],
                         {"present": True, "sha256": hashlib.sha256(KEY.encode()).hexdigest()[:8]})
        media = [line for line in lines if line["origin"] == "media"]
        self.assertEqual([(line["status"], line["Range"]) for line in media], [(206, "bytes=0-9")])
        self.assertFalse(media[0]["authorization"]["present"])
        unauthorized = lines[-1]
        self.assertEqual((unauthorized["status"], unauthorized["query"]), (401, {"limit": "1"}))
        self.assertAlmostEqual(lines[0]["time"], time.time(), delta=PATIENCE)

    def test_wrong_command_lines_are_refused(self):
        for options, message in ((("--port", "70000"), "A port is a number from 0 to 65535."),
                                 (("--share",), "--share needs --folder"),
                                 (("--media", "/nonexistent"), "there is no file '/nonexistent'"),
                                 (("--render-only", "x.mp4"), "--render-only needs a prompt"),
                                 (("--nonsense",), "Unknown option --nonsense; see --help."),
                                 (("a", "fox"), "'a fox' is not understood; see --help.")):
            done = subprocess.run([PROGRAM, *options], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (1, ""), options)
            self.assertIn(message, done.stderr)

    def test_missing_encoder_names_its_package(self):
        folder = temporary_folder(self)
        environment = {**os.environ, "GST_PLUGIN_SYSTEM_PATH_1_0": str(folder),
                       "GST_PLUGIN_PATH_1_0": "", "GST_REGISTRY_1_0": str(folder / "registry")}
        done = subprocess.run([PROGRAM], capture_output=True, text=True, env=environment)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("install the Debian package gstreamer1.0-plugins-good", done.stderr)

    def test_https(self):
        certificate = temporary_folder(self) / "server.pem"
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(certificate),
             "-out", str(certificate) + ".crt"], capture_output=True, text=True)
        if made.returncode != 0:
            self.skipTest("openssl is not installed")
        with certificate.open("a") as whole:
            whole.write(pathlib.Path(str(certificate) + ".crt").read_text())
        server = Server(self, "--media", str(small_file(self)), "--tls", str(certificate),
                        "--fault", "media-redirect-http")
        self.assertTrue(server.base.startswith("https://127.0.0.1:"))
        import ssl
        import urllib.request
        context = ssl.create_default_context(cafile=str(certificate) + ".crt")
        request = urllib.request.Request(server.base + "/tasks",
                                         headers={"Authorization": f"Bearer {KEY}"})
        for _ in range(2):
            with urllib.request.urlopen(request, context=context) as reply:
                self.assertEqual(json.load(reply)["data"]["tasks"], [])


if __name__ == "__main__":
    main()
