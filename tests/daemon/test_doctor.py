# SPDX-License-Identifier: Apache-2.0
"""clockify-bridgectl doctor: each planted fault is found by its own check, with the words and the exit status that belong to
it; a healthy node raises no alarm."""
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import zipfile

import pytest

from bridge import PLUGIN_USER, Bridge
from servers import make_certificate, serving
from world import ANNA

HEALTHY = {"ok", "skip"}
DEAD_PORT = 1  # where nobody listens
OF_THE_HOST = {"memory", "unit", "store_space"}  # how this machine is: no fault of the node that was made here
SERVER_XML = '<Server><Service><Connector port="{port}" protocol="HTTP/1.1"/><Engine><Host><Context path="{path}"/></Host></Engine></Service></Server>'


class Node:
    """A bridge's files, and the doctor's word on them."""

    def __init__(self, bridge, stack):
        self.bridge, self.stack = bridge, stack
        self.directory = bridge.directory

    def change(self, part, **settings):
        self.bridge.settings[part].update(settings)
        self.bridge.write_config()

    def doctor(self, *arguments, **options):
        env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return self.bridge.ctl("doctor", "--config", str(self.bridge.config_path), *arguments, env=env, **options)

    def report(self):
        result = self.doctor("--json")
        assert result.stderr == "" and result.stdout.count("\n") == 1, result
        report = json.loads(result.stdout)
        failed = [row["name"] for row in report["checks"] if row["result"] == "fail"]
        assert result.returncode == (1 if failed else 0) and report["ok"] == (not failed) and report["failed"] == len(failed)
        return {row["name"]: row for row in report["checks"]}

    def serve(self, name="localhost", **options):
        """Clockify is a server of its own from now on, with or without a certificate."""
        port = self.stack.enter_context(serving(**options))
        scheme = "https" if options.get("certificate") else "http"
        self.change("clockify", url=f"{scheme}://{name}:{port}")
        return port

    def serve_jira(self, status, body=b"{}"):
        port = self.stack.enter_context(serving((status, {"Content-Type": "application/json"}, body)))
        self.change("jira", url=f"http://127.0.0.1:{port}")

    def jira_process(self, user=PLUGIN_USER, home=None, java="17.0.9"):
        """What looks like a Jira of this node: a process with its words, that waits until the test has ended, and whose
        program lies where a Java of this version would."""
        install = self.directory / "jira"
        install.mkdir(exist_ok=True)
        words = [f"-Dcatalina.home={install}", f"-Djira.home={home or self.directory / 'home'}"]
        program = self.directory / "java" / "bin" / "java"
        program.parent.mkdir(parents=True)
        shutil.copy("/bin/sh", program)
        (self.directory / "java" / "release").write_text(f'IMPLEMENTOR="Somebody"\nJAVA_VERSION="{java}"\n')
        process = subprocess.Popen([str(program), "-c", "echo 1; read line; :", "sh", *words], user=user, cwd="/",
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.stack.callback(process.wait)
        self.stack.callback(process.stdin.close)
        self.stack.callback(process.stdout.close)
        assert process.stdout.readline() == b"1\n"  # it is no copy of this one any more

    def server_xml(self, text):
        conf = self.directory / "jira" / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        (conf / "server.xml").write_text(text)
        self.change("jira", url="")

    def app(self, version=None, servlet="javax"):
        """As Jira keeps what was uploaded; a jar of ours is stored, so that its manifest stands in it as it is."""
        folder = self.directory / "home" / "plugins" / "installed-plugins"
        folder.mkdir(parents=True)
        version = version or subprocess.run([self.bridge.program, "--version"], capture_output=True, text=True,
                                            check=True).stdout.split()[1]
        with zipfile.ZipFile(folder / "plugin.4711_clockify-bridge.jar", "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", f"Bundle-Version: {version}\r\nImport-Package: {servlet}.servlet\r\n")


@pytest.fixture
def stack():
    with contextlib.ExitStack() as made:
        yield made


@pytest.fixture
def resting(sim, directory, stack):
    """A node whose bridge is not running."""
    return Node(Bridge(directory, sim), stack)


@pytest.fixture
def node(world, stack):
    """A node whose bridge runs."""
    return Node(world.bridge, stack)


def check(node, name, result, words):
    row = node.report()[name]
    assert row["result"] == result, row
    assert re.search(words, f"{row['finding']}; {row['advice']}"), row


# ---- a healthy node

def test_a_healthy_node_raises_no_alarm(node):
    node.jira_process()
    node.app()
    report = node.report()
    alarms = [row for row in report.values() if row["result"] not in HEALTHY and row["name"] not in OF_THE_HOST]
    assert not alarms
    for name in ("config", "master_key", "socket", "bridge", "plugin_users", "store_file", "store", "secrets", "paused", "blocked",
                 "waiting", "jira_process", "jira", "java", "app", "clockify", "name", "connection", "api"):
        assert report[name]["result"] == "ok", report[name]


def test_a_healthy_node_over_tls(resting):
    certificate = make_certificate(resting.directory)
    resting.serve(certificate=certificate)
    resting.change("clockify", ca_file=str(certificate[0]))
    report = resting.report()
    for name in ("certificates", "name", "connection", "tls", "certificate", "clock", "api"):
        assert report[name]["result"] == "ok", report[name]


def test_a_bridge_that_was_stopped_leaves_a_sound_store(node):
    """And looking at it leaves it sound: the bridge starts again and has what it had."""
    node.bridge.call("account.connect_clockify", user=ANNA, api_key="AnnasClockifyKey0123456789")
    node.bridge.kill()
    for _ in range(2):
        report = node.report()
        assert report["store"]["result"] == report["secrets"]["result"] == "ok", report
        assert report["bridge"]["result"] == "fail"
    node.bridge.start()
    assert node.bridge.call("account.get", user=ANNA)["clockify"]


def test_what_root_looked_at_still_belongs_to_the_bridge(node):
    """Whatever file comes to lie beside the database meanwhile is open to the bridge's own user."""
    node.bridge.stop()
    state = node.directory / "state"
    state.mkdir(0o700)
    for path in node.directory.glob("bridge.db*"):
        path.rename(state / path.name)
    for path in (state, *state.iterdir()):
        shutil.chown(path, PLUGIN_USER)
    node.change("store", path=str(state / "bridge.db"))
    shutil.chown(node.bridge.key_path, PLUGIN_USER)
    report = node.report()
    assert [report[name]["result"] for name in ("master_key", "store_file", "store")] == ["ok"] * 3, report
    assert {path.owner() for path in (state, *state.iterdir())} == {PLUGIN_USER}


def test_for_a_person_it_is_a_line_each(node):
    result = node.doctor()
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"\d+ failed, \d+ warnings", lines[-1])
    for line in lines[:-1]:
        assert re.match(r"(ok  |warn|FAIL|skip)  [a-z_]+: \S", line), line
    assert len(lines) == len(node.report()) + 1


def test_no_secret_is_told(node):
    key = node.bridge.key_path.read_text().strip()
    node.change("clockify", proxy="http://somebody:SecretOfTheProxy@127.0.0.1:1")
    text = node.doctor().stdout + node.doctor("--json").stdout
    assert key not in text and "SecretOfTheProxy" not in text


# ---- faults, each in a node that is healthy but for it

def no_config(node):
    node.bridge.config_path.unlink()
    return "config", "fail", "cannot be read: No such file.*--config"


def bad_syntax(node):
    node.bridge.config_path.write_text("socket: {\n")
    return "config", "fail", r"bridge\.conf:\d+: .*check-config"


def unknown_name(node):
    node.change("journal", no_such_setting=1)
    return "config", "fail", "no_such_setting"


def many_faults(node):
    node.change("rpc", deadline_s=0, max_depth=1000)
    return "config", "fail", r"rpc\..*\(and 1 more\)"


def no_key(node):
    node.bridge.key_path.unlink()
    return "master_key", "fail", "master.key.*No such file"


def open_key(node):
    node.bridge.key_path.chmod(0o644)
    return "master_key", "fail", "master.key.*mode"


def short_key(node):
    node.bridge.write_keys("abcd")
    return "master_key", "fail", "64 hexadecimal"


def key_of_root_for_another(node):
    """The bridge runs as whoever has the database; a key that is root's alone is closed to it."""
    shutil.chown(node.directory, PLUGIN_USER)
    return "master_key", "fail", "belongs to root, and the bridge runs as another"


def no_ca_file(node):
    node.change("clockify", ca_file=str(node.directory / "none.pem"))
    return "certificates", "fail", "ca_file.*none.pem cannot be read: No such file"


def ca_file_is_none(node):
    (node.directory / "ca.pem").write_text("no certificate\n")
    node.change("clockify", ca_file=str(node.directory / "ca.pem"))
    return "certificates", "fail", 'ca_file.*holds no "CERTIFICATE'


def key_is_a_certificate(node):
    cert, _ = make_certificate(node.directory)
    node.change("clockify", client_cert=str(cert), client_key=str(cert))
    return "certificates", "fail", 'client_key.*holds no "PRIVATE KEY'


def no_socket(_):
    return "socket", "fail", "bridge.sock: No such file.*systemctl start"


def no_bridge(_):
    return "bridge", "fail", "cannot connect to .*bridge.sock"


def socket_is_a_file(node):
    node.bridge.socket_path.write_text("")
    return "socket", "fail", "is no socket"


def left_socket(node):
    """Of a bridge that was killed: it is there, and nobody behind it."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(node.bridge.socket_path))
    return "bridge", "fail", "Connection refused.*systemctl start"


def no_user(node):
    node.change("socket", plugin_users=["no-such-jira"])
    return "plugin_users", "fail", "no user no-such-jira.*socket.plugin_users"


def user_not_in_group(node):
    node.change("socket", group="mail", plugin_users=["games"])
    return "plugin_users", "fail", "games is not in group mail.*usermod"


def nobody_speaks(node):
    node.change("socket", plugin_users=[])
    return "plugin_users", "fail", "empty"


def no_operator(node):
    node.change("socket", operators=["root", "no-such-admin"])
    return "operators", "warn", "no user no-such-admin"


def no_store_folder(node):
    node.change("store", path=str(node.directory / "none" / "bridge.db"))
    return "store_file", "fail", "folder .*none is not there"


def open_store(node):
    node.bridge.store_path.write_bytes(b"")
    node.bridge.store_path.chmod(0o644)
    return "store_file", "fail", r"open to others \(mode 0644\).*0600"


def store_of_another(node):
    node.bridge.store_path.write_bytes(b"")
    node.bridge.store_path.chmod(0o600)
    shutil.chown(node.bridge.store_path, PLUGIN_USER)
    return "store_file", "fail", "belongs to uid .*folder to uid 0.*chown"


def open_store_folder(node):
    (node.directory / "state").mkdir()
    (node.directory / "state").chmod(0o777)
    node.change("store", path=str(node.directory / "state" / "bridge.db"))
    (node.directory / "state" / "bridge.db").touch(0o600)
    return "store_file", "warn", "others may put files beside.*0777"


def store_is_a_link(node):
    node.bridge.store_path.symlink_to(node.directory / "elsewhere.db")
    return "store_file", "fail", "no regular file"


def store_is_none(node):
    node.bridge.store_path.write_bytes(b"This is no database. " * 1000)
    node.bridge.store_path.chmod(0o600)
    return "store", "fail", "damaged or no SQLite database"


def store_is_broken(node):
    """The pages of a table were overwritten, behind the first, which still reads well."""
    with contextlib.closing(sqlite3.connect(node.bridge.store_path)) as database:
        database.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL)")
        database.execute("CREATE TABLE big (text TEXT)")
        database.executemany("INSERT INTO big VALUES (?)", [("x" * 900,)] * 200)
        database.commit()
    with open(node.bridge.store_path, "r+b") as file:
        file.seek(-8 * 4096, os.SEEK_END)
        file.write(b"\xa5" * 4 * 4096)
    node.bridge.store_path.chmod(0o600)
    return "store", "fail", "damaged"


def store_of_tomorrow(node):
    with contextlib.closing(sqlite3.connect(node.bridge.store_path)) as database:
        database.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL)")
        database.execute("INSERT INTO meta VALUES ('schema_version', 4711)")
        database.commit()
    return "store", "fail", "schema version 4711, this program knows up to"


def store_in_use(node):
    database = node.stack.enter_context(contextlib.closing(sqlite3.connect(node.bridge.store_path)))
    database.execute("CREATE TABLE t (i)")
    database.execute("BEGIN EXCLUSIVE")
    return "store", "fail", "in use by another process"


def postgresql(node):
    node.change("store", backend="postgresql")
    return "store", "fail", "no PostgreSQL driver.*sqlite"


def long_wal(node):
    with open(f"{node.bridge.store_path}-wal", "wb") as file:
        file.truncate(100 << 20)
    return "store_wal", "warn", "-wal has 100 MiB"


def no_jira_process(_):
    return "jira_process", "warn", "no process of a Jira"


def jira_runs_as_another(node):
    node.jira_process(user="games")
    return "jira_process", "fail", "Jira runs as games .*plugin_users does not name"


def jira_is_down(node):
    node.change("jira", url=f"http://127.0.0.1:{DEAD_PORT}")
    return "jira", "fail", "does not answer at http://127.0.0.1"


def jira_url_is_none(node):
    node.change("jira", url="ftp://here")
    return "jira", "fail", "jira.url"


def jira_is_starting(node):
    node.serve_jira(503)
    return "jira", "warn", "starting, or in maintenance .503"


def jira_is_something_else(node):
    node.serve_jira(404)
    return "jira", "fail", r"is no Jira \(status 404\).*context path"


def no_jira(node):
    node.change("jira", url="")
    return "jira", "warn", "no Jira is installed in"


def broken_server_xml(node):
    node.server_xml("<Server>")
    return "jira", "fail", "server.xml"


def no_connector(node):
    node.server_xml("<Server><Service/></Server>")
    return "jira", "fail", "(?i)connector"


def server_xml_names_a_dead_port(node):
    node.server_xml(SERVER_XML.format(port=DEAD_PORT, path="/jira"))
    return "jira", "fail", "does not answer at http://.*/jira"


def no_app(node):
    (node.directory / "home").mkdir()
    node.jira_process()
    return "app", "warn", "no jar of it below .*home.*Upload app"


def an_older_app(node):
    node.app(version="0.0.9")
    node.jira_process()
    return "app", "warn", "the app is of version 0.0.9, the bridge of .*Upload app"


def the_app_of_another_jira(node):
    node.app(servlet="jakarta")
    node.jira_process()
    return "app", "fail", "is the jar for Jira 11, and this is Jira 10"


def an_app_that_cannot_be_read(node):
    node.app()
    (node.directory / "home/plugins/installed-plugins/plugin.4711_clockify-bridge.jar").write_bytes(b"PK")
    node.jira_process()
    return "app", "warn", "its version cannot be read"


def an_old_java(node):
    node.jira_process(java="11.0.20")
    return "java", "fail", "Jira runs in Java 11.0.20; the app wants Java 17"


def no_server(node):
    node.change("clockify", url="")
    return "clockify", "fail", "no Clockify server was named.*server set"


def bad_server(node):
    node.change("clockify", url="gopher://clockify")
    return "clockify", "fail", "(?i)http.*clockify.url"


def no_name(node):
    node.change("clockify", url="https://clockify.invalid")
    return "name", "fail", "clockify.invalid"


def no_connection(node):
    node.change("clockify", url=f"http://127.0.0.1:{DEAD_PORT}")
    return "connection", "fail", "firewall"


def untrusted(node):
    node.serve(certificate=make_certificate(node.directory))
    return "tls", "fail", "self.signed certificate.*clockify.ca_file"


def another_name(node):
    certificate = make_certificate(node.directory, "another.example")
    node.serve(certificate=certificate)
    node.change("clockify", ca_file=str(certificate[0]))
    return "tls", "fail", "(?i)(subject|name).*localhost"


def ended(node):
    certificate = make_certificate(node.directory, days=-1)
    node.serve(certificate=certificate)
    node.change("clockify", ca_file=str(certificate[0]))
    return "tls", "fail", "expired"


def no_tls_there(node):
    port = node.serve()
    node.change("clockify", url=f"https://localhost:{port}")
    return "tls", "fail", "SSL"


def ends_soon(node):
    certificate = make_certificate(node.directory, days=5)
    node.serve(certificate=certificate)
    node.change("clockify", ca_file=str(certificate[0]))
    return "certificate", "warn", r"ends soon, on \d{4}-"


def no_proxy(node):
    node.change("clockify", url="https://clockify.invalid", proxy=f"http://127.0.0.1:{DEAD_PORT}")
    return "proxy", "fail", "proxy cannot be reached"


def proxy_wants_a_password(node):
    port = node.stack.enter_context(serving((407, {"Proxy-Authenticate": 'Basic realm="p"'}, b"")))
    node.change("clockify", url="https://clockify.invalid", proxy=f"http://127.0.0.1:{port}")
    return "proxy", "fail", "wants a name and a password .407"


def proxy_refuses(node):
    port = node.stack.enter_context(serving((403, {}, b"")))
    node.change("clockify", url="https://clockify.invalid", proxy=f"http://127.0.0.1:{port}")
    return "proxy", "fail", r"lets nothing through to https://clockify.invalid.*\(403\).*CONNECT"


def proxy_of_the_environment(node):
    node.change("clockify", url="https://clockify.invalid", proxy="environment")
    return "proxy", "warn", "environment that is not seen"


def clock_behind(node):
    node.serve(name="127.0.0.1", skew=3600)
    return "clock", "fail", r"clock is 3[56]\d\d s behind Clockify's.*chronyc"


def clock_before(node):
    node.serve(name="127.0.0.1", skew=-200)
    return "clock", "warn", r"clock is 2\d\d s before"


def another_web_server(node):
    node.serve(name="127.0.0.1", answer=(200, {"Content-Type": "text/html"}, b"<h1>It works!</h1>"))
    return "api", "fail", "not Clockify's API"


def a_gateway_is_down(node):
    node.serve(name="127.0.0.1", answer=(502, {}, b""))
    return "api", "fail", "502"


def limited(node):
    node.serve(name="127.0.0.1", answer=(429, {"Retry-After": "60"}, b""))
    return "api", "warn", "asks for a rest .429"


FAULTS = [no_config, bad_syntax, unknown_name, many_faults, no_key, open_key, short_key, key_of_root_for_another, no_ca_file,
          ca_file_is_none, key_is_a_certificate, no_socket, no_bridge, socket_is_a_file, left_socket, no_user,
          user_not_in_group, nobody_speaks, no_operator, no_store_folder, open_store, store_of_another, open_store_folder,
          store_is_a_link, store_is_none, store_is_broken, store_of_tomorrow, store_in_use, postgresql, long_wal,
          no_jira_process, jira_runs_as_another, jira_is_down, jira_url_is_none, jira_is_starting, jira_is_something_else,
          no_jira, broken_server_xml, no_connector, server_xml_names_a_dead_port, no_app, an_older_app, the_app_of_another_jira,
          an_app_that_cannot_be_read, an_old_java, no_server, bad_server, no_name,
          no_connection, untrusted, another_name, ended, no_tls_there, ends_soon, no_proxy, proxy_wants_a_password,
          proxy_refuses, proxy_of_the_environment, clock_behind, clock_before, another_web_server, a_gateway_is_down, limited]


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_fault_is_found(resting, plant):
    check(resting, *plant(resting))


SMALL_DISK = """mount -t tmpfs -o "$1" none "$2" || exit 99
[ -z "$3" ] || mount -o remount,ro "$2" || exit 99
shift 3
exec "$@\""""


@pytest.mark.parametrize("options, read_only, result, words", [
    ("size=4m", "", "fail", "[34] MiB are left for .*free some space"), ("size=64m", "", "warn", "6[34] MiB are left for "),
    ("size=400m,nr_inodes=6", "", "fail", "[45] inodes are left for .*remove files"), ("size=400m", "yes", "fail", "read-only"),
])
def test_a_small_disk(resting, options, read_only, result, words):
    """In a name space of mounts of its own, which ends with the command."""
    bridge, folder = resting.bridge, resting.directory / "state"
    folder.mkdir()
    resting.change("store", path=str(folder / "bridge.db"))
    ran = subprocess.run(["unshare", "--mount", "sh", "-c", SMALL_DISK, "sh", options, str(folder), read_only, bridge.control,
                          "--socket", str(bridge.socket_path), "--json", "doctor", "--config", str(bridge.config_path)],
                         capture_output=True, text=True, timeout=90)
    if ran.returncode == 99 or "unshare failed" in ran.stderr:
        pytest.skip(f"no file system can be mounted here: {ran.stderr}")
    [row] = [row for row in json.loads(ran.stdout)["checks"] if row["name"] == "store_space"]
    assert row["result"] == result and re.search(words, f"{row['finding']}; {row['advice']}"), row


# ---- faults that a running bridge has

def test_paused(node):
    node.bridge.call("bridge.pause", why="moving house")
    check(node, "paused", "warn", "nothing is sent.*clockify-bridgectl resume")


def test_blocked(anna, stack):
    anna.sim.change("jira/issues/PZ-1", _workers=[])
    anna.call("entry.add", issue="PZ-1", seconds=600, comment="Not mine", wait="worklog")
    anna.bridge.until(lambda: anna.call("worklog.list", state="blocked")["items"])
    check(Node(anna.bridge, stack), "blocked", "warn", "1 worklogs and .* worklogs --blocked")


def test_closed_and_open_sockets(node):
    node.bridge.socket_path.chmod(0o600)
    check(node, "socket", "fail", "closed to its group .mode 0600")
    node.bridge.socket_path.chmod(0o666)
    check(node, "socket", "warn", "open to every user of this host .mode 0666")


def test_socket_of_another_group(node):
    node.change("socket", group="mail")
    check(node, "socket", "fail", "and not to mail: Jira cannot connect")
    node.change("socket", group="no-such-group")
    check(node, "socket", "fail", "no group no-such-group")


def test_another_master_key(node):
    node.bridge.call("account.connect_clockify", user=ANNA, api_key="AnnasClockifyKey0123456789")
    node.bridge.stop()
    node.bridge.write_keys(secrets.token_hex(32))
    check(node, "secrets", "fail", "(?i)key")


def test_the_server_that_was_set_is_the_one_looked_at(node):
    """Also when the bridge has stopped: the database knows it."""
    url = f"http://127.0.0.1:{DEAD_PORT}"
    assert node.bridge.ctl("server", "set", url, "--force").returncode == 0
    check(node, "connection", "fail", "127.0.0.1")
    node.bridge.stop()
    report = node.report()
    assert report["clockify"]["finding"] == f"{url}, as it was set" and report["connection"]["result"] == "fail"
