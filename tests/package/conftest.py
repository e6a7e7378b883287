# SPDX-License-Identifier: Apache-2.0
"""The worlds of this suite: packages that are built once, and for each test a machine of its own to install them in,
beside a stand-in Jira and the simulator."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "daemon"), str(HERE.parent / "sim")]

import machine  # noqa: E402
import packages  # noqa: E402
from fixtures import sim, simulator  # noqa: E402, F401
from node import Node  # noqa: E402


def why_not():
    for program in ("rpmbuild", "rpm", "dnf", "dpkg-deb", "gcc", "rpmlint"):
        if not shutil.which(program):
            return f"{program} is not installed (packaging/install-deps.sh test installs it on Debian)"
    if not (packages.BUILD / "clockify-bridge-jira11.jar").is_file():
        return f"the app for Jira was not built in {packages.BUILD}"
    return machine.lacks()


@pytest.fixture(scope="session", autouse=True)
def able():
    reason = why_not()
    if reason:
        pytest.skip(reason)


class Shelf:
    """What machines see as /mnt/share: packages of this version in 1/, of the next one in 2/, and the test's programs.
    Each is built when it is first asked for."""

    def __init__(self, path):
        self.path = path
        self.tarball, self.version = packages.release(path)
        self.next_version = packages.next_version(self.version)
        shutil.copy(HERE / "jira.py", path)
        packages.build_host(path)
        packages.run(["gcc", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-O1", "-o", path / "probe", HERE / "probe.c"])

    def folder(self, kind, number=1):
        """Where the packages of a kind and a version lie."""
        target = self.path / f"{kind}{number}"
        if not target.exists():
            self.build(kind, self.tarball if number == 1 else self.renamed()).rename(target)
        return target

    def build(self, kind, tarball):
        """Always at the same place, which rpm writes down."""
        target = self.path / "building"
        shutil.rmtree(target, ignore_errors=True)
        packages.build(kind, tarball, target)
        return target

    def renamed(self):
        place = self.path / "renamed"
        made = place / f"clockify-bridge-{self.next_version}.tar.gz"
        if not made.exists():
            place.mkdir()
            packages.renamed(self.tarball, self.version, place)
        return made


@pytest.fixture(scope="session")
def shelf(able):  # noqa: ARG001
    path = pathlib.Path(tempfile.mkdtemp(prefix="packages-", dir="/tmp"))
    os.chmod(path, 0o755)
    try:
        yield Shelf(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def bare(request, shelf, sim):  # noqa: F811
    """A machine with a Jira, on which nothing is installed yet; of the kind that the test is run for, rpm or deb."""
    kind = getattr(request, "param", "rpm")
    shelf.folder(kind)
    with machine.Machine(shelf.path) as booted:
        yield Node(booted, kind, shelf, sim)


@pytest.fixture
def node(bare):
    """The same with the bridge installed and the three steps done."""
    bare.install()
    bare.three_steps()
    return bare
