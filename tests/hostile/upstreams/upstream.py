# SPDX-License-Identifier: Apache-2.0
"""Servers that stand where Clockify, a proxy or a network should: they pass requests on, or do with them what a test wants.
Every wait in them is bounded, and they listen on 127.0.0.1 alone."""
import contextlib
import http.client
import re
import socket
import ssl
import subprocess
import threading
from urllib.parse import urlsplit

PATIENCE = 60


class Heard:
    """One request: method, path, head and body as they came."""

    def __init__(self, head, body):
        self.head, self.body = head, body
        self.method, self.path = head.split(b" ", 2)[:2]
        self.method, self.path = self.method.decode(), self.path.decode()

    def header(self, name):
        found = re.search(rb"(?im)^" + name.encode() + rb":[ ]*([^\r\n]*)", self.head)
        return found.group(1).decode() if found else None


class Server:
    """Answers each connection in a thread of its own by answer(connection, heard). With a TLS context, behind TLS."""

    def __init__(self, answer, context=None):
        self.answer, self.context = answer, context
        self.heard, self.connections, self.open = [], 0, set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop()

    def drop(self):
        """Ends what is connected."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(PATIENCE)
        self.open.add(connection)
        try:
            self.talk(connection)
        except (OSError, ValueError):
            pass  # a broken connection or handshake is what many tests are about
        finally:
            self.open.discard(connection)
            connection.close()

    def talk(self, connection):
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True)
        with contextlib.closing(connection):
            heard = read_request(connection)
            if heard:
                self.heard.append(heard)
                self.answer(connection, heard)


def read_request(connection):
    """The next request, None at the end of the stream."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    while length and len(body) < int(length.group(1)):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return Heard(head, body)


def say(connection, status=200, body=b"{}", headers=(), kind="application/json"):
    """A plain answer, and nothing after it on this connection."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close", *headers]
    if kind:
        lines.append(f"Content-Type: {kind}")
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def ask(target, heard):
    """What the server at the URL `target` says to the same request: status, headers, body. Paths stay as they are."""
    parts = urlsplit(target)
    asked = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    with contextlib.closing(asked):
        headers = dict(line.split(": ", 1) for line in heard.head.decode().split("\r\n")[1:] if ": " in line)
        headers.pop("Content-Length", None)
        asked.request(heard.method, heard.path, heard.body or None, headers)
        got = asked.getresponse()
        return got.status, got.getheaders(), got.read()


def pass_on(target):
    """An answer() that asks the server at `target` and says what it said."""
    def answer(connection, heard):
        status, headers, body = ask(target, heard)
        kept = [f"{name}: {value}" for name, value in headers
                if name.lower() not in ("content-length", "connection", "transfer-encoding")]
        say(connection, status, body, kept, None)
    return answer


class Front(Server):
    """Stands before the simulator and passes everything on; while `evil` is set, requests that `meant` wants go there."""

    def __init__(self, target, context=None):
        super().__init__(self.choose, context)
        self.honest, self.evil, self.met, self.target = pass_on(target), None, 0, target
        self.meant = lambda heard: True
        self.done_first = False  # what is asked for is done before the evil answer, instead of not at all

    def choose(self, connection, heard):
        if self.evil and self.meant(heard):
            self.met += 1
            if self.done_first:
                ask(self.target, heard)
            self.evil(connection)
        else:
            self.honest(connection, heard)


class Relay(Server):
    """Passes bytes between who connects and 127.0.0.1:`port`, and keeps those that came from the caller."""

    def __init__(self, port):
        self.target, self.bytes = port, []
        super().__init__(None)

    def talk(self, connection):
        kept = bytearray()
        self.bytes.append(kept)
        with socket.create_connection(("127.0.0.1", self.target), timeout=PATIENCE) as other:
            back = threading.Thread(target=pump, args=(other, connection, None), daemon=True)
            back.start()
            pump(connection, other, kept)
            back.join(PATIENCE)


def pump(source, target, kept):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if kept is not None:
                kept += data
            target.sendall(data)
    for end in (target, source):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_WR if end is target else socket.SHUT_RD)


class Authority:
    """A certificate authority in a directory, by the openssl command."""

    def __init__(self, directory, name="Test authority"):
        self.directory = directory
        directory.mkdir()
        self.key, self.file = directory / "ca.key", directory / "ca.pem"
        self.openssl("req", "-x509", *self.new_key(self.key), "-out", self.file, "-days", "3", "-subj", f"/CN={name}")

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=PATIENCE)

    @staticmethod
    def new_key(path):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path

    def certify(self, name, alternative="DNS:localhost", days=2):
        """A certificate and its key for a name; with days below 0 it has expired."""
        key, asked, file, more = (self.directory / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
        self.openssl("req", *self.new_key(key), "-out", asked, "-subj", f"/CN={name}")
        more.write_text(f"subjectAltName={alternative}\n", encoding="ascii")
        self.openssl("x509", "-req", "-in", asked, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", days,
                     "-extfile", more, "-out", file)
        return file, key


def tls(pair, lowest=None, highest=None, clients=None):
    """A server's context with this certificate; `clients` is the authority whose certificates clients must show."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    if highest in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        context.set_ciphers("DEFAULT@SECLEVEL=0")  # or the server itself would refuse to speak it
    if lowest:
        context.minimum_version = lowest
    if highest:
        context.maximum_version = highest
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


def highest_memory(bridge):
    """The most memory that the process ever had, in KiB."""
    with open(f"/proc/{bridge.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
