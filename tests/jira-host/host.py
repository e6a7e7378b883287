# SPDX-License-Identifier: Apache-2.0
"""Builds and starts the stand-in Jira, and a bridge made of canned answers: for the suites of the app. It asserts nothing itself."""
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import threading
from urllib.parse import urlencode, urlsplit

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("BUILDDIR", "."))
JAR_OF = {"tomcat10": "clockify-bridge-jira11.jar", "tomcat9": "clockify-bridge-jira10.jar", "jetty9": "clockify-bridge-jira10.jar"}
HELLO = {"name": "clockify-bridge", "version": "0.1.0", "protocol": 1, "protocols": [1], "node": "here", "role": "plugin"}


def class_path(container):
    """Compiles the host for a container, once a build directory."""
    out = BUILD / "jira-host" / container
    kept = out.with_suffix(".path")
    sources = [path for path in HERE.rglob("*") if path.suffix in (".java", ".sh")]
    if not kept.exists() or kept.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        out.parent.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(["sh", str(HERE / "build.sh"), container, str(out)], check=True, stdout=subprocess.PIPE, text=True)
        kept.write_text(made.stdout)
    return kept.read_text().strip()


class Host:
    """A running stand-in. people: the words of Person.of(); settings: clockify.bridge.* properties."""

    def __init__(self, container, people, issues=(), jira="http://127.0.0.1:1", modules="/nowhere", context="/jira", **settings):
        command = ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "--add-opens=java.base/java.security=ALL-UNNAMED"]
        command += [f"-Dclockify.bridge.{name}={value}" for name, value in settings.items()]
        command += ["-cp", class_path(container), "Main", "--jar", str(BUILD / JAR_OF[container]), "--jira", jira,
                    "--context", context, "--modules", str(modules), "--web", str(HERE / "web")]
        for person in people:
            command += ["--user", person]
        for issue in issues:
            command += ["--issue", issue]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the stand-in Jira ended with {self.process.wait()}")
        said = json.loads(line)
        self.url, self.origin = said["url"], said["origin"]

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def request(self, method, path, body=None, headers=None, timeout=30):
        """status, headers, text"""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        try:
            connection.request(method, parts.path + path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def login(self, name, password):
        """The cookie of a session."""
        body = urlencode({"os_username": name, "os_password": password, "os_destination": "/"})
        status, headers, _ = self.request("POST", "/login.jsp", body, {"Content-Type": "application/x-www-form-urlencoded"})
        if status != 302:
            raise RuntimeError(f"login as {name}: {status}")
        return re.match("[^;]*", headers["Set-Cookie"]).group() if "Set-Cookie" in headers else ""

    def confirm(self, cookie, password):
        return self.request("POST", "/secure/admin/WebSudoAuthenticate.jspa",
                            urlencode({"webSudoPassword": password, "webSudoDestination": "/jira/"}),
                            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie})[0] == 302


class CannedBridge:
    """A bridge whose conduct is a function of the connection; by default it greets and echoes what it was asked."""

    def __init__(self, path):
        self.path = str(path)
        self.conduct = self.echo
        self.seen = []
        self.listener = None
        self.listen()

    def listen(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen(128)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                self.conduct(connection, connection.makefile("rb"))
            except OSError:
                pass

    def close(self):
        """Nobody listens any more, and the name stays behind, as after a kill."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def greet(self, connection, lines, **other):
        asked = json.loads(lines.readline())
        connection.sendall(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {**HELLO, **other}}).encode() + b"\n")

    def echo(self, connection, lines):
        self.greet(connection, lines)
        asked = json.loads(lines.readline())
        self.seen.append(asked)
        connection.sendall(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": asked["params"]}).encode() + b"\n")
