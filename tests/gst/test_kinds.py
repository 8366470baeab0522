# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""What `filesrc ! decodebin` plays on this machine plays here: the same streams, frames and samples
from promptdecodebin, and the file's own bytes from promptsrc, for all of made_kinds.py."""
import collections
import concurrent.futures
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import fake_api
import harness
import player
from harness import check
from made_kinds import KINDS, MAY_BE_LEFT_OUT, PICTURES

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

PATIENCE = 60 * harness.SLOWNESS * Gst.SECOND
AT_LEAST = 60
FIELDS = ("format", "width", "height", "rate", "channels")


class Missing(Exception):
    """GStreamer itself cannot do it here."""


def wait_for_end(pipeline):
    """None at the end of the stream, else the error's text."""
    message = pipeline.get_bus().timed_pop_filtered(
        PATIENCE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    if message is None:
        return "no end"
    if message.type == Gst.MessageType.ERROR:
        error, debug = message.parse_error()
        return f"{error.message} ({debug})"
    return None


def parse(line):
    try:
        return Gst.parse_launch(line)
    except gi.repository.GLib.Error as error:
        raise Missing(error.message) from None


def encode(line, each=False):
    pipeline = parse(line + " ! appsink name=s sync=false")
    sink = pipeline.get_by_name("s")
    pipeline.set_state(Gst.State.PLAYING)
    parts = []
    while sample := sink.emit("try-pull-sample", PATIENCE):
        buffer = sample.get_buffer()
        parts.append(buffer.extract_dup(0, buffer.get_size()))
    is_whole = sink.get_property("eos")
    pipeline.set_state(Gst.State.NULL)
    if not is_whole:
        raise Missing(f"{line} gives nothing")
    return parts if each else b"".join(parts)


def make(case, name, how):
    path = case.path(name)
    if callable(how):
        content = how(encode)
        with open(path, "wb") as file:
            file.write(content)
        return path
    pipeline = parse(how + f" ! filesink location={path}")
    pipeline.set_state(Gst.State.PLAYING)
    error = wait_for_end(pipeline)
    pipeline.set_state(Gst.State.NULL)
    if error is not None:
        raise Missing(error)
    return path


class Pads:
    """Streams of a decoder, each with what came out of it."""

    def __init__(self, decoder):
        self.streams = []
        if isinstance(decoder, Gst.Pipeline):
            self.pipeline = decoder
            decoder = decoder.get_by_name("d")
        else:
            self.pipeline = Gst.Pipeline()
            self.pipeline.add(decoder)
        decoder.connect("pad-added", self.on_pad_added)

    def on_pad_added(self, _decoder, pad):
        stream = {"caps": None, "buffers": 0, "bytes": 0}
        self.streams.append(stream)
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        target = sink.get_static_pad("sink")
        target.add_probe(Gst.PadProbeType.BUFFER, self.on_buffer, stream)
        pad.link(target)

    @staticmethod
    def on_buffer(pad, info, stream):
        stream["buffers"] += 1
        stream["bytes"] += info.get_buffer().get_size()
        if stream["caps"] is None:
            structure = pad.get_current_caps().get_structure(0)
            stream["caps"] = (structure.get_name(), *(structure.get_value(field)
                                                      for field in FIELDS))
        return Gst.PadProbeReturn.OK

    def play(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        error = wait_for_end(self.pipeline)
        self.pipeline.set_state(Gst.State.NULL)
        return error

    def found(self, frames=None):
        """Per stream its caps and how much came; of pictures the frames, of sound the bytes."""
        counted = []
        for stream in self.streams:
            if stream["caps"] is None:
                counted.append((None, 0))
            elif stream["caps"][0] == "audio/x-raw":
                counted.append((stream["caps"], stream["bytes"]))
            else:
                counted.append((stream["caps"], stream["buffers"] if frames is None else frames))
        return collections.Counter(counted)


def element(factory, **properties):
    made = Gst.ElementFactory.make(factory)
    for name, value in properties.items():
        made.set_property(name.replace("_", "-"), value)
    return made


def decodebin(path):
    """What GStreamer itself plays of a file, where it does: aiffparse wants to be pushed to, and a short
    GIF a second trailer (1.22; the bin knows)."""
    front = "queue ! " if path.endswith(".aiff") else ""
    if path.endswith(".gif"):
        longer = path + ".longer"
        with open(path, "rb") as file, open(longer, "wb") as copy:
            copy.write(file.read() + b";")
        path = longer
    return Gst.parse_launch(f"filesrc location={path} ! {front}decodebin name=d")


class Api(fake_api.FakeApi):
    """The clip of a task is the file that its prompt names."""

    def __init__(self, case):
        super().__init__(case)
        self.case = case
        self.prompts = {}

    def document_submit(self, body):
        status, reply = super().document_submit(body)
        self.prompts[reply["data"]["id"]] = harness.json.loads(body)["prompt"]
        return status, reply

    def reply_to(self, method, target, body):
        status, content, headers = super().reply_to(method, target, body)
        if target.startswith("/media/"):
            name = self.prompts[target.rsplit("/", 1)[1].split(".")[0]]
            with open(self.case.path(name), "rb") as file:
                content = file.read()
        return status, content, headers


def provide(case, base_url):
    """VibeGen's description under three names, whose model makes pictures and sound, too."""
    env = player.quick_provider(case, base_url)
    with open(case.path("providers/quickgen.json"), encoding="utf-8") as file:
        text = file.read()
    for name, medium in (("quickstill", "image"), ("quicktune", "audio")):
        other = text.replace("quickgen", name).replace("QUICKGEN", name.upper())
        check('"media": "video"' in other, "VibeGen's description names no medium")
        with open(case.path(f"providers/{name}.json"), "w", encoding="utf-8") as file:
            file.write(other.replace('"media": "video"', f'"media": "{medium}"'))
    os.environ.update({name: value for name, value in env.items()
                       if name.startswith(("GST_PROMPT", "XDG_", "HOME"))})


def play_one(case, api, name, medium, how):
    path = make(case, name, how)
    by_itself = Pads(decodebin(path))
    error = by_itself.play()
    if error is not None or not by_itself.streams:
        raise Missing(f"decodebin: {error}")
    settings = {"provider": {"video": "quickgen", "image": "quickstill",
                             "audio": "quicktune"}[medium],
                "prompt": name, "base_url": api.base_url, "api_key": harness.KEY, "duration": 5}

    ours = Pads(element("promptdecodebin", **settings))
    error = ours.play()
    check(error is None, f"{name} by promptdecodebin: {error}")
    # A still lasts for its duration, at 24 frames a second.
    expected = by_itself.found(frames=120 if medium == "image" else None)
    if name.startswith("alpha-") and Gst.version()[:2] > (1, 22):
        # alphacombine of 1.26 mostly loses the last picture at the end of the stream, and not always:
        # all of them is right, too.
        whole = collections.Counter({(caps, PICTURES): 1 for caps, _ in expected})
        check(ours.found() in (expected, whole), f"{name}: {ours.found()} instead of {expected}")
    else:
        check(ours.found() == expected, f"{name}: {ours.found()} instead of {expected}")

    copy = case.path(name + ".copy")
    source = element("promptsrc", **settings)
    sink = element("filesink", location=copy)
    pipeline = Gst.Pipeline()
    pipeline.add(source)
    pipeline.add(sink)
    source.link(sink)
    pipeline.set_state(Gst.State.PLAYING)
    error = wait_for_end(pipeline)
    pipeline.set_state(Gst.State.NULL)
    check(error is None, f"{name} by promptsrc: {error}")
    with open(path, "rb") as file, open(copy, "rb") as other:
        check(file.read() == other.read(), f"{name}: promptsrc gives other bytes")


def every_kind(case):
    api = Api(case)
    provide(case, api.base_url)
    Gst.init(None)
    if Gst.ElementFactory.find("avenc_aac") is None:
        raise harness.Skipped("gstreamer1.0-libav is not installed")
    played, left_out, failed = 0, {}, []
    # Mostly they wait for each other's servers and threads.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        plays = {pool.submit(play_one, case, api, *kind): kind[0] for kind in KINDS}
        for play, name in plays.items():
            try:
                play.result()
                played += 1
            except Missing as reason:
                left_out[name] = str(reason)
            except harness.Failed as reason:
                failed.append(str(reason))
    for name, reason in left_out.items():
        print(f"left out: {name}: {reason[:300]}")
    check(not failed, "\n".join(failed))
    # What other versions make of the lines above is theirs, but for the number.
    unknown = set(left_out) - set(MAY_BE_LEFT_OUT)
    check(not unknown or Gst.version()[:2] != (1, 22), f"left out without a reason in MAY_BE_LEFT_OUT: {sorted(unknown)}")
    check(played >= AT_LEAST, f"{played} kinds of at least {AT_LEAST}")
    check(api.counts["submit"] == played, f"{api.counts['submit']} submits for {played} kinds")
    print(f"{played} of {len(KINDS)} kinds played like decodebin")


TESTS = [every_kind]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
