# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Writes the tables of docs/elements.md from the built plugin, or checks that they are not stale.

usage: GST_PLUGIN_PATH=build/gst elements_reference.py [--write] docs/elements.md
"""
import re
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

BEGIN = "<!-- generated from the plugin: begin -->"
END = "<!-- generated: end -->"
ELEMENTS = ("promptsrc", "promptdecodebin", "promptlivesrc")
FLAGS = (
    (GObject.ParamFlags.READABLE, "r"),
    (GObject.ParamFlags.WRITABLE, "w"),
)


def value_text(value):
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (str, int)):
        return str(value) if value != "" else '""'
    return "empty"


def nick(enum, number):
    """By GStreamer's own hand: what a value of an enum is differs between versions of the bindings."""
    value = GObject.Value(enum)
    value.set_enum(int(number))
    return Gst.value_serialize(value)


def nicks(spec):
    known = getattr(spec.enum_class, "__enum_values__", None)
    numbers = known or range(spec.enum_class.minimum, spec.enum_class.maximum + 1)
    return [nick(spec.value_type, number) for number in numbers]


def is_enum(spec):
    return GObject.type_is_a(spec.value_type, GObject.TYPE_ENUM)


def type_text(spec):
    if is_enum(spec):
        return "enum: " + ", ".join(nicks(spec))
    name = {"gchararray": "string", "gboolean": "boolean", "guint": "uint", "gint64": "int64",
            "gdouble": "double", "GstValueArray": "array of string"}.get(
                spec.value_type.name, spec.value_type.name)
    if spec.value_type.name in ("guint", "gint64", "gdouble"):
        high = "" if spec.maximum > 2e9 else f"{spec.maximum:g}"
        return f"{name}, {spec.minimum:g}..{high}"
    return name


def describe(name, seen):
    factory = Gst.ElementFactory.find(name)
    if factory is None:
        return []
    element = factory.create(None)
    lines = [f"## {name}", "", factory.get_metadata("description") + ".", "",
             f"- klass: `{factory.get_metadata('klass')}`, rank {factory.get_rank()}"]
    for template in factory.get_static_pad_templates():
        presence = template.presence.value_nick
        lines.append(f"- pad `{template.name_template}` ({template.direction.value_nick}, {presence})")
    if factory.get_uri_type() != Gst.URIType.UNKNOWN:
        lines.append("- URI: " + ", ".join(f"`{p}:`" for p in factory.get_uri_protocols()))
    lines.append("")
    rows = property_rows(element)
    if seen and rows == seen[0]:
        return lines + [f"The properties are those of `{ELEMENTS[0]}`.", ""]
    if seen and set(seen[0]) <= set(rows):
        lines += [f"The properties are those of `{ELEMENTS[0]}`, and these, as `uridecodebin` has "
                  "them:", ""]
        rows = [row for row in rows if row not in seen[0]]
    seen.append(rows)
    return lines + ["| property | type | default | | meaning |", "|---|---|---|---|---|"] + rows + [""]


def property_rows(element):
    rows = []
    inherited = {p.name for p in GObject.list_properties(GObject.type_parent(element.__gtype__))}
    for spec in sorted(GObject.list_properties(element), key=lambda p: p.name):
        if spec.name in inherited:
            continue
        access = "".join(mark for flag, mark in FLAGS if spec.flags & flag)
        default = ""
        if access == "rw":
            # Newer bindings know none of an array.
            default = getattr(spec, "default_value", None)
            default = nick(spec.value_type, default) if is_enum(spec) else value_text(default)
        rows.append(f"| `{spec.name}` | {type_text(spec)} | {default} | {access} | {spec.blurb} |")
    return rows


def main():
    write = "--write" in sys.argv
    path = sys.argv[-1]
    Gst.init(None)
    seen = []
    body = "\n".join(line for name in ELEMENTS for line in describe(name, seen))
    with open(path, encoding="utf-8") as page:
        text = page.read()
    pattern = re.escape(BEGIN) + ".*" + re.escape(END)
    fresh = re.sub(pattern, lambda _: f"{BEGIN}\n{body}\n{END}", text, flags=re.S)
    if BEGIN not in text or "## promptsrc" not in fresh:
        print("no plugin, or no markers in", path)
        return 1
    if write:
        with open(path, "w", encoding="utf-8") as page:
            page.write(fresh)
        return 0
    if fresh != text:
        print(f"{path} is stale: run tests/checks/elements_reference.py --write {path}")
        return 1
    return 0


sys.exit(main())
