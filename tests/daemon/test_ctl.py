# SPDX-License-Identifier: Apache-2.0
"""clockify-bridgectl against a living bridge: every command, what it prints, its exit status, and that no secret has to stand
on a command line."""
import json
import os
import re
import secrets
import subprocess
import time

import pytest

import shapes
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY

OK, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 3
REGION = {"clockify": {"proxy": "http://127.0.0.1:1"}}  # nothing leaves this machine


@pytest.fixture
def ctl(anna):
    """ctl("status") runs a command, expects success, and gives what it prints; ctl(..., status=1) gives what it complains."""
    def run(*arguments, status=OK, **options):
        result = anna.bridge.ctl(*arguments, **options)
        assert result.returncode == status, f"{arguments}: {result.returncode}\n{result.stdout}{result.stderr}"
        if status == OK:
            assert result.stderr == "", result.stderr
            return result.stdout
        return result.stderr
    run.world = anna
    return run


def fields(text):
    """{"name": "text"} of lines such as "name       text"."""
    return dict(line.split(None, 1) for line in text.splitlines())


def table(text):
    """The rows of a table as dicts; fails where a cell does not begin below its title."""
    title, *lines = text.splitlines()
    columns = [(found.start(), found.group().strip()) for found in re.finditer(r"\S+(?: \S+)*", title)]
    rows = []
    for line in lines:
        row = {}
        for i, (start, name) in enumerate(columns):
            end = columns[i + 1][0] if i + 1 < len(columns) else len(line)
            assert start == 0 or line[start - 1] == " " and line[start] != " ", f"not aligned:\n{text}"
            row[name] = line[start:end].strip()
        rows.append(row)
    return rows


def blocked_worklog(world):
    world.sim.change("jira/issues/PZ-1", _workers=[])
    world.call("entry.add", issue="PZ-1", seconds=600, comment="Not mine", wait="worklog")
    [worklog] = world.bridge.until(lambda: world.call("worklog.list", state="blocked")["items"])
    return worklog["id"]


# ---- commands

def test_status(ctl):
    shown = fields(ctl("status"))
    assert re.fullmatch(r"\S+ on \S+, up \d+ .*", shown["bridge"])
    assert shown["store"] == "sqlite, ok" and shown["paused"] == "no"
    assert shown["clockify"].startswith(f"{ctl.world.sim.clockify}, ok") and shown["jira"].startswith(ctl.world.sim.jira)
    assert shown["entries"] == "0 queued, 0 blocked" and shown["worklogs"] == "0 pending, 0 blocked"


def test_status_of_what_is_wrong(ctl):
    blocked_worklog(ctl.world)
    ctl.world.sim.fault(service="clockify", kind="refuse")
    ctl("call", "project.list", json.dumps({"user": ANNA}), status=FAILED)
    shown = fields(ctl("status"))
    assert ", ok" not in shown["clockify"] and shown["worklogs"] == "0 pending, 1 blocked"


def test_pause_and_resume(ctl):
    assert fields(ctl("pause", "--why", "moving house"))["paused"] == "YES: moving house"
    assert fields(ctl("status"))["paused"] == "YES: moving house"
    assert fields(ctl("resume"))["paused"] == "no"
    assert fields(ctl("pause"))["paused"] == "YES"
    assert fields(ctl("resume", "--why", "done"))["paused"] == "no"


def test_server_get(ctl):
    shown = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in ctl("server", "get").splitlines())
    assert shown["kind"] == "self_hosted" and shown["url"] == ctl.world.sim.clockify
    assert shown["api"].endswith("/api/v1") and shown["keys at"]


def test_server_test(ctl):
    text = ctl("server", "test", ctl.world.sim.clockify)
    checks = table(text[text.index("CHECK"):])
    assert {row["RESULT"] for row in checks} == {"ok"} and len(checks) >= 4
    text = ctl("server", "test", "http://127.0.0.1:1")
    assert {row["CHECK"]: row["RESULT"] for row in table(text[text.index("CHECK"):])}["connection"] == "FAILED"


def test_server_set(ctl):
    url = ctl.world.sim.clockify
    assert "connection" in ctl("server", "set", "http://127.0.0.1:1", status=FAILED)
    assert url in ctl("server", "get")
    assert "http://127.0.0.1:1" in ctl("server", "set", "http://127.0.0.1:1", "--force")
    assert url in ctl("server", "set", url + "/", "--by", "JIRAUSER10000")
    log = ctl.world.bridge.log()
    assert "by root" in log and "by JIRAUSER10000" in log


def test_server_set_by_region(world_with):
    bridge = world_with(**REGION).bridge
    result = bridge.ctl("server", "set", "--region", "euc1", "--force")
    assert result.returncode == OK and re.search(r"^region +euc1$", result.stdout, re.M), result
    assert bridge.ctl("server", "set", "--region", "mars").returncode == FAILED
    assert bridge.ctl("server", "set").returncode == FAILED


def test_account(ctl, tmp_path):
    shown = fields(ctl("account", "get", ANNA))
    assert "Anna <anna@example.com>, workspace Main, key" in shown["clockify"] and ANNA in shown["jira"]
    assert fields(ctl("account", "disconnect", ANNA, "--service", "jira"))["jira"] == "not connected"
    assert fields(ctl("account", "disconnect", ANNA))["clockify"] == "not connected"
    for name, secret in (("key", ANNA_KEY), ("token", ANNA_TOKEN)):
        (tmp_path / name).write_text(secret + "\n")
    shown = fields(ctl("account", "connect", ANNA, "--clockify-key-file", str(tmp_path / "key"), "--jira-token-file",
                       str(tmp_path / "token"), "--expires", "2099-01-01T00:00:00Z"))
    assert "anna@example.com" in shown["clockify"] and "expires 2099-01-01T00:00:00Z" in shown["jira"]
    assert "ben@example.com" in ctl("account", "connect", BEN, "--clockify-key-file", "-", input=BEN_KEY)
    assert "nothing to connect" in ctl("account", "connect", ANNA, status=USAGE)
    assert "cannot be read" in ctl("account", "connect", ANNA, "--clockify-key-file", "/no/such", status=USAGE)
    assert "clockify_key_rejected" in ctl("account", "connect", ANNA, "--clockify-key-file", "-", input="WrongWrongWrong",
                                          status=FAILED)


def test_a_secret_has_no_place_on_a_command_line(ctl):
    """There is no option for one, and of what a caller writes there all the same nothing is repeated."""
    text = ctl("--help") + "".join(ctl("help", "account", word) for word in ("get", "connect", "disconnect"))
    for line in text.splitlines():
        assert not re.search(r"--(api-)?(key|token|secret)[ =]", line), line
    complaint = ctl("account", "connect", ANNA, "--clockify-key", ANNA_KEY, status=USAGE)
    assert ANNA_KEY not in complaint
    told = ctl("call", "account.connect_clockify", "-", input=json.dumps({"user": ANNA, "api_key": ANNA_KEY}))
    assert ANNA_KEY not in told


def test_a_key_is_not_seen_while_it_is_sent(ctl):
    """Its memory of arguments and environment holds none while it waits for the bridge."""
    ctl.world.sim.fault(service="clockify", kind="delay", ms=1500, times=1)
    with subprocess.Popen([ctl.world.bridge.control, "--socket", str(ctl.world.bridge.socket_path), "account", "connect", ANNA,
                           "--clockify-key-file", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        process.stdin.write(ANNA_KEY.encode())
        process.stdin.close()
        ctl.world.bridge.until(lambda: ctl.world.sim.counts()["clockify"]["now"])
        for name in ("cmdline", "environ"):
            with open(f"/proc/{process.pid}/{name}", "rb") as file:
                assert ANNA_KEY.encode() not in file.read()
        assert process.wait(20) == OK


def test_entries(ctl):
    assert ctl("entries", ANNA) == "none\n"
    ctl.world.call("entry.add", issue="PZ-1", seconds=5400, wait="worklog")
    ctl.world.call("timer.start", issue="PZ-2", description="Größe 時間 ok")
    running, added = table(ctl("entries", ANNA, "--limit", "10"))
    assert (running["ISSUE"], running["STATE"], running["DELIVERY"], running["TIME"]) == ("PZ-2", "running", "done", "-")
    assert (added["TIME"], added["WORKLOG"], added["PROJECT"]) == ("1 h 30 min", "written", "Phase Zero")
    assert "Größe 時間 ok" in running["PROBLEM OR DESCRIPTION"]
    assert len(table(ctl("entries", ANNA, "--issue", "PZ-1"))) == 1
    assert len(table(ctl("entries", "--user", ANNA, "--state", "running"))) == 1
    assert ctl("entries", ANNA, "--delivery", "blocked") == "none\n"
    assert table(ctl("entries", ANNA, "--before", running["ID"]))[0]["ID"] == added["ID"]
    assert ctl("entries", "retry", "--all") == "0 go on now\n"


def test_worklogs(ctl):
    number = blocked_worklog(ctl.world)
    for filters in ((), ("--blocked",), ("--state", "blocked"), ("--user", ANNA), ("--issue", "PZ-1"), ("--limit", "1")):
        [row] = table(ctl("worklogs", *filters))
        assert (row["ID"], row["ISSUE"], row["USER"], row["STATE"], row["TIME"]) == (number, "PZ-1", ANNA, "blocked", "10 min")
        assert row["PROBLEM OR COMMENT"] and row["PROBLEM OR COMMENT"] != "Not mine"
    assert ctl("worklogs", "--state", "written") == "none\n"
    ctl.world.sim.change("jira/issues/PZ-1", _workers=["anna"])
    assert ctl("worklogs", "retry", "--all", "--wait") == "1 go on now\n"
    assert table(ctl("worklogs"))[0]["STATE"] == "written"
    assert ctl("worklogs", "retry", "--id", number) == "0 go on now\n"
    assert ctl("worklogs", "retry", "--user", ANNA) == "0 go on now\n"


def test_worklogs_retry_that_waits_says_what_stays_blocked(ctl):
    blocked_worklog(ctl.world)
    assert "1 worklogs are blocked" in ctl("worklogs", "retry", "--all", "--wait", status=FAILED)
    ctl("pause")
    assert "paused" in ctl("worklogs", "retry", "--all", "--wait", status=FAILED)


def test_worklogs_abandon(ctl):
    number = blocked_worklog(ctl.world)
    assert "missing: --why" in ctl("worklogs", "abandon", number, status=USAGE)
    [row] = table(ctl("worklogs", "abandon", number, "--why", "closed for good"))
    assert row["STATE"] == "abandoned" and "closed for good" in row["PROBLEM OR COMMENT"]
    assert "not_found" in ctl("worklogs", "abandon", "4711", "--why", "x", status=FAILED)


def test_reload(ctl):
    bridge = ctl.world.bridge
    assert ctl("reload") == "nothing has changed\n"
    bridge.settings["worklog"] = {"step_s": 300}
    bridge.write_config()
    assert ctl("reload") == "changed: worklog.step_s\n"
    bridge.settings["worklog"] = {"step_s": 7}
    bridge.write_config()
    assert "worklog.step_s" in ctl("reload", status=FAILED)


def test_rotate(ctl):
    bridge = ctl.world.bridge
    bridge.write_keys(secrets.token_hex(32), bridge.key_path.read_text().strip())
    assert ctl("rotate") == "2 secrets sealed anew\n"
    assert ctl("rotate") == "0 secrets sealed anew\n"


SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_]\w*="[^"\n]*")*\})? '
                    r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)")


def parse_prometheus(text):
    """{name: {labels: value}}; holds the text to the exposition format: HELP, TYPE and all samples of one metric together."""
    metrics, types, helps, current = {}, {}, set(), None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in helps, f"{name} twice"
            helps.add(name)
            current = name
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name == current and name not in types and kind in ("counter", "gauge", "histogram", "summary"), line
            types[name] = kind
        else:
            found = SAMPLE.fullmatch(line)
            assert found, f"no sample: {line!r}"
            name, labels, value = found.groups()
            assert name == current and name in types, f"{name} stands outside its group"
            assert labels not in metrics.setdefault(name, {}), f"{line} twice"
            assert types[name] != "counter" or name.endswith("_total") and float(value) >= 0, line
            metrics[name][labels] = float(value)
    assert set(metrics) == helps == set(types)
    return metrics


def test_metrics(ctl):
    blocked_worklog(ctl.world)
    before = parse_prometheus(ctl("metrics"))
    assert before["clockify_bridge_worklogs_blocked"][None] == 1 and before["clockify_bridge_store_ok"][None] == 1
    assert before["clockify_bridge_upstream_up"] == {'{service="clockify"}': 1, '{service="jira"}': 1}
    ctl.world.call("timer.start", issue="PZ-2")
    after = parse_prometheus(ctl("metrics"))
    assert set(after) == set(before)
    sent = "clockify_bridge_requests_total"
    assert after[sent]['{service="clockify"}'] > before[sent]['{service="clockify"}']
    for name, samples in after.items():
        if name.endswith("_total"):
            assert all(value >= before[name][labels] for labels, value in samples.items()), name


def test_call(ctl):
    assert json.loads(ctl("call", "bridge.hello"))["role"] == "operator"
    assert json.loads(ctl("call", "timer.get", json.dumps({"user": ANNA})))["running"] is None
    assert json.loads(ctl("call", "timer.get", "--user", ANNA))["running"] is None
    assert json.loads(ctl("call", "timer.get", "-", input=json.dumps({"user": ANNA})))["running"] is None
    complaint = ctl("call", "no.such", status=FAILED)
    assert "method_not_found" in complaint and "describe" in complaint
    assert "invalid_params" in ctl("call", "timer.get", status=FAILED)
    for params in ("nonsense", "[]", "5", "{}{}"):
        assert "PARAMS" in ctl("call", "timer.get", params, status=USAGE)
    ctl("call", status=USAGE)


def test_describe(ctl):
    names = {row["METHOD"] for row in table(ctl("describe"))}
    assert names >= set(shapes.RESULTS)
    assert json.loads(ctl("describe", "timer.start"))["name"] == "timer.start"
    assert "no.such" in ctl("describe", "no.such", status=FAILED)


def test_help(ctl):
    overview = ctl("--help")
    assert ctl("help") == overview
    for word in ("status", "worklogs retry", "--socket", "--json", "timer.start", "Exit status"):
        assert word in overview
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", overview[overview.index("Commands"):overview.index("Methods")], re.M)
    assert len(commands) > 15
    for command in commands:
        text = ctl("help", *command.split())
        assert text.startswith(f"Usage: clockify-bridgectl {command}"), command
    for method in shapes.RESULTS:
        text = ctl("help", method)
        assert method in text and "Example:" in text
    assert "no.such" in ctl("help", "no.such", status=USAGE)
    assert re.fullmatch(r"clockify-bridgectl \d\S*\n", ctl("--version"))


# ---- for scripts

@pytest.mark.parametrize("command, method", [
    (("status",), "bridge.status"), (("server", "get"), "server.get"), (("account", "get", ANNA), "account.get"),
    (("entries", ANNA), "entry.list"), (("worklogs",), "worklog.list"), (("worklogs", "retry", "--all"), "worklog.retry"),
    (("pause",), "bridge.pause"), (("resume",), "bridge.resume"), (("reload",), "bridge.reload"), (("rotate",), "secret.rotate"),
    (("metrics",), "bridge.metrics"), (("describe",), "bridge.describe"), (("call", "bridge.hello"), "bridge.hello")])
def test_json_is_one_line_with_the_result(ctl, command, method):
    ctl.world.call("entry.add", issue="PZ-1", seconds=60, wait="worklog")
    for arguments in (("--json", *command), (*command, "--json")):
        text = ctl(*arguments)
        assert text.endswith("\n") and text.count("\n") == 1
        shapes.check(shapes.RESULTS[method], json.loads(text), method)


def test_json_of_an_error(ctl):
    result = ctl.world.bridge.ctl("--json", "call", "no.such")
    assert result.returncode == FAILED
    shapes.check_error(json.loads(result.stdout)["error"])


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("status", "word"), ("worklogs", "--limit", "ten"), ("--timeout", "0", "status"),
                                       ("--timeout",), ("worklogs", "--no-such"), ("account",), ("account", "get"), ("--socket",),
                                       ("entries",), ("--user", ANNA, "status"), ("worklogs", "--blocked=yes")])
def test_wrong_usage(ctl, arguments):
    assert ctl(*arguments, status=USAGE).startswith("clockify-bridgectl: ")


def test_no_bridge(ctl):
    bridge = ctl.world.bridge
    missing = bridge.ctl("--socket", "/no/such.sock", "status")
    assert missing.returncode == UNREACHABLE and "/no/such.sock" in missing.stderr
    bridge.kill()
    assert "is it running?" in ctl("status", status=UNREACHABLE)
    bridge.start()


def test_no_answer_in_time(ctl):
    ctl.world.sim.fault(service="clockify", kind="delay", ms=4000, times=1)
    began = time.monotonic()
    assert "1" in ctl("--timeout", "1", "call", "project.list", json.dumps({"user": ANNA, "search": "x"}), status=UNREACHABLE)
    assert time.monotonic() - began < 3


def test_who_may(ctl):
    """The plugin's user may look, and is told that the rest is for operators; a stranger may nothing."""
    import pwd
    for name, command, status in (("daemon", "status", OK), ("daemon", "pause", FAILED), ("nobody", "status", FAILED)):
        user = pwd.getpwnam(name)
        os.chmod(ctl.world.bridge.socket_path, 0o666)
        result = ctl.world.bridge.ctl(command, user=user.pw_uid, group=user.pw_gid, extra_groups=[])
        assert result.returncode == status, result
        if status == FAILED:
            assert "forbidden" in result.stderr and "socket.operators" in result.stderr


def test_what_people_wrote_does_not_steer_the_terminal(ctl):
    ctl.world.call("entry.add", issue="PZ-1", seconds=60, description="\x1b[2Jgone\x07\u202ereversed\u009b5m")
    text = ctl("entries", ANNA)
    assert "gone" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), repr(text)
