# SPDX-License-Identifier: Apache-2.0
"""Small servers that answer as they are told, with a certificate of their own or without: what stands between a bridge and its
services, where the simulator is too well-behaved. They assert nothing."""
import contextlib
import datetime
import email.utils
import http.server
import ssl
import subprocess
import threading
import time

API_REFUSES_KEY = (401, {"Content-Type": "application/json"}, b'{"message":"Api key does not exist","code":4003}')


class Handler(http.server.BaseHTTPRequestHandler):
    """Gives every request the one answer of its server."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        status, headers, body = self.server.answer
        self.send_response_only(status)
        if self.server.skew is not None:
            self.send_header("Date", email.utils.formatdate(time.time() + self.server.skew, usegmt=True))
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_CONNECT = answer

    def log_message(self, *ignored):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # callers that hang up are what is tried here


@contextlib.contextmanager
def serving(answer=API_REFUSES_KEY, certificate=None, skew=0):
    """A server on a free port of loopback; `certificate` is (cert, key)."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answer, server.skew = answer, skew
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def make_certificate(folder, name="localhost", days=365):
    """A certificate that vouches for itself: the paths of it and of its key. One whose `days` are negative has ended."""
    cert, key = folder / f"{name}{days}.pem", folder / f"{name}{days}.key"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(cert)]
    if days > 0:
        subprocess.run([*made, "-days", str(days)], check=True, capture_output=True)
    else:
        make_ended(folder, name, cert, key)
    return cert, key


def make_ended(folder, name, cert, key):
    """The usual command takes no date in the past; the one of authorities does."""
    now = datetime.datetime.now(datetime.timezone.utc)
    request, database, config = folder / "ended.csr", folder / "ended.db", folder / "ended.conf"
    database.write_text("")
    config.write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={database}\nnew_certs_dir={folder}\nrand_serial=yes\n"
                      f"policy=p\ndefault_md=sha256\nx509_extensions=e\n[p]\ncommonName=supplied\n"
                      f"[e]\nsubjectAltName=DNS:{name}\nbasicConstraints=CA:TRUE\n")
    subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                    f"/CN={name}", "-keyout", str(key), "-out", str(request)], check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", str(config), "-in", str(request), "-keyfile", str(key),
                    "-out", str(cert), "-notext", "-startdate", f"{now - datetime.timedelta(days=30):%Y%m%d%H%M%SZ}",
                    "-enddate", f"{now - datetime.timedelta(days=1):%Y%m%d%H%M%SZ}"], check=True, capture_output=True)
