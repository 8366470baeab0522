#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""The tables of docs/providers.md, made from the descriptions that ship.

usage: provider_tables.py SOURCE_ROOT [--write]
Without --write it only compares and fails if the page says something else."""
import json
import pathlib
import sys

MEDIA = ("video", "image", "audio")
BEGIN = "<!-- begin: made by tests/provider/provider_tables.py --write -->"
END = "<!-- end -->"


def code(text):
    return f"`{text}`"


def number(value):
    return f"{value:g}"


def listed(words):
    return ", ".join(str(word) for word in words)


def as_list(value):
    return value if isinstance(value, list) else [value]


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(head, rows):
    return [row(head), row(["---"] * len(head)).replace("| --- ", "|---").replace(" |", "|"),
            *[row(cells) for cells in rows]]


def rate(description):
    limits = description.get("limits", {})
    words = [f"{limits[name]} {what} a minute" for name, what in
             (("submits-per-minute", "tasks"), ("queries-per-minute", "queries")) if name in limits]
    return listed(words)


def provider_row(description):
    models = description["models"]
    media = [word for word in MEDIA if any(model["media"] == word for model in models)]
    auth = description["auth"]
    key = " or ".join(code(name) for name in auth.get("env", []))
    if auth.get("key-prefix"):
        key += f" ({auth['key-prefix']}...)"
    if auth.get("optional"):
        key += ", if the server wants one"
    base = code(description["base-url"]) if "base-url" in description else "none: set `base-url`"
    if description.get("other-base-urls"):
        base += "; also " + listed(code(url) for url in description["other-base-urls"])
    operations = description["operations"]
    can = [word for word in ("cancel", "list") if word in operations]
    return [code(description["id"]), description["name"], listed(media), key, base,
            f"{description['retention-hours']} h" if "retention-hours" in description
            else "not documented", rate(description), listed(can)]


def values_of(rule):
    if rule is None:
        return "no"
    if "values" in rule:
        return listed(as_list(rule["values"]))
    if "min" in rule or "max" in rule:
        return f"{number(rule.get('min', 1))} to {number(rule['max'])}" if "max" in rule else \
            f"from {number(rule['min'])}"
    return "yes"


def images_of(rule):
    if rule is None:
        return "no"
    least, most = rule.get("min-count", 0), rule.get("max-count")
    if most is None:
        count = "any number"
    elif least == most:
        count = str(most)
    else:
        count = f"up to {most}"
    where = ["URLs"] if rule.get("schemes") else []
    if "inline" in rule:
        where.append(f"files of at most {number(rule['inline']['max-bytes'] / 1048576)} MiB")
    return f"{count}: {' or '.join(where)}"


def replies_with_credits(description):
    return any("credits" in operation.get("reply", {}) for name in ("submit", "status", "result")
               for operation in description["operations"].get(name, []))


def price_of(description, model):
    prices = model.get("prices")
    if not prices:
        return "told by the reply" if replies_with_credits(description) else "not documented"
    name = "credits" if "credits" in prices[0] else "credits-per-second"
    amounts = [line[name] for line in prices]
    told = number(min(amounts)) + (f" to {number(max(amounts))}" if len(set(amounts)) > 1 else "")
    return told + (" credits" if name == "credits" else " credits a second")


def price_rows(description, model):
    for line in model.get("prices", []):
        where = [f"{name} {listed(as_list(value)) if not isinstance(value, bool) else str(value).lower()}"
                 for name, value in line.get("where", {}).items()]
        unit = "credits" if "credits" in line else "credits-per-second"
        yield [code(description["id"]), code(model["id"]), "; ".join(where) or "always",
               number(line[unit]) + (" a second" if unit != "credits" else "")]


def model_row(description, model):
    settings = model.get("settings", {})
    is_only = all(other["id"] == "*" for other in description["models"])
    name = code(model["id"]) if model["id"] != "*" else "any name" if is_only else "any other name"
    if model.get("default"):
        name += " (default)" if model["id"] != "*" else " or none"
    prompt = settings.get("prompt", {})
    length = f"at most {prompt['max-length']} characters" if "max-length" in prompt else "yes"
    return [code(description["id"]), name, model["media"],
            length if prompt.get("required", True) else "may be empty",
            *[values_of(settings.get(name)) for name in ("duration", "aspect-ratio", "resolution",
                                                         "generate-audio", "seed")],
            images_of(settings.get("images")), price_of(description, model)]


def tables(root):
    files = sorted((root / "src/provider/descriptions").glob("*.json"))
    descriptions = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    lines = table(["id", "service", "makes", "key", "base URL", "results are kept", "limits", "also"],
                  [provider_row(description) for description in descriptions])
    lines += ["", "What their models take:", ""]
    lines += table(["provider", "model", "makes", "prompt", "duration (s)", "aspect-ratio",
                    "resolution", "generate-audio", "seed", "images", "price"],
                   [model_row(description, model) for description in descriptions
                    for model in description["models"]])
    lines += ["", "Documented prices:", ""]
    lines += table(["provider", "model", "for", "credits"],
                   [cells for description in descriptions for model in description["models"]
                    for cells in price_rows(description, model)])
    return "\n".join(lines)


def main():
    root = pathlib.Path(sys.argv[1])
    page = root / "docs/providers.md"
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit("docs/providers.md has no place for the tables")
    new = f"\n{tables(root)}\n"
    if old == new:
        return
    if "--write" not in sys.argv[2:]:
        sys.exit("The tables of docs/providers.md are stale: run "
                 "tests/provider/provider_tables.py . --write")
    page.write_text(before + begin + new + end + after, encoding="utf-8")


if __name__ == "__main__":
    main()
