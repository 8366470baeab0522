# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""A server whose faults are exchanged, and which of them have been met."""
import json
import re
import unittest

from rehearsal import KEY, Server, raw_exchange, small_file

BODY = json.dumps({"model": "seedance 2.0", "prompt": "a red fox in the snow"}).encode()
tested = set()


class FaultTest(unittest.TestCase):
    """One server for each class; the faults are exchanged between the tests."""

    renders = False

    @classmethod
    def setUpClass(cls):
        cls.holder = unittest.TestCase()
        cls.clip = small_file(cls.holder)
        cls.content = cls.clip.read_bytes()
        media = () if cls.renders else ("--media", str(cls.clip))
        cls.server = Server(cls.holder, *media, "--task-seconds", "0", "--rate-limit", "0")

    @classmethod
    def tearDownClass(cls):
        cls.holder.doCleanups()

    def setUp(self):
        self.server.set_faults()

    def use(self, *faults):
        tested.update(re.split("[:@%]", fault)[0] for fault in faults)
        reply = self.server.set_faults(*faults)
        self.assertEqual(reply.status, 200, reply.body)

    def created(self):
        return self.server.stats()["providers"]["vibegen"]["created"]

    def submit_raw(self, **options):
        """The bytes that a submit is answered with, how it ended, and how many tasks it made."""
        before = self.created()
        received, how = raw_exchange(
            self.server.base + "/generations", "POST",
            {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}, BODY, **options)
        return received, how, self.created() - before
