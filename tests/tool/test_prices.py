# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The price is told before anything is paid, and nobody pays who was not allowed to: counted at the
stand-in."""
import os
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check

LINE = ("generate", harness.PROMPT, "--poll-interval=1000")


def refused(case, server, *words, says, **named):
    done = tool.run(case, server, *LINE, *words, **named)
    check(done.code == 3 and says in done.err, str(done))
    check(done.out == "" or [event["type"] for event in done.events] == ["price"], str(done))
    check(server.count("submits") == 0 and case.rows() == [], str(case.rows()))
    return done


def nobody_to_ask(case):
    """Without a terminal it says what it costs, and how to allow it."""
    server = case.server()
    done = refused(case, server, "--takes=4", says="4 clips: 60 credits at VibeGen for 4")
    check("--yes" in done.err and "--max-credits" in done.err, done.err)
    refused(case, server, "--json", says="15 credits")
    # Where machines build, nobody looks at the terminal either.
    screen = tool.Screen(case, server, *LINE, env={"CI": "1"})
    check(screen.finish() == 3 and "[y/N]" not in screen.text, screen.text)
    # Nor does a program that reads events answer.
    screen = tool.Screen(case, server, *LINE, "--json")
    check(screen.finish() == 3 and "[y/N]" not in screen.text, screen.text)
    # Standard input is the prompt.
    done = tool.run(case, server, "generate", "-f", "-", stdin_text=b"y")
    check(done.code == 3, str(done))
    check(server.count("submits") == 0, str(server.stats()))


def the_question(case):
    server = case.server()
    for answer in ("n\r", "\r", "what\r", "\x04"):
        screen = tool.Screen(case, server, *LINE)
        screen.wait_for("1 clip: 15 credits at VibeGen. Go on? [y/N]")
        screen.type(answer)
        check(screen.finish() == 3 and "Nothing was asked for." in screen.text, screen.text)
    check(server.count("submits") == 0 and case.rows() == [], str(server.stats()))
    screen = tool.Screen(case, server, *LINE)
    screen.wait_for("[y/N]")
    screen.type("y\r")
    check(screen.finish() == 0 and server.count("submits") == 1, screen.text)
    # What is in the library costs nothing, so nothing is asked.
    screen = tool.Screen(case, server, *LINE)
    check(screen.finish() == 0 and "[y/N]" not in screen.text, screen.text)


def max_credits(case):
    """Of the whole command, to the credit."""
    server = case.server()
    refused(case, server, "--takes=2", "--max-credits=29.9", says="more than --max-credits 29.9")
    refused(case, server, "--takes=2", "--max-credits=0", says="more than --max-credits 0")
    refused(case, server, "--yes", "--max-credits=14", says="more than --max-credits 14")
    refused(case, server, "--takes=2", "--max-credits=100", "--max-credits-each=14",
            says="--max-credits-each allows 14")
    for wrong in ("nan", "-1", "1e999", "much", "", "1,5"):
        done = tool.run(case, server, *LINE, "--max-credits=" + wrong)
        check(done.code == 2 and "takes a number" in done.err, str(done))
    check(server.count("submits") == 0, str(server.stats()))
    done = tool.run(case, server, *LINE, "--takes=2", "--max-credits=30", "--max-credits-each=15")
    check(done.code == 0 and server.count("submits") == 2, str(done))
    # The second half of it is paid for already.
    done = tool.run(case, server, *LINE, "--takes=4", "--max-credits=30")
    check(done.code == 0 and server.count("submits") == 4, str(done))


def a_price_that_is_not_known(case):
    """A further parameter may change it, so it counts as none that is allowed."""
    server = case.server()
    odd = ("--provider=vidgo", "--model=sora-2-pro", "--base-url=" + server.base_urls["vidgo"])
    key = {"VIDGO_API_KEY": harness.KEY}
    quoted = tool.run(case, server, "quote", harness.PROMPT, *odd, "--set", "oddity=1", env=key)
    check(quoted.code == 0 and "Price:  unknown" in quoted.out, str(quoted))
    done = tool.run(case, server, *LINE, *odd, "--set", "oddity=1", "--max-credits=1000", env=key)
    check(done.code == 3 and "not known" in done.err, str(done))
    done = tool.run(case, server, *LINE, *odd, "--set", "oddity=1", "--max-credits-each=1000",
                    "--yes", env=key)
    check(done.code == 3 and "unknown" in done.err, str(done))
    check(server.count("submits", "vidgo") == 0 and case.rows() == [], str(server.stats()))


def ask_above(case):
    server = case.server()
    refused(case, server, "--takes=2", says="30 credits", env={"GST_PROMPT_ASK_ABOVE": "29"})
    for wrong in ("nan", "-1", "lots"):
        done = tool.run(case, server, *LINE, env={"GST_PROMPT_ASK_ABOVE": wrong})
        check(done.code == 2 and "GST_PROMPT_ASK_ABOVE" in done.err, str(done))
    # It is about the question, and no permission where nobody can be asked.
    refused(case, server, "--takes=2", says="30 credits", env={"GST_PROMPT_ASK_ABOVE": "30"})
    screen = tool.Screen(case, server, *LINE, "--takes=2", env={"GST_PROMPT_ASK_ABOVE": "29"})
    screen.wait_for("[y/N]")
    screen.type("n\r")
    check(screen.finish() == 3 and server.count("submits") == 0, screen.text)
    screen = tool.Screen(case, server, *LINE, "--takes=2", env={"GST_PROMPT_ASK_ABOVE": "30"})
    check(screen.finish() == 0 and server.count("submits") == 2, screen.text)


def rehearsal_never_asks(case):
    screen = tool.Screen(case, None, "generate", harness.PROMPT, "--provider=rehearsal")
    check(screen.finish() == 0 and "[y/N]" not in screen.text, screen.text)
    check("rehearsed, for nothing" in screen.text, screen.text)
    check("Nothing was spent" in tool.run(case, None, "spend").err, "rehearsals count")


def the_environment_counts(case):
    """A daily cap holds over the command's own flags."""
    server = case.server()
    done = tool.run(case, server, *LINE, "--yes", env={"GST_PROMPT_DAILY_CREDITS": "14"})
    check(done.code == 3 and "GST_PROMPT_DAILY_CREDITS" in done.err, str(done))
    check(server.count("submits") == 0, str(server.stats()))


def no_key(case):
    server = case.server()
    done = tool.run(case, server, *LINE, "--yes", key=None)
    check(done.code == 3 and "VIBEGEN_API_KEY" in done.err, str(done))
    check(server.count("requests") == 0, str(server.stats()))
    done = tool.run(case, server, "providers", "--json")
    keys = {event["id"]: event["has-key"] for event in done.events}
    check(keys["vibegen"] is True and keys["vidgo"] is False, str(keys))


def wrong_lines(case):
    """Each says what is wrong with which value; nothing is done."""
    for words, says in (
            (("generate",), "There is no prompt"),
            (("generate", "x", "-f", "y"), "one of them"),
            (("generate", "-f", "missing.txt"), "missing.txt"),
            (("generate", harness.PROMPT, "--duration=ten"), "--duration"),
            (("generate", harness.PROMPT, "--duration=7"), "duration"),
            (("generate", harness.PROMPT, "--takes=0"), "--takes"),
            (("generate", harness.PROMPT, "--parallel=1000"), "--parallel"),
            (("generate", harness.PROMPT, "--model=sorra"), "sorra"),
            (("generate", harness.PROMPT, "--provider=vibegn"), "did you mean"),
            (("generate", harness.PROMPT, "--set", "x"), "NAME=VALUE"),
            (("generate", harness.PROMPT, "--set", "duration=5"), "a property of its own"),
            (("generate", harness.PROMPT, "--api-key=x"), "Unknown option"),
            (("generate", "!!"), "prompt"),
            (("generate", harness.PROMPT, "--no-such"), "--no-such"),
            (("generat", harness.PROMPT), "generat"),
            (("list", "--state=done"), "uncertain"),
            (("list", "--since=yesterdayish"), "is no time"),
            (("spend", "--by=month"), "'--by'"),
            (("show",), "no id"),
            (("attach", "vibegen"), "task"),
            (("prune", "--keep-bytes=big"), "is no size"),
    ):
        done = tool.run(case, None, *words)
        check(done.code == 2 and done.out == "" and says in done.err, f"{words}: {done}")
    for words in (("\x1b[2Jx",), ("list", "--x\x1b[2J"), ("generate", "x", "--name", "a", "--provider=\x9b2J")):
        done = tool.run(case, None, *words)
        check(done.code == 2 and not set(done.err) & {"\x1b", "\x9b"}, f"{words}: {done}")
    done = tool.run(case, None, "generate", os.fsdecode(b"caf\xe9"), env={"LC_ALL": "C"})
    check(done.code == 2 and "UTF-8" in done.err, str(done))
    check(not os.path.exists(case.library), "a library was made")


TESTS = [nobody_to_ask, the_question, max_credits, a_price_that_is_not_known, ask_above,
         rehearsal_never_asks, the_environment_counts, no_key, wrong_lines]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
