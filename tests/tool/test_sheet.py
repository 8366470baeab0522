# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""gst-prompt sheet: a page of takes that works from the disk, whatever prompts say."""
import base64
import html.parser
import json
import os
import shutil
import subprocess
import sys
import urllib.parse

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "support")]
import harness
import tool
from harness import check

EVIL = "<script>alert(1)</script> \"quotes\" & 'more' 雪の中の狐 🦊 ثلج"

# What a person does, and what is seen then; written where the page's text can be read.
PROBE = """<script>
const seen = [];
const visible = () => cards.filter((card) => !card.hidden).length;
const key = (name, target = document.body) => target.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true}));
seen.push(["all", visible(), document.getElementById("sums").textContent]);
filter.value = "WHALE"; filter.dispatchEvent(new Event("input")); seen.push(["filtered", visible()]);
key("Escape", filter); seen.push(["again", visible()]);
chosen.checked = true; chosen.dispatchEvent(new Event("change")); seen.push(["chosen", visible()]);
chosen.checked = false; chosen.dispatchEvent(new Event("change"));
order.value = "length"; order.dispatchEvent(new Event("change")); seen.push(["longest", main.children[0].querySelector("h2").textContent]);
order.value = "name"; order.dispatchEvent(new Event("change")); seen.push(["first", main.children[0].querySelector("h2").textContent]);
key("ArrowRight"); seen.push(["focus", document.activeElement === main.children[0]]);
const card = cards.find((one) => one.querySelector("video")), video = card.querySelector("video");
card.querySelector(".view").dispatchEvent(new PointerEvent("pointerenter", {pointerType: "mouse"}));
seen.push(["hover", !video.hidden && video.muted]);
card.querySelector(".view").dispatchEvent(new PointerEvent("pointerleave", {pointerType: "mouse"}));
seen.push(["left", video.hidden]);
card.focus(); key("Enter", card); seen.push(["entered", !video.hidden && !video.muted && video.controls]);
seen.push(["wide", document.documentElement.scrollWidth <= innerWidth]);
document.title = JSON.stringify(seen);
</script>"""


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags = []
        self.texts = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data.strip())

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


def made(case):
    """Two takes of a shot, one of a longer whale, a hostile prompt, a still, and one that is broken."""
    def make(*words):
        done = tool.run(case, None, "generate", *words, "--provider=rehearsal", "-o", "out")
        check(done.code == 0, str(done))
    make("a red fox", "--takes=2", "--name=Shot 1")
    make("a whale", "--duration=10", "--name=Shot_2 #%")
    make(EVIL, "--name=Evil <b>")
    make("a still", "--media=image", "--name=Still")
    make("to break", "--name=Broken")
    with open(case.path("out/Broken_take_01.mp4"), "wb") as file:
        file.write(b"no media")
    done = tool.run(case, None, "sheet", "-i", "out", "-o", "out/sheet.html", "--title", "Tests & <more>")
    check(done.code == 0 and done.lines == ["out/sheet.html"], str(done))
    with open(case.path("out/sheet.html"), encoding="utf-8") as file:
        return file.read()


def one_page_with_all(case):
    text = made(case)
    page = Page(text)
    check(len(page.all("article")) == 6 and len(page.all("script")) == 1, "other elements")
    check(EVIL in page.texts and "Evil <b>, take 1" in page.texts and not page.all("b"), "not escaped")
    check("Tests & <more>" in page.texts, "the title")
    check(any("cannot be shown" in words for words in page.texts), "the broken one has no label")
    # Nothing comes from elsewhere, and what is named is there.
    posters = 0
    for tag, attrs in page.tags:
        source = attrs.get("src")
        check("href" not in attrs and "onload" not in attrs, str(attrs))
        if source and source.startswith("data:image/jpeg;base64,"):
            check(base64.b64decode(source.split(",")[1])[:2] == b"\xff\xd8", "no JPEG")
            posters += 1
        elif source:
            check(os.path.exists(case.path("out/" + urllib.parse.unquote(source))), f"{tag} {source}")
    check(posters == 4 and len(page.all("video")) == 4, f"{posters} posters")
    check("http:" not in text and "https:" not in text, "it names an address")
    # It moves with its folder.
    check(case.folder not in "".join(attrs.get("src", "") for _, attrs in page.tags), "absolute paths")
    for words in (("-o", "out/sheet.pdf"), ()):
        check(tool.run(case, None, "sheet", "-i", "out", *words).code == 2, str(words))


def used_in_a_browser(case):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser:
        raise harness.Skipped("there is no chromium")
    text = made(case)
    with open(case.path("out/probe.html"), "w", encoding="utf-8") as file:
        file.write(text.replace("</body>", PROBE + "</body>"))
    for width in (1280, 360):
        done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
                               f"--user-data-dir={case.folder}/browser", f"--window-size={max(width, 500)},900",
                               "--autoplay-policy=no-user-gesture-required",
                               "file://" + case.path("out/probe.html")],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=harness.PATIENCE,
                              check=True, env=dict(os.environ, HOME=case.folder))
        title = Page(done.stdout.decode()).texts
        seen = dict((each[0], each[1:]) for each in
                    json.loads(next(words for words in title if words.startswith("[["))))
        check(seen["all"] == [6, "6 of 6"] and seen["filtered"] == [1] and seen["again"] == [6], str(seen))
        check(seen["chosen"] == [5], str(seen))
        check(seen["longest"][0].startswith("Shot_2 #%") and seen["first"][0].startswith("Broken"), str(seen))
        for name in ("focus", "wide"):
            check(seen[name] == [True], f"{name}: {seen}")
        check(seen["hover"] == seen["left"] == seen["entered"] == [True], str(seen))


TESTS = [one_page_with_all, used_in_a_browser]

if __name__ == "__main__":
    harness.run_suite(TESTS, __doc__)
