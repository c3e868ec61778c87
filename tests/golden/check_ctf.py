#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether babeltrace2 finds in a CTF trace what the same run's NDJSON says: each event, each field.

usage: check_ctf.py DIRECTORY NDJSON
"""
import json
import re
import subprocess
import sys

LINE = re.compile(r'\[(\d+)\] \([^)]*\) (\w+): \{ last = [01] \}, '
                  r'\{ vcpu = (\d+), world = \( "(\w+)" : container = \d+ \) \}(?:, \{ ?(.*?) ?\})?$')
FIELD = re.compile(r'(\w+) = ("(?:[^"\\]|\\.)*"|0x[0-9A-F]+|-?\d+)')


def value(text):
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return int(text, 0)


def of_babeltrace(directory):
    text = subprocess.run(["babeltrace2", "--clock-cycles", directory], check=True,
                          capture_output=True, text=True)
    if text.stderr:
        sys.exit(f"babeltrace2 complains: {text.stderr}")
    for line in text.stdout.splitlines():
        match = LINE.match(line)
        if not match:
            sys.exit(f"not understood: {line}")
        cycle, name, vcpu, world, fields = match.groups()
        yield (int(cycle), name, int(vcpu), world,
               {key: value(text) for key, text in FIELD.findall(fields or "")})


def plain(item):
    """An NDJSON value as CTF has it: no null, no booleans, numbers for hexadecimal text."""
    if item is None:
        return "-"
    if isinstance(item, str) and re.fullmatch(r"0x[0-9a-f]+", item):
        return int(item, 16)
    return int(item) if isinstance(item, bool) else item


def of_ndjson(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event["type"] == "event":
                yield (event["cycle"], event["event"], event["vcpu"], event["world"],
                       {key: plain(item) for key, item in event["args"].items()})


theirs, ours = list(of_babeltrace(sys.argv[1])), list(of_ndjson(sys.argv[2]))
for n, (read, written) in enumerate(zip(theirs, ours)):
    if read != written:
        sys.exit(f"event {n}: babeltrace2 reads {read}, written was {written}")
if len(theirs) != len(ours) or not ours:
    sys.exit(f"babeltrace2 reads {len(theirs)} events of {len(ours)}")
print(f"{len(ours)} events read by babeltrace2")
