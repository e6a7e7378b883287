# SPDX-License-Identifier: Apache-2.0
"""Random calls, as a page makes them and as somebody makes them who wants what is another's. Each gives (method, params)."""
import secrets

from people import ISSUES


def words(person, random):
    return f"{person.mark} work {random.randrange(1000)}"


def others_id(people, random):
    """An id of an entry or a worklog that belongs to somebody; a made-up one when nobody has any."""
    ids = sorted(number for other in people for number in other.seen)
    return random.choice(ids) if ids else "1"


def changing(random):
    """What is in the way of another's: the same few request ids for everybody."""
    return {"request_id": f"r{random.randrange(40)}", "wait": random.choice(["accepted", "clockify", "worklog"])}


def start(person, people, random):
    return "timer.start", {"issue": random.choice(ISSUES), "description": words(person, random), **changing(random)}


def stop(person, people, random):
    return "timer.stop", {"comment": words(person, random), **changing(random)}


def edit(person, people, random):
    return "timer.edit", {"description": words(person, random), **changing(random)}


def discard(person, people, random):
    return "timer.discard", changing(random)


def add(person, people, random):
    return "entry.add", {"issue": random.choice(ISSUES), "seconds": random.randrange(60, 7200), "description": words(person, random),
                         "comment": words(person, random), **changing(random)}


def add_with_what_is_anothers(person, people, random):
    other = random.choice(people)
    params = {"issue": random.choice(ISSUES), "seconds": 600, "description": words(person, random), **changing(random)}
    return "entry.add", {**params, **random.choice([{"project": other.project}, {"workspace": other.workspace}])}


def preview(person, people, random):
    other = random.choice(people)
    return "entry.preview", {"issue": random.choice(ISSUES), **random.choice([{}, {"project": other.project}])}


def look(person, people, random):
    return random.choice(["account.get", "workspace.list", "timer.get"]), {}


def look_up(person, people, random):
    other = random.choice([person, random.choice(people)])
    method = random.choice(["project.list", "tag.list"])
    return method, random.choice([{}, {"workspace": other.workspace}, {"workspace": other.workspace, "search": other.mark}])


def look_into(person, people, random):
    other = random.choice(people)
    return "task.list", {"workspace": other.workspace, "project": other.project}


def list_entries(person, people, random):
    return "entry.list", random.choice([{}, {"before": others_id(people, random)}, {"limit": 200}, {"issue": random.choice(ISSUES)}])


def list_worklogs(person, people, random):
    other = random.choice(people)
    return "worklog.list", random.choice([{}, {"limit": 200}, {"before": others_id(people, random)}, {"user": other.user}])


def retry(person, people, random):
    other = random.choice(people)
    params = random.choice([{"id": others_id(people, random)}, {"user": other.user}, {"all": True}, {}])
    return random.choice(["entry.retry", "worklog.retry"]), params


def be_somebody_else(person, people, random):
    other = random.choice(people)
    method = random.choice(["account.get", "timer.stop", "entry.list", "worklog.list", "account.disconnect", "timer.get"])
    return method, {"user": other.user}


def be_an_admin(person, people, random):
    return random.choice([("worklog.list_all", {}), ("worklog.retry_all", {}), ("server.set", {"region": "eu"}),
                          ("bridge.status", {}), ("bridge.metrics", {}), ("audit.list", {}), ("bridge.pause", {"why": "no"})])


def take_a_token(person, people, random):
    """Another's token under one's own name. One's own again otherwise."""
    other = random.choice([person, random.choice(people)])
    return "account.connect_jira", {"token": other.token}


def guess_a_key(person, people, random):
    return "account.connect_clockify", {"api_key": secrets.token_hex(16)}


def move_in_with_another(person, people, random):
    return "account.set_workspace", {"workspace": random.choice(people).workspace}


def move_back(person, people, random):
    return "account.set_workspace", {"workspace": random.choice([person.workspace, person.shared])}


KINDS = [start] * 6 + [stop] * 6 + [add] * 6 + [edit] * 2 + [look] * 3 + [look_up] * 3 + [list_entries] * 2 + [
    discard, add_with_what_is_anothers, preview, look_into, list_worklogs, retry, be_somebody_else, be_an_admin, take_a_token,
    guess_a_key, move_in_with_another, move_back]
