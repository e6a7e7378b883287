# SPDX-License-Identifier: Apache-2.0
"""Counts what stands in the services against what was asked for, in Jepsen's words."""
import collections


def tally(found, expected):
    """lost, doubled and invented, of two multisets of whatever tells one thing from another."""
    counts = collections.Counter(lost=0, doubled=0, invented=0)
    for what in found.keys() | expected.keys():
        more = found[what] - expected[what]
        counts["lost"] += max(0, -more)
        counts["doubled" if expected[what] else "invented"] += max(0, more)
    return counts


def words(counts):
    """For a line that a person reads: "lost=0 doubled=0"."""
    return " ".join(f"{name}={number}" for name, number in counts.items())
