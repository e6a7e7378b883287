# SPDX-License-Identifier: Apache-2.0
"""Small disks of one's own, to be filled, taken away and broken: tmpfs and ext4 in a file. Wants root, as all mounting does."""
import contextlib
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

import pytest

SHUT_DOWN = 0x8004587D  # FS_IOC_SHUTDOWN: the same number for ext4, xfs and f2fs
WITHOUT_LOG = 2  # what the file system still held is lost, as when the power goes


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


class Disk:
    """Mounted at `path`; `image` is the file that an ext4 lies in."""

    def __init__(self, path, mount, image=None):
        self.path, self.mount, self.image = pathlib.Path(path), mount, image
        self.do_mount()

    def do_mount(self):
        run(*self.mount, *([str(self.image)] if self.image else []), str(self.path))

    def mount_copy(self):
        """What a power cut has left: the image as it is now, mounted anew. A copy of it, for the old one may live on: in
        namespaces of others, or until the kernel finds the time."""
        run("umount", "-l", str(self.path))
        copy = self.image.with_name(self.image.name + "+")
        shutil.copyfile(self.image, copy)
        self.image.unlink()
        self.image = copy
        self.do_mount()

    @property
    def filler(self):
        return self.path / "filler"

    def fill(self, leave):
        """Until `leave` bytes are left; the file system's own blocks make it a little less."""
        space = os.statvfs(self.path)
        with open(self.filler, "ab", buffering=0) as file:
            left = space.f_bavail * space.f_frsize - leave
            with contextlib.suppress(OSError):
                while left > 0:
                    left -= file.write(bytes(min(left, 1 << 16)))

    def fill_inodes(self):
        with contextlib.suppress(OSError):
            for number in range(100000):
                (self.path / f"inode{number}").touch()

    def free(self):
        self.filler.unlink(missing_ok=True)
        for file in self.path.glob("inode*"):
            file.unlink()

    def die(self):
        """Every call fails from now on, and what was not synced is lost."""
        fd = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, SHUT_DOWN, struct.pack("=I", WITHOUT_LOG))
        finally:
            os.close(fd)


@contextlib.contextmanager
def disk(kind, size_kib, *options):
    """A mounted Disk of this kind; skips the test where such a thing cannot be had."""
    with tempfile.TemporaryDirectory(prefix="disk-") as directory:
        place = pathlib.Path(directory) / "disk"
        place.mkdir()
        try:
            made = Disk(place, *make(kind, directory, size_kib, options))
        except (OSError, ValueError) as error:
            pytest.skip(f"no disk of one's own can be mounted here: {error}")
        try:
            yield made
        finally:
            subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True, timeout=60)


def make(kind, directory, size_kib, options):
    if kind == "tmpfs":
        return ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "none"], None
    if not shutil.which("mkfs.ext4"):
        raise ValueError("mkfs.ext4 is missing (Debian and RHEL: e2fsprogs)")
    image = pathlib.Path(directory) / "image"
    with open(image, "wb") as file:
        file.truncate(size_kib * 1024)
    run("mkfs.ext4", "-q", "-F", *options, str(image))
    return ["mount", "-t", "ext4", "-o", "loop,errors=remount-ro"], image
