# SPDX-License-Identifier: Apache-2.0
"""The other side of faults.c: arms faults in a running bridge and counts the calls that it makes.

    faults = Faults(directory, store_path)
    bridge.start(env=faults.environment)
    faults.count(SYNC)                 # only counts
    faults.arm(SYNC, at=3, error=errno.EIO)
    faults.disarm()
"""
import errno
import mmap
import os
import pathlib
import struct

ALLOC, WRITE, SYNC, TRUNCATE, READ, OPEN = 1, 2, 4, 8, 16, 32
LAYOUT = struct.Struct("=qqqqqIi")  # as in faults.c
FOR_EVER = 1 << 60


class Faults:
    def __init__(self, directory, watched):
        path = pathlib.Path(directory) / "faults.control"
        path.write_bytes(bytes(mmap.PAGESIZE))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.jump_ns = 0
        library = pathlib.Path(os.environ["BUILDDIR"]) / "tests/resources/faults.so"
        if not library.exists():
            raise FileNotFoundError(f"{library} is missing: build the tests first (make)")
        self.environment = {"LD_PRELOAD": str(library), "FAULTS_CONTROL": str(path), "FAULTS_PATH": str(watched)}

    def trace(self):
        """The next process writes into its log where each call that failed came from."""
        self.environment["FAULTS_TRACE"] = "1"

    def write(self, kinds, at=0, times=0, error=0):
        # What is armed is taken away first: the process reads the members one by one.
        struct.pack_into("=I", self.memory, 40, 0)
        LAYOUT.pack_into(self.memory, 0, self.jump_ns, at, times, 0, 0, 0, error)
        struct.pack_into("=I", self.memory, 40, kinds)

    def count(self, kinds):
        self.write(kinds)

    def arm(self, kinds, at, times=1, error=errno.EIO):
        self.write(kinds, at, times, error)

    def hang(self, kinds, at=1):
        """Such calls do not come back until disarm()."""
        self.write(kinds, at, FOR_EVER, 0)

    def disarm(self):
        """What is over stays counted."""
        struct.pack_into("=I", self.memory, 40, 0)

    @property
    def calls(self):
        return LAYOUT.unpack_from(self.memory, 0)[3]

    @property
    def failed(self):
        return LAYOUT.unpack_from(self.memory, 0)[4]

    def jump(self, seconds):
        """Sets the wall clock of the process so far from the machine's."""
        self.jump_ns = int(seconds * 1e9)
        struct.pack_into("=q", self.memory, 0, self.jump_ns)

    def close(self):
        self.memory.close()
