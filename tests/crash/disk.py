# SPDX-License-Identifier: Apache-2.0
"""A file system in a file, whose power can be cut: what was not synced by then is gone, as on a disk.

    with Disk("ext4", directory) as disk:
        disk.path            # where it is mounted
        disk.cut()           # from now on every call on it fails
        disk.come_back()     # mounted again: its log is replayed
"""
import ctypes
import fcntl
import functools
import os
import pathlib
import struct
import subprocess

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32), the same for all file systems that know it
NO_LOG_FLUSH = 2  # at once, nothing is written any more
SIZE = 320 << 20  # the smallest that mkfs.xfs takes, and a little; the file is sparse
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
CLONE_NEWNS = 0x20000
PATIENCE_S = 120


def run(*command):
    """What it prints; its failure, in the program's own words, is raised."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    done = subprocess.run(command, env={**os.environ, "PATH": path, "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode:
        raise OSError(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


@functools.cache
def apart():
    """What this process mounts is seen by it and its children alone. Otherwise a container that is begun meanwhile would keep
    the file system alive, in the state in which the power failed, when it is mounted again."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "no mounts of its own for this process")
    run("mount", "--make-rprivate", "/")


class Disk:
    def __init__(self, kind, directory):
        apart()
        self.mounted = False  # asked after a cut, the system would not tell
        self.image = pathlib.Path(directory, "disk.image")
        self.path = pathlib.Path(directory, "disk")
        self.path.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(SIZE)
        run(*MAKE[kind], str(self.image))
        # One device for all the time: two of the same file would not know of each other's writes.
        self.device = run("losetup", "--find", "--show", str(self.image))
        try:
            self.come_back()
        except OSError:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def close(self):
        self.unmount()
        run("losetup", "--detach", self.device)

    def come_back(self):
        run("mount", self.device, str(self.path))
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
