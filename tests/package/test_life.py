# SPDX-License-Identifier: Apache-2.0
"""The life of an installed bridge under a real systemd: installed by the README's commands, at work, disturbed, upgraded,
erased and installed again. Each test has a machine of its own; all but the unit's own matters are tried with both kinds of
package."""
import re

import pytest

from node import CONFIG, DATA, KEY, SOCKET, Jira, readme, readme_section
from world import ANNA

SERVICE, LISTENER = "clockify-bridged.service", "clockify-bridged.socket"
both = pytest.mark.parametrize("bare", ["rpm", "deb"], indirect=True)


def facts(node, path):
    return node.output(f"stat --format='%A %U %G' {path}")


def waits(node):
    status = node.status()
    assert status["entries"]["blocked"] == status["worklogs"]["blocked"] == 0
    return status["entries"]["queued"] + status["worklogs"]["pending"]


def all_recorded(node, jira):
    """Each click had its answer, and each timer that was stopped became one entry and one worklog, and one only."""
    assert jira.report is not None and jira.report["failed"] == []
    node.until(lambda: waits(node) == 0, what="what waits", seconds=240)
    stopped = jira.report["stopped"]
    assert len(set(stopped)) == len(stopped) == len(node.entries()) == len(node.worklogs())
    assert all("end" in entry["timeInterval"] for entry in node.entries())


# ---- installing

@both
def test_installing(bare):
    said = bare.install()
    for step in ("systemctl enable", "clockify-bridgectl server set", "clockify-bridgectl doctor"):
        assert readme(step) in said  # what the package says is what the README says
    assert KEY in said
    assert facts(bare, KEY) == "-r-------- root root"
    assert re.fullmatch(r"[0-9a-f]{64}", bare.output(f"cat {KEY}"))
    assert bare.output(f"cat {KEY}") not in said
    assert facts(bare, CONFIG) == "-rw-r----- root clockify-bridge"
    assert facts(bare, "/etc/clockify-bridge") == "drwxr-x--- root clockify-bridge"
    for unit in (SERVICE, LISTENER, "clockify-bridge-metrics.timer"):
        assert bare.show(unit, "LoadState") == "loaded"
        assert (bare.show(unit, "UnitFileState"), bare.active(unit)) == ("disabled", "inactive")
    assert bare.output("getent passwd clockify-bridge").endswith(":/var/lib/clockify-bridge:/sbin/nologin")
    assert bare.output("ls /usr/share/clockify-bridge/*.jar").split() == [
        f"/usr/share/clockify-bridge/clockify-bridge-jira{version}.jar" for version in (10, 11)]
    if bare.kind == "rpm":
        assert bare.run("rpm -V clockify-bridge", check=False).stdout == ""


@both
def test_a_key_that_is_there_stays(bare):
    bare.run(f"mkdir -p /etc/clockify-bridge && umask 277 && echo {'ab' * 32} >{KEY}")
    bare.install()
    assert bare.output(f"cat {KEY}") == "ab" * 32


def test_no_new_key_beside_an_old_database(bare):
    bare.run(f"mkdir -p /var/lib/clockify-bridge && touch {DATA}")
    assert "put it back" in bare.install()
    assert not bare.machine.succeeds(f"test -e {KEY}")


# ---- the main job, and who may ask for it

@both
def test_the_main_job(node):
    assert node.active() == node.active(LISTENER) == "active"
    assert node.show(SERVICE, "UnitFileState") == node.show(LISTENER, "UnitFileState") == "enabled"
    assert facts(node, SOCKET) == "srw-rw---- root jira"
    assert facts(node, DATA) == "-rw------- clockify-bridge clockify-bridge"
    assert node.ctl("bridge.hello", caller="jira")["version"] == node.shelf.version
    node.connect_people()
    [worklog] = node.main_job()
    assert worklog["_authorKey"] == ANNA
    assert len(node.entries()) == 1


def test_who_may_ask(node):
    assert "Permission denied" in node.refused("bridge.hello", "other")
    # The group alone is not enough, nor a socket that somebody opened to all.
    node.run("usermod --append --groups jira other")
    assert node.refused("bridge.status", "other")
    node.run(f"gpasswd --delete other jira && chmod 0666 {SOCKET}")
    assert node.refused("bridge.status", "other")
    assert node.refused("bridge.pause", "jira")  # an operator's
    assert node.ctl("bridge.status", caller="jira")["store"]["ok"]


# ---- changes while it runs

@both
def test_reload(node):
    command = readme("systemctl reload")
    pid = node.pid()
    node.set("max_batch", 2)
    node.run(command)
    assert node.ctl("bridge.reload")["changed"] == []  # it knows already
    node.set("max_batch", 0)
    assert not node.machine.succeeds(command)
    assert "rpc.max_batch" in node.machine.journal()
    assert node.pid() == pid and node.active() == "active"
    assert node.ctl("bridge.status")["store"]["ok"]


@pytest.mark.parametrize("fault", ["configuration", "key", "no key"])
def test_what_no_restart_would_mend_is_not_tried_again(node, fault):
    change = {"configuration": f"cp -p {CONFIG} /root/good && echo 'rpc: {{ no_such = 1; }};' >>{CONFIG}",
              "key": f"cp -p {KEY} /root/good && chmod 600 {KEY} && echo nonsense >{KEY}",
              "no key": f"mv {KEY} /root/good"}[fault]
    path = CONFIG if fault == "configuration" else KEY
    node.run(change)
    node.run("systemctl restart clockify-bridged", check=False)
    node.until(lambda: node.active() == "failed", what="the failure")
    assert node.show(SERVICE, "ExecMainStatus") == ("243" if fault == "no key" else "78")
    assert node.restarts() == 0
    node.run(f"cp -p /root/good {path} && systemctl restart clockify-bridged")
    assert node.status()["store"]["ok"]


# ---- disturbed under load

@both
def test_restarts_under_load(node):
    node.prepare_load()
    with Jira(node) as jira:
        for _ in range(3):
            node.run("systemctl restart clockify-bridged")
            jira.go_on()
    assert jira.report["unanswered"].get("missing", 0) == 0  # the socket was there all the time
    all_recorded(node, jira)


def test_killed_under_load(node):
    """More often than systemd's usual limit of starts would bear."""
    node.prepare_load()
    with Jira(node) as jira:
        for times in range(1, 9):
            node.run("systemctl kill --signal=KILL clockify-bridged")
            node.until(lambda: node.restarts() >= times, what="the restart")  # noqa: B023
            jira.go_on()
    assert jira.report["unanswered"].get("missing", 0) == 0
    all_recorded(node, jira)


def test_the_watchdog_ends_what_hangs(node):
    node.drop_in(SERVICE, "[Service]\nWatchdogSec=5s\n")
    node.run("systemctl restart clockify-bridged")
    pid = node.pid()
    node.run("systemctl kill --kill-whom=main --signal=STOP clockify-bridged")
    node.until(lambda: node.restarts() >= 1 and node.pid() not in (0, pid), what="the watchdog")
    assert "watchdog" in node.machine.journal()
    assert node.status()["store"]["ok"]


# ---- other versions, and none

@both
def test_upgrade_and_downgrade_under_load(node):
    node.prepare_load()
    node.set("max_batch", 50)
    key = node.output(f"cat {KEY}")
    with Jira(node) as jira:
        said = node.install(2)
        node.until(lambda: node.version() == node.shelf.next_version, what="the next version")
        jira.go_on()
        assert "made the master key" not in said
        go_back = {"rpm": "rpm -U --oldpackage /mnt/share/rpm1/*.x86_64.rpm /mnt/share/rpm1/*.noarch.rpm",
                   "deb": "dpkg --install /mnt/share/deb1/*.deb"}[node.kind]
        node.run(go_back)
        node.until(lambda: node.version() == node.shelf.version, what="the earlier version")
        jira.go_on()
    assert jira.report["unanswered"].get("missing", 0) == 0
    all_recorded(node, jira)
    assert node.output(f"cat {KEY}") == key
    assert "max_batch = 50;" in node.output(f"cat {CONFIG}")
    assert (node.show(SERVICE, "UnitFileState"), node.active()) == ("enabled", "active")


@both
def test_an_upgrade_starts_nothing(bare):
    bare.install()
    bare.install(2)
    assert bare.active() == bare.active(LISTENER) == "inactive"
    assert bare.show(SERVICE, "UnitFileState") == "disabled"


@both
def test_erased_and_installed_again(node):
    node.connect_people()
    node.main_job()
    node.set("max_batch", 50)
    key, entries = node.output(f"cat {KEY}"), node.ctl("entry.list", user=ANNA)["items"]
    node.erase()
    node.run("systemctl daemon-reload")
    assert not node.machine.succeeds(f"test -e {SOCKET}") and not node.machine.succeeds("pgrep -x clockify-bridg")
    assert not node.machine.succeeds("test -e /usr/sbin/clockify-bridged")
    assert node.output(f"cat {KEY}") == key and facts(node, KEY) == "-r-------- root root"
    assert node.machine.succeeds(f"test -s {DATA}")
    assert "made the master key" not in node.install()
    assert node.output(f"cat {KEY}") == key
    assert "max_batch = 50;" in node.output(f"cat {CONFIG}")
    node.run(readme("systemctl enable"))
    assert node.ctl("entry.list", user=ANNA)["items"] == entries
    node.main_job()  # with the secrets that were sealed then


@pytest.mark.parametrize("bare", ["deb"], indirect=True)
def test_a_purge_leaves_the_only_copies(node):
    node.run("apt-get purge -y clockify-bridge")
    assert node.machine.succeeds(f"test -s {KEY}") and node.machine.succeeds(f"test -s {DATA}")


def test_every_command_of_the_readme_is_used_here():
    """What stands in that section is what these tests run."""
    used = ["dnf install", "apt-get install", "systemctl enable", "clockify-bridgectl server set",
            "clockify-bridgectl doctor", "systemctl reload", "dnf remove", "apt-get remove"]
    assert [readme(beginning) for beginning in used] and len(readme_section()) == len(used)
