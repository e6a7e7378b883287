# SPDX-License-Identifier: Apache-2.0
"""A Jira node in a machine: what an administrator does to it, by the README's own words, and what its users do. It asserts
nothing itself."""
import json
import re
import subprocess
import threading
from urllib.parse import urlsplit

import packages
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN, HANS, HANS_KEY, HANS_TOKEN, SEED

CONFIG = "/etc/clockify-bridge/bridge.conf"
KEY = "/etc/clockify-bridge/master-key"
DATA = "/var/lib/clockify-bridge/bridge.db"
SOCKET = "/run/clockify-bridge/bridge.sock"
PEOPLE = {ANNA: (ANNA_KEY, ANNA_TOKEN), BEN: (BEN_KEY, BEN_TOKEN), HANS: (HANS_KEY, HANS_TOKEN)}
DETAILS = {"summary": "Read a ticket", "type": "Story", "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
SERVER_XML = """<?xml version="1.0" encoding="utf-8"?>
<Server port="8005" shutdown="SHUTDOWN"><Service name="Catalina">
  <Connector port="{port}" protocol="HTTP/1.1" bindOnInit="false"/>
  <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps">
    <Context path="{context}" docBase="${{catalina.home}}/atlassian-jira"/>
  </Host></Engine>
</Service></Server>
"""


def readme_section():
    """README's "Install on a node": its commands, one a line, without the remarks behind them."""
    text = (packages.TOP / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## Install on a node\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)[1]
    return [re.sub(r"\s+#.*", "", line).strip() for line in section.splitlines() if line.startswith("    ")]


def readme(beginning):
    """The one command of that section that begins so."""
    [command] = [line for line in readme_section() if line.startswith(beginning)]
    return command


class Node:
    INSTALL = {"rpm": "dnf install", "deb": "apt-get install"}
    ERASE = {"rpm": "dnf remove", "deb": "apt-get remove"}

    def __init__(self, machine, kind, shelf, sim):
        self.machine, self.kind, self.shelf, self.sim = machine, kind, shelf, sim
        self.run, self.output, self.until, self.show = machine.run, machine.output, machine.until, machine.show
        self.made = sim.seed(SEED)
        self.make_jira()
        # Nobody is there to say yes; and rpm has no repositories here.
        self.write("/etc/apt/apt.conf.d/99node", 'APT::Get::Assume-Yes "true";\n')
        if kind == "rpm":
            self.write("/etc/dnf/dnf.conf", "[main]\nassumeyes=True\nkeepcache=False\n")
            self.run("rpm --initdb && rpm -i /mnt/share/host.rpm")

    def make_jira(self):
        address = urlsplit(self.sim.jira)
        self.run("groupadd --system jira && useradd --system --gid jira --create-home jira && useradd --system other"
                 " && install -d /opt/atlassian/jira/conf && touch /home/jira/private")
        self.write("/opt/atlassian/jira/conf/server.xml", SERVER_XML.format(port=address.port, context=address.path))

    def write(self, path, text):
        self.run(f"cat >{path}", stdin=text)

    # ---- the administrator

    def install(self, number=1):
        """Packages of version 1, or of version 2, the next; gives what was said."""
        folder = self.shelf.folder(self.kind, number)
        done = self.run(f"cd /mnt/share/{folder.name} && {readme(self.INSTALL[self.kind])}")
        return done.stdout + done.stderr

    def erase(self):
        return self.run(readme(self.ERASE[self.kind])).stdout

    def three_steps(self):
        """Exactly README's, but for the address of the Clockify server."""
        first, second, third = readme("systemctl enable"), readme("clockify-bridgectl server set"), readme(
            "clockify-bridgectl doctor")
        self.run(first)
        self.run(re.sub(r"https://\S+", self.sim.clockify, second))
        return self.run(third).stdout

    def connect_people(self):
        for user, (key, token) in PEOPLE.items():
            self.ctl("account.connect_clockify", user=user, api_key=key)
            self.ctl("account.connect_jira", user=user, token=token)

    def drop_in(self, unit, text):
        self.run(f"mkdir -p /etc/systemd/system/{unit}.d")
        self.write(f"/etc/systemd/system/{unit}.d/test.conf", text)
        self.run("systemctl daemon-reload")

    def set(self, name, value):
        """Changes a setting in the configuration, whose every line shows its default."""
        self.run(f"sed -i -E 's/^(    {name} = ).*;/\\1{value};/' {CONFIG} && grep -q '^    {name} = {value};' {CONFIG}")

    def prepare_load(self):
        """People who can click; and what is unclear after an end may not turn up any more after a second, since the
        simulator knows at once what it was told."""
        self.connect_people()
        self.set("settle_s", 1)
        self.run("systemctl restart clockify-bridged")

    # ---- calls

    def ctl(self, method, caller=None, **params):
        """Calls a method by clockify-bridgectl, as root or as another user, and gives its result."""
        done = self.run(f"clockify-bridgectl --json call {method} -", user=caller, stdin=json.dumps(params))
        return json.loads(done.stdout)

    def refused(self, method, caller, **params):
        """The same where it shall be refused: what was said."""
        done = self.run(f"clockify-bridgectl --json call {method} -", user=caller, stdin=json.dumps(params), check=False)
        return done.stderr if done.returncode else None

    def status(self):
        return self.ctl("bridge.status")

    def version(self):
        return self.ctl("bridge.hello")["version"]

    def pid(self):
        return int(self.show("clockify-bridged.service", "MainPID"))

    def restarts(self):
        return int(self.show("clockify-bridged.service", "NRestarts"))

    def active(self, unit="clockify-bridged.service"):
        return self.show(unit, "ActiveState")

    def entries(self):
        return self.sim.state()["clockify"]["entries"]

    def worklogs(self):
        return self.sim.state()["jira"]["worklogs"]

    def main_job(self):
        """A timer started and stopped by Anna, as Jira's own process asks for it; the worklog that came of it."""
        before = {worklog["id"] for worklog in self.worklogs()}
        self.ctl("timer.start", caller="jira", user=ANNA, issue="PZ-1", details=DETAILS)
        self.ctl("timer.stop", caller="jira", user=ANNA)
        return self.until(lambda: [one for one in self.worklogs() if one["id"] not in before], what="a worklog")


class Jira:
    """jira.py at work, under Jira's user.

        with Jira(node) as jira:
            jira.go_on()
        assert not jira.report["failed"]
    """

    def __init__(self, node):
        self.node, self.clicks, self.report = node, 0, None

    def __enter__(self):
        command = self.node.machine.command(f"exec python3 -B /mnt/share/jira.py {SOCKET} {' '.join(PEOPLE)}", user="jira")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.go_on()
        return self

    def read(self):
        for line in self.process.stdout:
            if line == "click\n":
                self.clicks += 1
            else:
                self.report = json.loads(line)

    def go_on(self, clicks=12):
        """Waits until so many more clicks are answered."""
        enough = self.clicks + clicks
        self.node.until(lambda: self.clicks >= enough or self.process.poll() is not None, what="clicks")

    def __exit__(self, kind, *ignored):
        self.process.stdin.close()
        if kind:
            self.process.kill()
        self.process.wait(300)
        self.reader.join(60)
        self.process.stdout.close()
