#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks Chrome trace JSON by the rules of Perfetto's importer (its guide to external formats).

usage: check_chrome.py FILE...
"""
import bisect
import json
import sys
from fractions import Fraction

KEYS = {"X": {"ts", "dur", "name"}, "i": {"ts", "s", "name"}, "M": {"name", "args"},
        "s": {"ts", "id", "name"}, "t": {"ts", "id", "name"}, "f": {"ts", "id", "name", "bp"}}


def check_nesting(path, slices):
    """Slices of a thread lie inside each other or apart; a parent comes first in the file."""
    bad = []
    for thread, rows in slices.items():
        open_ends = []
        for start, end, name in sorted(rows, key=lambda row: row[0]):  # stable, as the importer
            while open_ends and open_ends[-1] <= start:
                open_ends.pop()
            if open_ends and end > open_ends[-1]:
                bad.append(f"{path}: {thread}: {name} at {start} ends behind the slice it is in")
            open_ends.append(end)
    return bad


def outermost(rows):
    """Starts and ends of the slices that lie in no other."""
    starts, ends = [], []
    for start, end, _ in sorted(rows, key=lambda row: row[0]):
        if not ends or start >= ends[-1]:
            starts.append(start)
            ends.append(end)
    return starts, ends


def check_flows(path, flows, slices):
    """A flow starts once, ends once, never goes back, and each of its points lies on a slice."""
    bad = []
    outer = {thread: outermost(rows) for thread, rows in slices.items()}
    for flow, points in flows.items():
        kinds = "".join(kind for kind, _, _ in points)
        if kinds[0] != "s" or kinds[-1] != "f" or set(kinds[1:-1]) - {"t"} or len(kinds) < 2:
            bad.append(f"{path}: flow {flow} is {kinds}")
        times = [at for _, at, _ in points]
        if times != sorted(times):
            bad.append(f"{path}: flow {flow} goes back in time")
        for _, at, thread in points:
            starts, ends = outer.get(thread, ([], []))
            n = bisect.bisect_right(starts, at)
            if n == 0 or at >= ends[n - 1]:
                bad.append(f"{path}: flow {flow} at {at} touches no slice")
    return bad


def check(path):
    with open(path, encoding="utf-8") as file:
        # Times as exact fractions: nothing is lost to rounding.
        trace = json.load(file, parse_float=Fraction)
    bad, slices, flows, threads, processes, used = [], {}, {}, set(), set(), set()
    for n, event in enumerate(trace["traceEvents"]):
        kind, thread = event["ph"], (event["pid"], event["tid"])
        if kind not in KEYS or not KEYS[kind] <= event.keys():
            bad.append(f"{path}: event {n}: a {kind} lacks {KEYS.get(kind, 0) - event.keys()}")
            continue
        if kind == "M":
            threads |= {thread} if event["name"] == "thread_name" else set()
            processes |= {event["pid"]} if event["name"] == "process_name" else set()
            continue
        used.add(thread)
        if not isinstance(event["ts"], Fraction) or event["ts"].denominator > 1000:
            bad.append(f"{path}: event {n}: ts has not three decimals")
        if kind == "X":
            if event["dur"] <= 0:
                bad.append(f"{path}: event {n}: a slice without length")
            slices.setdefault(thread, []).append(
                (event["ts"], event["ts"] + event["dur"], event["name"]))
        elif kind in "stf":
            flows.setdefault(event["id"], []).append((kind, event["ts"], thread))
    bad += check_nesting(path, slices) + check_flows(path, flows, slices)
    for thread in used - threads:
        bad.append(f"{path}: {thread} has no name")
    for pid in {pid for pid, _ in used} - processes:
        bad.append(f"{path}: process {pid} has no name")
    if not slices or not flows:
        bad.append(f"{path}: no slices or no flows")
    return bad


problems = [line for path in sys.argv[1:] for line in check(path)]
print("\n".join(problems) if problems else f"{len(sys.argv) - 1} traces are well formed")
sys.exit(1 if problems or len(sys.argv) < 2 else 0)
