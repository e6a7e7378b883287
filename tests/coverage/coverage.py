# SPDX-License-Identifier: Apache-2.0
"""Branch coverage of the parts that the promise rests on, out of what gcc's --coverage left in a build directory.

Prints one line a part, then every branch that nothing took as FILE:LINE, and speaks TAP: a part below the bound is
"not ok". Run the tests in that build first."""
import argparse
import collections
import fnmatch
import json
import os
import pathlib
import subprocess
import sys

BOUND = 90.0  # percent of the branches

# name: the files of it
PARTS = {
    "journal": ["bridge/store/journal*.c"],
    "flows": ["bridge/flow/*.c"],
    "keyring": ["bridge/store/keyring*.c"],
    "RPC framing": ["bridge/rpc/connection*.c", "bridge/rpc/jsonrpc.c", "bridge/rpc/server.c", "bridge/rpc/calls.c"],
    "Clockify answers": ["bridge/remote/clockify*.c", "bridge/remote/answer.c"],
    "Jira answers": ["bridge/remote/jira*.c"],
}


def gcov(build, counts):
    """What gcov says of one .gcda file: a list of {file, lines}."""
    run = subprocess.run(["gcov", "--branch-probabilities", "--json-format", "--stdout", str(counts)],
                         cwd=build, capture_output=True, check=True)
    return [file for line in run.stdout.splitlines() for file in json.loads(line)["files"]]


def taken_branches(build, source):
    """{file: {line: [times each branch was taken]}}. A file may have been compiled more than once: its counts add up."""
    result = collections.defaultdict(dict)
    for counts in sorted(build.glob("bridge/**/*.gcda")):
        for file in gcov(build, counts.resolve()):
            name = os.path.relpath(os.path.join(build, file["file"]), source)
            for line in file["lines"]:
                taken = [branch["count"] for branch in line["branches"]]
                before = result[name].get(line["line_number"], [0] * len(taken))
                if len(before) == len(taken):
                    result[name][line["line_number"]] = [a + b for a, b in zip(before, taken)]
    return result


def files_of(part, branches):
    return [name for name in sorted(branches) if any(fnmatch.fnmatch(name, pattern) for pattern in PARTS[part])]


def measure(part, branches):
    """(percent, branches in all, ["FILE:LINE missed/all"])"""
    every, missed, places = 0, 0, []
    for name in files_of(part, branches):
        for number, taken in sorted(branches[name].items()):
            never = taken.count(0)
            every += len(taken)
            missed += never
            if never:
                places.append(f"{name}:{number} {never}/{len(taken)}")
    return (100.0 * (every - missed) / every if every else 0.0), every, places


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="a build with --coverage whose tests have run")
    parser.add_argument("--source", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    options = parser.parse_args()

    branches = taken_branches(options.build.resolve(), options.source.resolve())
    print(f"1..{len(PARTS)}")
    low = 0
    for number, part in enumerate(PARTS, 1):
        percent, every, places = measure(part, branches)
        good = percent >= BOUND
        low += not good
        print(f"{'ok' if good else 'not ok'} {number} - {part}: {percent:.1f} % of {every} branches taken")
        for place in places:
            print(f"#   not taken: {place}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
