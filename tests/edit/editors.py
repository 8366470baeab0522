# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Readers of the timelines that no program here reads, as strict as the pickiest editor is known to
be. Each gives {"rate", "start", "clips", "sounds"}; a clip is {"name", "begin", "end" (in frames of
the sequence, from 0), "source" (first frame), "file" (path or name), "prompt"}."""
import fractions
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree


class Refused(AssertionError):
    pass


def want(condition, text):
    if not condition:
        raise Refused(text)


def frame_of(text, base, is_drop):
    found = re.fullmatch(r"(\d\d):(\d\d):(\d\d)([:;])(\d\d)", text)
    want(found, f"no timecode: {text}")
    want((found[4] == ";") == is_drop, f"{text} is of the other counting")
    hours, minutes, seconds, frames = (int(found[i]) for i in (1, 2, 3, 5))
    want(minutes < 60 and seconds < 60 and frames < base, f"no such timecode: {text}")
    number = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if is_drop:
        dropped = base // 15
        want(minutes % 10 == 0 or seconds > 0 or frames >= dropped, f"a dropped number: {text}")
        number -= dropped * (hours * 60 + minutes - (hours * 60 + minutes) // 10)
    return number


# CMX 3600

EVENT = re.compile(r"(\d{3})  ([A-Z0-9]{1,8}) +(V|A|A2|AA|AA/V|B) +C +" + r" ".join([r"(\S{11})"] * 4))


def read_edl(text):
    want(text.isascii(), "an EDL is ASCII")
    lines = text.splitlines()
    want(lines[0].startswith("TITLE: "), "no title")
    rate = re.search(r"\((\S+) FPS\)$", lines[0])
    want(rate, "the title does not tell the rate")
    want(lines[1] in ("FCM: NON-DROP FRAME", "FCM: DROP FRAME"), f"no FCM: {lines[1]}")
    is_drop = lines[1] == "FCM: DROP FRAME"
    base = round(float(rate[1]))
    start, clips, sounds, reels = None, [], [], set()
    for line in lines[2:]:
        if not line:
            continue
        if event := EVENT.fullmatch(line):
            want(int(event[1]) == len(clips) + 1, f"events are not counted: {line}")
            want(event[2] not in reels, f"two clips have the reel {event[2]}")
            reels.add(event[2])
            source_in, source_out, record_in, record_out = (
                frame_of(event[i], base, is_drop) for i in range(4, 8))
            want(source_out - source_in == record_out - record_in > 0, f"lengths differ: {line}")
            start = record_in if start is None else start
            want(record_in - start == (clips[-1]["end"] if clips else 0), f"a hole: {line}")
            clips.append({"name": None, "begin": record_in - start, "end": record_out - start,
                          "source": source_in, "file": None, "prompt": None, "reel": event[2]})
            if event[3] != "V":
                sounds.append({"begin": record_in - start, "end": record_out - start,
                               "channels": 1 if event[3] == "B" else 2})
        elif name := re.fullmatch(r"\* FROM CLIP NAME: (.+)", line):
            clips[-1]["file"] = name[1]
        elif marker := re.fullmatch(r"\* LOC: (\S{11}) GREEN   (.+)", line):
            want(frame_of(marker[1], base, is_drop) - start == clips[-1]["begin"], line)
            clips[-1]["prompt"] = marker[2]
        else:
            raise Refused(f"an unknown line: {line}")
    want(all(clip["file"] for clip in clips), "a clip has no FROM CLIP NAME")
    return {"rate": rate[1], "start": start, "clips": clips, "sounds": sounds}


# Final Cut Pro 7 XML

def fcp7_rate(element):
    base = int(element.findtext("rate/timebase"))
    ntsc = element.findtext("rate/ntsc")
    want(ntsc in ("TRUE", "FALSE"), "no ntsc")
    return fractions.Fraction(base * 1000, 1001) if ntsc == "TRUE" else fractions.Fraction(base)


def fcp7_start(element):
    code = element.find("timecode")
    is_drop = code.findtext("displayformat") == "DF"
    frame = int(code.findtext("frame"))
    want(frame == frame_of(code.findtext("string"), round(fcp7_rate(code)), is_drop),
         "a timecode's text and frame differ")
    return frame


def fcp7_file(element, files):
    identity = element.get("id")
    if len(element) == 0:
        want(identity in files, f"{identity} is used before it is told")
        return files[identity]
    want(identity not in files, f"{identity} is told twice")
    url = element.findtext("pathurl")
    want(url.startswith("file://localhost/"), url)
    path = url[len("file://localhost"):]
    want(re.fullmatch(r"[A-Za-z0-9._~/%-]+", path), f"not encoded: {url}")
    channels = element.find("media/audio/channelcount")
    if channels is not None:
        want(int(channels.text) <= 16, "samplerate and channelcount are swapped")
        want(int(element.findtext("media/audio/samplecharacteristics/samplerate")) >= 8000, "rate")
    files[identity] = {"path": urllib.parse.unquote(path, errors="surrogateescape"),
                       "rate": fcp7_rate(element), "frames": int(element.findtext("duration")),
                       "start": fcp7_start(element),
                       "channels": int(channels.text) if channels is not None else 0}
    return files[identity]


def fcp7_items(track, rate, files, seen):
    items = []
    want([child.tag for child in track if child.tag != "clipitem"][:2] == ["enabled", "locked"],
         "a track does not end with enabled and locked")
    for item in track.findall("clipitem"):
        want(item.get("id") not in seen, "two clips of one id")
        seen[item.get("id")] = item
        want(fcp7_rate(item) == rate, "a clip is not on the sequence's grid")
        begin, end, first, out = (int(item.findtext(name)) for name in ("start", "end", "in", "out"))
        want(end - begin == out - first > 0, "lengths differ")
        want(out <= int(item.findtext("duration")), "a clip is longer than its media")
        file = fcp7_file(item.find("file"), files)
        items.append({"name": item.findtext("name"), "begin": begin, "end": end, "source": first,
                      "file": file["path"], "prompt": item.findtext("marker/comment"),
                      "media": file, "enabled": item.findtext("enabled"), "id": item.get("id")})
    return items


def read_fcp7(text):
    want(text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'), text[:80])
    root = ElementTree.fromstring(text)
    want(root.tag == "xmeml" and root.get("version") in ("4", "5"), "no xmeml")
    sequence = root.find("sequence")
    rate = fcp7_rate(sequence)
    want(int(sequence.findtext("media/video/format/samplecharacteristics/width")) > 0, "no format")
    files, seen = {}, {}
    videos = [fcp7_items(track, rate, files, seen)
              for track in sequence.findall("media/video/track")]
    audios = [fcp7_items(track, rate, files, seen)
              for track in sequence.findall("media/audio/track")]
    for items in (videos[0], *audios):
        ends = [0] + [item["end"] for item in items]
        want(all(item["begin"] >= end for item, end in zip(items, ends)), "clips overlap")
    want(max(item["end"] for item in videos[0]) == int(sequence.findtext("duration")), "duration")
    for track in sequence.findall("media/audio/track"):
        channel = track.findtext("outputchannelindex")
        for item in track.findall("clipitem"):
            want(item.findtext("sourcetrack/mediatype") == "audio" and
                 item.findtext("sourcetrack/trackindex") == channel, "a sourcetrack")
    check_links(sequence, seen)
    return {"rate": rate, "start": fcp7_start(sequence), "clips": videos[0], "sounds": audios[0],
            "others": videos[1:], "right": audios[1], "files": files}


def check_links(sequence, seen):
    """All items of a clip name the same, themselves among them, where they really are."""
    places = {}
    for medium in ("video", "audio"):
        for number, track in enumerate(sequence.findall(f"media/{medium}/track"), 1):
            for index, item in enumerate(track.findall("clipitem"), 1):
                places[item.get("id")] = (medium, str(number), str(index))
    for identity, item in seen.items():
        links = {link.findtext("linkclipref"): (link.findtext("mediatype"),
                                                link.findtext("trackindex"),
                                                link.findtext("clipindex"))
                 for link in item.findall("link")}
        want(not links or identity in links, f"{identity} is not linked to itself")
        for other, place in links.items():
            want(places.get(other) == place, f"a link leads to {place}, and {other} is not there")
            want(seen[other].findtext("start") == item.findtext("start"), "linked clips differ")


# OpenTimelineIO

FIELDS = {
    "Timeline.1": {"name", "global_start_time", "tracks", "metadata"},
    "Stack.1": {"name", "children"}, "Track.1": {"name", "kind", "children"},
    "Clip.1": {"name", "media_reference"},
    "Clip.2": {"name", "media_references", "active_media_reference_key"},
    "Gap.1": {"name"},
    "ExternalReference.1": {"name", "target_url", "available_range", "metadata"},
    "Marker.2": {"name", "comment", "color", "marked_range", "metadata"},
    "TimeRange.1": {"start_time", "duration"}, "RationalTime.1": {"rate", "value"},
}
COMPOSABLE = {"source_range", "effects", "markers", "enabled", "metadata"}
COMPOSABLES = ("Stack.1", "Track.1", "Clip.1", "Clip.2", "Gap.1")


def otio_check(value):
    if isinstance(value, list):
        for item in value:
            otio_check(item)
    elif isinstance(value, dict):
        schema = value.get("OTIO_SCHEMA")
        if schema is not None:
            want(schema in FIELDS, f"unsupported schema version: {schema}")
            fields = FIELDS[schema] | (COMPOSABLE if schema in COMPOSABLES else set())
            want(set(value) - {"OTIO_SCHEMA"} == fields, f"{schema} has {sorted(value)}")
        if schema == "RationalTime.1":
            want(isinstance(value["rate"], float) and isinstance(value["value"], float), "no double")
        for item in value.values():
            otio_check(item)


def otio_range(value):
    start, duration = value["start_time"], value["duration"]
    want(start["rate"] == duration["rate"], "a range of two rates")
    return start["value"], duration["value"], start["rate"]


def otio_track(track, rate):
    clips, at = [], 0
    for child in track["children"]:
        source, frames, own = otio_range(child["source_range"])
        want(own == rate, f"a source range at {own}, which makes a project of that rate")
        want(frames == int(frames) > 0, "a part of a frame")
        if child["OTIO_SCHEMA"] != "Gap.1":
            if child["OTIO_SCHEMA"] == "Clip.2":
                references = child["media_references"]
                active = references[child["active_media_reference_key"]]
            else:
                references = None
                active = child["media_reference"]
            first, length, media_rate = otio_range(active["available_range"])
            want(source / rate >= first / media_rate - 0.5 / rate, "it begins before its media")
            want((source + frames) / rate <= (first + length) / media_rate + 1 / rate,
                 "it ends behind its media")
            marker = child["markers"][0] if child["markers"] else None
            if marker:
                want(otio_range(marker["marked_range"])[0] == source, "a marker is misplaced")
                want(marker["metadata"]["Resolve_OTIO"]["Note"] == marker["comment"], "no note")
            clips.append({"name": child["name"], "begin": at, "end": at + int(frames),
                          "source": source, "file": active["target_url"],
                          "prompt": marker and marker["comment"],
                          "available": (first, length, media_rate), "references": references,
                          "link": child["metadata"].get("Resolve_OTIO", {}).get("Link Group ID")})
        at += int(frames)
    return clips, at


def read_otio(text):
    timeline = json.loads(text)
    want(timeline["OTIO_SCHEMA"] == "Timeline.1", "no timeline")
    otio_check(timeline)
    start = timeline["global_start_time"]
    tracks = timeline["tracks"]["children"]
    want(timeline["tracks"]["source_range"] is None, "a stack with a range")
    read = [(track["kind"], track["enabled"], *otio_track(track, start["rate"])) for track in tracks]
    want(all(length == read[0][3] for _, _, _, length in read), "tracks of different lengths")
    on = [clips for kind, enabled, clips, _ in read if kind == "Video" and enabled]
    want(len(on) == 1, "one picture track is on")
    sounds = [clips for kind, _, clips, _ in read if kind == "Audio"]
    return {"rate": start["rate"], "start": start["value"], "clips": on[0],
            "sounds": sounds[0] if sounds else [],
            "others": [clips for kind, enabled, clips, _ in read if kind == "Video" and not enabled]}
