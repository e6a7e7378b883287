# SPDX-License-Identifier: Apache-2.0
"""The units: how closed their sandbox is, by systemd's own measure and by a program that tries; and what can be dropped in."""
import re

from node import KEY

SERVICE = "clockify-bridged.service"
DROP_INS = "/usr/share/clockify-bridge/drop-ins"
ALLOWED = {
    "write-state", "write-private-tmp", "read-configuration", "read-credential", "read-server-xml", "read-sysctl",
    "read-meminfo", "socket-unix", "socket-inet", "socket-inet6", "resolve-localhost", "random", "lock-memory", "memory-rw"}


def test_systemd_finds_the_service_closed(bare):
    bare.install()
    said = bare.output("cd /usr/lib/systemd/system && systemd-analyze security --no-pager --offline=true --threshold=15"
                       " ./clockify-bridged.service")
    assert re.search(r"Overall exposure level for clockify-bridged.service: (0\.\d|1\.[0-5]) ", said), said


def test_systemd_understands_every_line(bare):
    bare.install()
    for unit in (SERVICE, "clockify-bridged.socket", "clockify-bridge-metrics.service", "clockify-bridge-metrics.timer"):
        done = bare.run(f"systemd-analyze verify --man=no /usr/lib/systemd/system/{unit}")
        assert "clockify" not in done.stderr, done.stderr


def test_the_sandbox_holds(node):
    """The probe takes the place of the bridge in its own unit."""
    node.run("install -m 0755 /mnt/share/probe /usr/sbin/clockify-bridge-probe")
    unit = node.output(f"cat /usr/lib/systemd/system/{SERVICE}")
    for line, new in ((r"^(Requires|After|Wants|ExecReload|WatchdogSec|Restart\w*|NotifyAccess)=.*\n", ""),
                      (r"^Type=notify", "Type=oneshot"),
                      (r"^ExecStart=.*", "ExecStart=/usr/sbin/clockify-bridge-probe"),
                      (r"^ExecPaths=/usr/sbin/clockify-bridged", "ExecPaths=/usr/sbin/clockify-bridge-probe")):
        unit, count = re.subn(line, new, unit, flags=re.MULTILINE)
        assert count, line
    node.write("/etc/systemd/system/probe.service", unit)
    node.run("systemctl daemon-reload && systemctl start probe")
    found = dict(re.findall(r"^([a-z0-9-]+) (allowed|E[A-Z0-9]+)$", node.machine.journal("probe"), re.MULTILINE))
    assert len(found) >= 44, node.machine.journal("probe")
    assert {name for name, result in found.items() if result == "allowed"} == ALLOWED, found


# ---- what can be dropped in

def drop_in(node, name, unit):
    """As the file itself says."""
    node.run(f"cd {DROP_INS} && install -D -m 0644 {name} /etc/systemd/system/{unit}.d/{name} && systemctl daemon-reload")


def test_an_encrypted_key(node):
    node.run(f"systemd-creds encrypt --with-key=host --name=master-key {KEY} /etc/clockify-bridge/master-key.sealed")
    drop_in(node, "encrypted-key.conf", SERVICE)
    node.run(f"mv {KEY} /root/ && systemctl restart clockify-bridged")
    assert node.status()["store"]["ok"]
    node.connect_people()
    node.main_job()


def test_another_account_of_jira(node):
    node.run("groupadd --system atlassian && useradd --system --gid atlassian atlassian")
    drop_in(node, "other-jira-account.conf", "clockify-bridged.socket")
    node.run("sed -i 's/plugin_users = \\[ \"jira\" \\];/plugin_users = [ \"atlassian\" ];/' /etc/clockify-bridge/bridge.conf"
             " && systemctl restart clockify-bridged.socket clockify-bridged")
    assert node.ctl("bridge.status", caller="atlassian")["store"]["ok"]
    assert node.refused("bridge.status", "jira")


def test_a_proxy_alone(node):
    """Whether the kernel obeys cannot be seen in every container; that the unit carries it can."""
    drop_in(node, "proxy-only.conf", SERVICE)
    node.run("systemctl restart clockify-bridged")
    assert set(node.show(SERVICE, "IPAddressDeny").split()) == {"::/0", "0.0.0.0/0"}  # in no order
    assert "192.0.2.1/32" in node.show(SERVICE, "IPAddressAllow")
    node.connect_people()
    node.main_job()


def test_the_state_of_systemd_is_told(node):
    assert node.show(SERVICE, "StatusText").startswith(f"Serving, version {node.shelf.version}")
    assert node.show(SERVICE, "WatchdogUSec") == "30s"
