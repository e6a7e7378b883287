#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Clockify and Jira hold, asked from them and not from the bridge: for packaging/demo.sh. It only reads.

    demo_look.py whoami                    the Jira user key of the token
    demo_look.py remember FILE             writes down what is there before the demonstration
    demo_look.py show FILE EXPECTED...     shows what is new since then; EXPECTED is the issue of each entry and
                                           worklog that there must be. Exit status 1 when it differs.
    demo_look.py brief                     one line for a person from a call's result on standard input
    demo_look.py member NAME...            one member of the JSON object on standard input

CLOCKIFY_API, CLOCKIFY_KEY_FILE, JIRA_URL, JIRA_TOKEN_FILE and ISSUES (separated by blanks) say where and as whom.
"""
import json
import os
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

# A demonstration writes to Jira beside it as the bridge does: straight, whatever proxy the environment names.
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
proxied = urllib.request.build_opener()


def read_secret(variable):
    with open(os.environ[variable], encoding="ascii") as file:
        return file.read().strip()


def get(opener, url, headers):
    request = urllib.request.Request(url, headers={"Accept": "application/json", **headers})
    try:
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{url}: HTTP {error.code}")
    except (urllib.error.URLError, ValueError) as error:
        sys.exit(f"{url}: {error}")


def clockify(path):
    base = os.environ["CLOCKIFY_API"]
    opener = direct if base.startswith("http://127.") else proxied
    return get(opener, base + path, {"X-Api-Key": read_secret("CLOCKIFY_KEY_FILE")})


def jira(path):
    return get(direct, os.environ["JIRA_URL"] + path,
               {"Authorization": "Bearer " + read_secret("JIRA_TOKEN_FILE")})


def entries():
    """The user's entries of the last two days, with the names of what they hang on."""
    user = clockify("/user")
    since = (datetime.now(timezone.utc) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return clockify(f"/workspaces/{user['activeWorkspace']}/user/{user['id']}/time-entries"
                    f"?start={since}&hydrated=true&page-size=200")


def worklogs():
    found = []
    for issue in dict.fromkeys(os.environ["ISSUES"].split()):
        for worklog in jira(f"/rest/api/2/issue/{issue}/worklog")["worklogs"]:
            found.append({**worklog, "issue": issue})
    return found


def name_of(thing):
    return (thing or {}).get("name") or "-"


def table(title, head, rows):
    print(f"\n{title}")
    rows = [head, *sorted(rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    if len(rows) == 1:
        print("  (nothing)")


def remember(path):
    known = {"entries": [entry["id"] for entry in entries()],
             "worklogs": [worklog["id"] for worklog in worklogs()]}
    with open(path, "w", encoding="ascii") as file:
        json.dump(known, file)


def show(path, expected):
    with open(path, encoding="ascii") as file:
        known = json.load(file)
    new_entries = [entry for entry in entries() if entry["id"] not in known["entries"]]
    new_worklogs = [worklog for worklog in worklogs() if worklog["id"] not in known["worklogs"]]
    table("Clockify holds", ("START", "END", "PROJECT", "TASK", "TAGS", "DESCRIPTION"),
          [(entry["timeInterval"]["start"], entry["timeInterval"]["end"] or "running",
            name_of(entry.get("project")), name_of(entry.get("task")),
            ", ".join(sorted(name_of(tag) for tag in entry.get("tags") or [])) or "-",
            entry["description"]) for entry in new_entries])
    table("Jira holds", ("ISSUE", "STARTED", "TIME", "AUTHOR", "COMMENT"),
          [(worklog["issue"], worklog["started"], worklog["timeSpent"],
            (worklog.get("author") or {}).get("name", "-"), worklog.get("comment") or "-")
           for worklog in new_worklogs])
    problems = differences("entries in Clockify", expected,
                           [issue_of(entry["description"], expected) for entry in new_entries])
    problems += differences("worklogs in Jira", expected, [worklog["issue"] for worklog in new_worklogs])
    problems += [f"an entry of Clockify still runs: {entry['description']}"
                 for entry in new_entries if not entry["timeInterval"]["end"]]
    print()
    for problem in problems:
        print(f"DIFFERS: {problem}")
    return 1 if problems else 0


def issue_of(description, issues):
    return next((issue for issue in issues if description.startswith(issue + " ")), description)


def differences(what, expected, found):
    return [f"{what} for {issue}: {found.count(issue)}, expected {expected.count(issue)}"
            for issue in sorted({*expected, *found}) if found.count(issue) != expected.count(issue)]


def say_entry(label, entry):
    worklog = entry.get("worklog") or {}
    words = [f"{label} {entry['id']}: {entry['issue']} {entry['state']}", f"delivery {entry['delivery']}",
             f"from {entry['start']}" + (f" to {entry['end']}" if entry["end"] else ""),
             f"project {name_of(entry['project'])}, task {name_of(entry['task'])}"]
    if worklog:
        words.append(f"worklog {worklog['state']}")
    if entry.get("problem"):
        words.append(f"PROBLEM {entry['problem']['message']}")
    print("  " + "; ".join(words))


def brief(result):
    if result.get("stopped"):
        say_entry("stopped", result["stopped"])
    if result.get("entry"):
        say_entry("entry", result["entry"])
    if "running" in result:
        if result["running"]:
            say_entry("running", result["running"])
        else:
            print("  no timer runs")


def main(arguments):
    if arguments == ["whoami"]:
        print(jira("/rest/api/2/myself")["key"])
    elif arguments == ["brief"]:
        brief(json.load(sys.stdin))
    elif arguments[:1] == ["member"]:
        value = json.load(sys.stdin)
        for name in arguments[1:]:
            value = (value or {}).get(name)
        print("" if value is None else value)
    elif arguments[:1] == ["remember"] and len(arguments) == 2:
        remember(arguments[1])
    elif arguments[:1] == ["show"] and len(arguments) > 2:
        return show(arguments[1], arguments[2:])
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
