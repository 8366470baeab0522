# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A server and one provider's way of being asked."""
import time
import unittest

from rehearsal import KEY, PATIENCE, Server, small_file


class ServiceTest(unittest.TestCase):
    provider = None
    scheme = "Bearer"

    def start(self, *options):
        self.server = Server(self, "--task-seconds", "0", "--media", str(small_file(self)), *options)
        self.base = self.server.line["base-urls"][self.provider]
        self.origin = self.base[:self.base.index("/", 8)]

    def ask(self, method, path, body=None, key=KEY, content_type=None):
        headers = {} if key is None else {"Authorization": f"{self.scheme} {key}"}
        if content_type:
            headers["Content-Type"] = content_type
        url = path if path.startswith("http") else self.base + path
        return self.server.request(method, "", body, key=None, headers=headers, base=url)

    def until(self, path, is_over):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            reply = self.ask("GET", path)
            if is_over(reply.json()):
                return reply
            time.sleep(0.02)
        raise AssertionError(f"still {reply.body}")

    def assert_refused(self, path, good, changes, status):
        for change in changes:
            reply = self.ask("POST", path, {**good, **change})
            self.assertEqual(reply.status, status, (change, reply.body))
        self.assertEqual(self.server.stats()["providers"][self.provider]["created"], 0)
