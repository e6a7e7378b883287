# SPDX-License-Identifier: Apache-2.0
"""What a server that is broken, taken over or not Clockify at all may answer: a function each, by name in EVIL. Those that
would never end go on until the bridge hangs up."""
import gzip
import itertools
import socket
import time
import zlib

JSON = b"Content-Type: application/json\r\n"
OK = b"HTTP/1.1 200 OK\r\n" + JSON
EVIL = {}


def evil(function):
    EVIL[function.__name__.replace("_", "-")] = function
    return function


def row(name, *parts):
    """A fixed answer, after which the connection ends."""
    EVIL[name] = lambda connection: connection.sendall(b"".join(parts))


def whole(body, head=OK):
    return head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body


def for_ever(connection, piece):
    while True:
        connection.sendall(piece)


# ---- too much

@evil
def ten_gigabytes(connection):
    connection.sendall(OK + b"Content-Length: 10737418240\r\n\r\n[")
    for_ever(connection, b"1," * 32768)


@evil
def chunks_without_end(connection):
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n")
    for_ever(connection, b"8000\r\n" + b"1," * 16384 + b"\r\n")


@evil
def body_until_the_end_of_time(connection):
    connection.sendall(OK + b"\r\n")
    for_ever(connection, b"[" * 65536)


@evil
def flood_of_headers(connection):
    connection.sendall(OK)
    for number in itertools.count():
        connection.sendall(b"X-%d: y\r\n" % number)


@evil
def one_header_without_end(connection):
    connection.sendall(OK + b"X-Long: ")
    for_ever(connection, b"y" * 65536)


@evil
def status_line_without_end(connection):
    connection.sendall(b"HTTP/1.1 200 ")
    for_ever(connection, b"y" * 65536)


@evil
def flood_of_trailers(connection):
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
    for_ever(connection, b"X-Trailer: y\r\n" * 1000)


@evil
def chunk_extension_without_end(connection):
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n2;x=")
    for_ever(connection, b"y" * 65536)


@evil
def flood_of_continues(connection):
    for_ever(connection, b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@evil
def flood_of_early_hints(connection):
    for_ever(connection, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100)


@evil
def bomb_in_gzip(connection):
    """A gigabyte of blanks in a megabyte, in a coding that nobody asked for."""
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packed.compress(b" " * (1 << 20)) for _ in range(200)) + packed.flush()
    connection.sendall(whole(body, OK + b"Content-Encoding: gzip\r\n"))


row("gzip-unasked", whole(gzip.compress(b"{}"), OK + b"Content-Encoding: gzip\r\n"))


# ---- too slow

@evil
def a_byte_now_and_then(connection):
    connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


@evil
def headers_now_and_then(connection):
    connection.sendall(OK)
    while True:
        connection.sendall(b"X: y\r\n")
        time.sleep(0.05)


@evil
def silence(connection):
    connection.recv(1)  # until the bridge hangs up


# ---- no HTTP

row("closed-at-once")
row("http-0.9", b"<html>What?</html>")
row("http-9.9", b"HTTP/9.9 200 OK\r\n\r\n{}")
row("status-0", whole(b"{}", b"HTTP/1.1 000 None\r\n" + JSON))
row("status-999", whole(b"{}", b"HTTP/1.1 999 Most\r\n" + JSON))
row("status-words", b"HTTP/1.1 fine OK\r\n\r\n{}")
row("ssh", b"SSH-2.0-OpenSSH_9.2\r\n")
row("nul-bytes", b"\0" * 4096)
row("nul-in-a-header", OK[:-2] + b"\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}")
row("switching-protocols", b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x02{}")
row("http2-unasked", b"\0\0\0\x04\0\0\0\0\0" * 100)

# ---- lengths that lie

row("shorter-than-said", OK + b"Content-Length: 500\r\n\r\n{\"id\":")
row("length-below-zero", OK + b"Content-Length: -1\r\n\r\n{}")
row("length-beyond-numbers", OK + b"Content-Length: 99999999999999999999999\r\n\r\n{}")
row("two-lengths", OK + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}")
row("chunk-sizes-of-letters", OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
row("chunk-beyond-numbers", OK + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n")
row("chunks-broken-off", OK + b"Transfer-Encoding: chunked\r\n\r\n400\r\n{")

# ---- bodies that are not what they should be

row("empty", whole(b""))
row("a-page", whole(b"<html><body>Sign in</body></html>", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"))
row("a-page-that-says-json", whole(b"<html><body>Sign in</body></html>"))
row("json-without-its-type", whole(b"{}", b"HTTP/1.1 200 OK\r\n"))
row("half-a-text", whole(b'{"id": "5f'))
row("two-texts", whole(b'{} {}'))
row("not-utf-8", whole(b'{"id": "\xff\xfe"}'))
row("nul-in-a-text", whole(b'{"id": "a\0b"}'))
row("deep", whole(b"[" * 500000))
row("deep-and-closed", whole(b'{"a":' * 100000 + b"1" + b"}" * 100000))
row("wide", whole(b"[" + b"{}," * 300000 + b"{}]"))
row("many-names", whole(b"{" + b",".join(b'"%d":0' % i for i in range(90000)) + b"}"))
row("one-name-twice", whole(b'{"id":"a","id":"b"}'))
row("long-number", whole(b'{"id":' + b"9" * 900000 + b"}"))
row("null", whole(b"null"))
row("an-id-alone", whole(b'{"id":"5f00000000000000000000aa"}', OK.replace(b"200 OK", b"201 Created")))
row("an-id-and-no-time", whole(b'{"id":"5f00000000000000000000aa","timeInterval":{"start":"soon"}}'))
row("no-content", b"HTTP/1.1 204 None\r\nConnection: close\r\n\r\n")
row("a-list-for-an-object", whole(b"[]"))
row("a-string-for-an-object", whole(b'"yes"'))
row("members-of-other-kinds", whole(b'{"id":{},"timeInterval":[],"workspaceId":7,"description":[],"tagIds":{},"projectId":true}'))
row("ids-that-are-paths", whole(b'{"id":"../../users","workspaceId":"..","timeInterval":{"start":"2026-01-01T00:00:00Z"}}'))
row("an-id-of-half-a-megabyte", whole(b'{"id":"' + b"a" * 500000 + b'","timeInterval":{"start":"2026-01-01T00:00:00Z"}}'))
row("ids-with-line-ends", whole(b'{"id":"a\\r\\nX-Api-Key: b","timeInterval":{"start":"2026-01-01T00:00:00Z"}}'))
