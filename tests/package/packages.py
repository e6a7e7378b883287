# SPDX-License-Identifier: Apache-2.0
"""Builds the packages as "make rpm" and "make deb" do, in two versions: the one of the sources, and the next one."""
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

TOP = pathlib.Path(os.environ.get("SRCDIR") or pathlib.Path(__file__).resolve().parent.parent.parent).resolve()
BUILD = pathlib.Path(os.environ.get("BUILDDIR") or TOP / "build" / "gcc").resolve()
DATE = "1790000000"
RPMS, DEBS = "*.rpm", "*.deb"


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", check=False,
                          stdin=subprocess.DEVNULL, timeout=900, **options)
    if done.returncode:
        raise RuntimeError(f"{command}\nended with {done.returncode}:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
    return done.stdout


def clean_environment():
    """Without what a make around these tests would tell the one that builds."""
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS")}
    return {**kept, "SOURCE_DATE_EPOCH": DATE, "LC_ALL": "C.UTF-8"}


def release(folder):
    """The release that "make dist" makes, and its version."""
    run(["make", "-C", BUILD, "--no-print-directory", "dist-gzip"], env=clean_environment())
    [made] = BUILD.glob("clockify-bridge-[0-9]*.tar.gz")
    kept = folder / made.name
    shutil.move(made, kept)
    return kept, re.fullmatch(r"clockify-bridge-(.+)\.tar\.gz", made.name)[1]


def next_version(version):
    *first, last = version.split(".")
    return ".".join([*first, str(int(last) + 1)])


VERSIONED = ("configure", "configure.ac", "packaging/clockify-bridge.spec")


def renamed(tarball, version, folder):
    """The same release under the next version, each file as old as it was."""
    new = next_version(version)
    with tarfile.open(tarball) as old:
        old.extractall(folder)
    root = folder / f"clockify-bridge-{version}"
    for name in VERSIONED:
        path, stat = root / name, (root / name).stat()
        path.write_text(path.read_text(encoding="utf-8").replace(version, new), encoding="utf-8")
        os.utime(path, (stat.st_atime, stat.st_mtime))
    root.rename(folder / f"clockify-bridge-{new}")
    target = folder / f"clockify-bridge-{new}.tar.gz"
    run(["tar", "-czf", target, "-C", folder, f"clockify-bridge-{new}"])
    return target


def build(kind, tarball, target):
    """kind is "rpm" or "deb"; the jars are those of the build folder."""
    run(["sh", TOP / "packaging" / f"{kind}.sh", tarball, BUILD, target], env=clean_environment())


def build_host(target):
    """The package that stands for the host, from the libraries that the README names."""
    names = ("libc.so.6", "libconfig.so.9", "libcrypto.so.3", "libcurl.so.4", "libjson-c.so.5", "libsqlite3.so.0",
             "libsystemd.so.0", "libxml2.so.2")
    known = dict(re.findall(r"^\s*(\S+) .*x86-64.*=> (\S+)$", run(["/sbin/ldconfig", "-p"]), re.MULTILINE))
    files = "".join(f"{os.path.realpath(known[name])}\n" for name in names if name in known)
    provides = subprocess.run(["/usr/lib/rpm/elfdeps", "--provides"], input=files, capture_output=True, text=True,
                              timeout=60, check=True).stdout.split()
    run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {target / 'host'}", "--define", "_dbpath /var/lib/rpm",
         "--define", f"libraries {' '.join(provides)}", TOP / "tests/package/host.spec"])
    [made] = (target / "host").glob("RPMS/*/*.rpm")
    shutil.move(made, target / "host.rpm")
    shutil.rmtree(target / "host")
