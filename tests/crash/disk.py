# SPDX-License-Identifier: Apache-2.0
"""A file system in a file, whose power can be cut: what was not synced by then is gone, as on a disk.

    with Disk("ext4", directory) as disk:
        disk.path            # where it is mounted
        disk.cut()           # from now on every call on it fails
        disk.come_back()     # mounted again: its log is replayed
"""
import fcntl
import os
import pathlib
import struct
import subprocess

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32), the same for all file systems that know it
NO_LOG_FLUSH = 2  # at once, nothing is written any more
SIZE = 320 << 20  # the smallest that mkfs.xfs takes, and a little; the file is sparse
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
PATIENCE_S = 120


def run(*command):
    """Its failure, in the program's own words, is raised."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    done = subprocess.run(command, env={**os.environ, "PATH": path, "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode:
        raise OSError(f"{command[0]}: {done.stderr.strip()}")


class Disk:
    def __init__(self, kind, directory):
        self.mounted = False  # asked after a cut, the system would not tell
        self.image = pathlib.Path(directory, "disk.image")
        self.path = pathlib.Path(directory, "disk")
        self.path.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(SIZE)
        run(*MAKE[kind], str(self.image))
        self.come_back()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.unmount()

    def come_back(self):
        run("mount", "-o", "loop", str(self.image), str(self.path))
        self.mounted = True

    def unmount(self):
        if self.mounted:
            run("umount", str(self.path))
        self.mounted = False

    def cut(self):
        fd = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(fd, FS_IOC_SHUTDOWN, struct.pack("=I", NO_LOG_FLUSH))
        finally:
            os.close(fd)
