# SPDX-License-Identifier: Apache-2.0
"""Looks for secrets where none may be: in answers, files and memory, in every form in which a program writes bytes down."""
import base64


def forms(secret):
    """The secret as bytes, hexadecimal in both cases, and base64 at each of the three places at which it may begin."""
    raw = secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1]}
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        found.add(text[4 if shift else 0:].rstrip(b"=")[:-1])  # what does not depend on its neighbours
        found.add(base64.urlsafe_b64encode(b"\0" * shift + raw)[4 if shift else 0:].rstrip(b"=")[:-1])
    return found


def assert_absent(secrets_, haystack, where):
    for secret in secrets_:
        for form in forms(secret):
            assert form not in haystack, f"{where} holds {form!r}"


def files_of(bridge):
    """What lies in the bridge's directory but for the master key: the database, its journal, the log, the configuration."""
    return {path: path.read_bytes() for path in bridge.directory.rglob("*") if path.is_file() and path != bridge.key_path}


def readable_memory(process):
    """All that a process can read of its own memory."""
    with open(f"/proc/{process}/maps", encoding="utf-8") as maps, open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            first, end = (int(address, 16) for address in place.split("-"))
            if "r" in rights and "[v" not in line:  # [vvar] and [vdso] are the kernel's
                memory.seek(first)
                yield memory.read(end - first)


def absent_from_memory(secrets, bridge):
    """None of them stands in the daemon's memory, as it is or in hexadecimal."""
    raw = [form for secret in secrets for form in (secret.encode(), secret.encode().hex().encode())]
    return not any(form in piece for piece in readable_memory(bridge.process.pid) for form in raw)
