# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""GST_DEBUG=prompt*:5 tells the story of a run: the job, each exchange, each retry and each state are
rebuilt from the log alone, and are what the stand-in counted. No query and no key is in it."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import harness
from harness import check

# 0:00:00.4 4242 0x55 DEBUG  prompthttp http/client.cpp:79:log_exchange:<job bd4f3875> R1 POST ...
LINE = re.compile(r"^\d+:\d\d:\d\d\.\d+ +\d+ +0x[0-9a-f]+ +(?P<level>\w+) +(?P<category>prompt\w+) +"
                  r"(?P<file>[^ :]+):(?P<line>\d+):(?P<function>[^:]+):(?:<(?P<object>[^>]*)>)? ?"
                  r"(?P<text>.*)$")
EXCHANGE = re.compile(r"R(?P<number>\d+) (?P<method>[A-Z]+) (?P<url>\S+) -> "
                      r"(?P<outcome>\d{3}|no answer|not sent), \d+ ms, \d+ B(?P<reason>: .*)?$")
RETRY = re.compile(r"retry: no (?P<what>\w+) \(attempt (?P<attempt>\d+)\), again in \d+ ms"
                   r"(?P<how> at a fresh address| with another key)?: (?P<kind>\w+): (?P<reason>.+)$")
STATE = re.compile(r"state (?P<state>\w+) \(.*\)$")
ENVIRONMENT = ("GST_PLUGIN_PATH", "GST_REGISTRY", "LD_LIBRARY_PATH", "ASAN_OPTIONS")


# With the bindings, which the system's python has.
SEEKING = """
import sys
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
pipeline = Gst.parse_launch(sys.argv[1])
pipeline.set_state(Gst.State.PAUSED)
bus = pipeline.get_bus()
wanted = Gst.MessageType.ERROR | Gst.MessageType.ASYNC_DONE | Gst.MessageType.EOS
first = bus.timed_pop_filtered(60 * Gst.SECOND, wanted)
assert first and first.type == Gst.MessageType.ASYNC_DONE, first and first.parse_error()
assert pipeline.get_by_name("source").seek(1.0, Gst.Format.BYTES, Gst.SeekFlags.FLUSH,
                                           Gst.SeekType.SET, 1000, Gst.SeekType.NONE, 0)
pipeline.set_state(Gst.State.PLAYING)
last = bus.timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.ERROR | Gst.MessageType.EOS)
assert last and last.type == Gst.MessageType.EOS, last and last.parse_error()
pipeline.set_state(Gst.State.NULL)
"""


class Story:
    """What the log says, and nothing else."""

    def __init__(self, text):
        self.text = text
        self.lines = [found for line in text.splitlines() if (found := LINE.match(line))]
        self.jobs, self.states, self.exchanges, self.retries = set(), [], [], []
        for line in self.lines:
            job = re.match(r"job ([0-9a-f]{8})$", line["object"] or "")
            if job:
                self.jobs.add(job[1])
            for pattern, into in ((EXCHANGE, self.exchanges), (RETRY, self.retries)):
                if found := pattern.match(line["text"]):
                    check(job, f"of no job: {line[0]}")
                    into.append(found.groupdict())
            if found := STATE.match(line["text"]):
                self.states.append(found["state"])

    def of(self, category):
        return [line["text"] for line in self.lines if line["category"] == category]


def launch(case, server, *words, level="prompt*:5", program=("gst-launch-1.0",), **more):
    """The program, and what it wrote into its log."""
    log = case.path(f"log-{case.next_number()}")
    env = case.environment(server, GST_DEBUG=level, GST_DEBUG_FILE=log, GST_DEBUG_NO_COLOR="1",
                           **more)
    env.update({name: os.environ[name] for name in ENVIRONMENT if name in os.environ})
    done = subprocess.run([*program, *words], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=harness.PATIENCE, check=False)
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    for secret in (harness.KEY, "signature=", "expires="):
        check(secret not in text, f"'{secret}' is in the log")
        check(secret not in done.stdout, f"'{secret}' is in the output")
    return done, text


def check_order(found, wanted):
    rest = iter(found)
    check(all(one in rest for one in wanted), f"{wanted} are not in this order in {found}")


def a_run_is_rebuilt(case):
    server = case.server(faults=["submit-429:1@1", "status-503@1", "media-500@1"], task_seconds=2)
    done, text = launch(case, server, "promptsrc", "provider=vibegen", "poll-interval=1000",
                        "prompt=a fox", "!", "fakesink")
    check(done.returncode == 0, done.stdout)
    story = Story(text)
    [row] = case.rows()
    check(story.jobs == {row["id"][:8]}, f"{story.jobs} instead of {row['id']}")

    # The exchanges are those that the stand-in counted, with what it answered.
    stats = server.stats()
    counts = stats["providers"]["vibegen"]
    api = [one for one in story.exchanges if one["url"].startswith(server.base_url)]
    media = [one for one in story.exchanges if f":{server.media_port}/" in one["url"]]
    check(len(api) + len(media) == len(story.exchanges), f"{story.exchanges}")
    check([int(one["number"]) for one in story.exchanges] ==
          list(range(1, len(story.exchanges) + 1)), f"{story.exchanges}")
    check(len(api) == counts["requests"], f"{api}: {counts}")
    check(len([one for one in api if one["method"] == "POST"]) == counts["submits"], f"{api}")
    check(len([one for one in api if one["method"] == "GET"]) == counts["queries"], f"{api}")
    refused = [one for one in api if int(one["outcome"]) >= 400]
    check(len(refused) == counts["refused"] == 2, f"{refused}: {counts}")
    check(len(media) == stats["media"]["requests"] >= 2, f"{media}: {stats['media']}")

    # Each refusal has its decision and its reason.
    check([(one["what"], one["attempt"]) for one in story.retries] ==
          [("submit", "1"), ("status", "1"), ("download", "1")], f"{story.retries}")
    check([one["kind"] for one in story.retries][:2] == ["busy", "network"], f"{story.retries}")

    check_order(story.states, ["submitting", "queued", "fetching"])
    # The process may end before its job has said so.
    check("ready" not in story.states or story.states[-1] == "ready", f"{story.states}")
    repeated = [a for a, b in zip(story.states, story.states[1:]) if a == b]
    check(not repeated, f"{story.states}")
    check_order(story.of("promptsrc"),
                ["start", *(text for text in story.of("promptsrc") if text.startswith("first create")),
                 *(text for text in story.of("promptsrc") if text.startswith("the clip ends")),
                 "stop"])
    # Where it was written: below src/ or gst/, and never the logger itself.
    for line in story.lines:
        check(not line["file"].endswith(("base/log.cpp", "shared/debug.cpp")), line[0])
        check(int(line["line"]) > 0 and line["function"], line[0])


def each_decision_to_try_again_is_told(case):
    """Also those that lead elsewhere: to the list of tasks, and to a fresh address of the clip."""
    server = case.server(faults=["submit-lost-reply@1", "list-503@1", "media-404@1-2"])
    done, text = launch(case, server, "promptsrc", "provider=vibegen", "poll-interval=1000",
                        "prompt=lost", "!", "fakesink")
    check(done.returncode == 0, done.stdout)
    story = Story(text)
    counts = server.stats()["providers"]["vibegen"]
    check(counts["submits"] == 1, f"{counts}")
    check(any(one.startswith("no retry: no submit (attempt 1): ") for one in story.of("promptjob")),
          text)
    check_order([(one["what"], one["attempt"], one["how"], one["kind"]) for one in story.retries],
                [("list", "1", None, "network"), ("download", "1", " at a fresh address", "expired")])
    check_order(story.states, ["submitting", "queued", "fetching"])
    # As many looks failed and were made again as the servers say.
    failed = [one for one in story.exchanges
              if one["outcome"] != "no answer" and int(one["outcome"]) >= 400]
    check(len(failed) == 3, f"{failed}")


def a_seek_of_the_element_is_told(case):
    server = case.server()
    done, text = launch(case, server, "-c", SEEKING,
                        "promptsrc name=source provider=vibegen prompt=seek poll-interval=1000 ! "
                        "fakesink", program=("/usr/bin/python3",))
    check(done.returncode == 0, done.stdout)
    story = Story(text)
    check_order(story.of("promptsrc"), ["start", "seek to 1000 (bytes)", "stop"])
    [line] = [line for line in story.lines if line["text"].startswith("seek to")]
    check(line["object"] == "source" and line["function"] == "before_seek", line[0])


def an_error_names_its_place_in_the_debug_text_alone(case):
    server = case.server(faults=["submit-402"])
    done, text = launch(case, server, "promptsrc", "provider=vibegen", "prompt=b", "!", "fakesink")
    check(done.returncode == 1, done.stdout)
    message = re.search(r"ERROR: from element .*?: (.*)", done.stdout)
    check(message and ".cpp" not in message[1], done.stdout)
    check(re.search(r"\n(?:provider|job|http)/\w+\.cpp\(\d+\): \w+ ?\(\):", done.stdout), done.stdout)
    story = Story(text)
    check(any(one.startswith("no retry: no submit (attempt 1): ") for one in story.of("promptjob")),
          text)
    check(any(re.match(r"ended as failed, found at \w+/\w+\.cpp:\d+: ", one)
              for one in story.of("promptjob")), text)


def the_highest_level_shows_no_key(case):
    """In any of the layers' categories, as its reply is repeated, refused and cut."""
    for faults in (["status-503@1"], ["submit-401"], ["submit-402"]):
        server = case.server(faults=faults)
        _, text = launch(case, server, "promptsrc", "provider=vibegen", f"prompt={faults[0]}",
                         "poll-interval=1000", "!", "fakesink", level="prompt*:9")
        check(Story(text).of("prompthttp"), text)


def a_level_that_is_off_says_nothing(case):
    server = case.server()
    _, text = launch(case, server, "promptsrc", "provider=vibegen", "prompt=c", "poll-interval=1000",
                     "!", "fakesink", level="promptjob:5")
    story = Story(text)
    check(story.of("promptjob") and not story.of("prompthttp") and not story.of("promptsrc"), text)


harness.run_suite([a_run_is_rebuilt, each_decision_to_try_again_is_told,
                   a_seek_of_the_element_is_told, an_error_names_its_place_in_the_debug_text_alone,
                   the_highest_level_shows_no_key, a_level_that_is_off_says_nothing], __doc__)
