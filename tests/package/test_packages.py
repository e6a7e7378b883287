# SPDX-License-Identifier: Apache-2.0
"""The packages as files: the same bytes each time, nothing that rpmlint calls an error, scriptlets for every shell, programs
built as hardened ones are, and a policy for SELinux that compiles."""
import filecmp
import re
import subprocess

import pytest

import packages


@pytest.mark.parametrize("kind", ["rpm", "deb"])
def test_the_same_release_makes_the_same_bytes(shelf, kind):
    first, second = shelf.folder(kind), shelf.build(kind, shelf.tarball)
    names = sorted(path.name for path in first.iterdir())
    assert len(names) == {"rpm": 3, "deb": 1}[kind]
    assert names == sorted(path.name for path in second.iterdir())
    assert filecmp.cmpfiles(first, second, names, shallow=False) == (names, [], [])


def test_rpmlint_finds_no_error(shelf):
    found = packages.run(["rpmlint", "-c", packages.TOP / "tests/package/rpmlint.toml",
                          *sorted(shelf.folder("rpm").glob("*.rpm"))])
    assert re.search(r" 0 errors", found), found


SHELLS = ("dash", "bash")


def scripts_of(shelf):
    """Every scriptlet and maintainer script, by a name."""
    for rpm in sorted(shelf.folder("rpm").glob("*[!c].rpm")):
        text = packages.run(["rpm", "-qp", "--scripts", rpm])
        for part in re.split(r"^(?=\w+ scriptlet )", text, flags=re.MULTILINE):
            if part.strip():
                yield f"{rpm.name} {part.split()[0]}", part.split("\n", 1)[1]
    for script in sorted((packages.TOP / "packaging/debian").iterdir()):
        yield script.name, script.read_text(encoding="utf-8")


def test_scriptlets_are_good_in_every_shell(shelf):
    scripts = dict(scripts_of(shelf))
    assert len(scripts) >= 7
    for name, text in scripts.items():
        assert "%" not in re.sub(r"%[sd]", "", text), f"{name}: a macro that nobody knew\n{text}"
        assert "&>" not in text, f"{name}: dash would start a job in the background"
        for shell in SHELLS:
            done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, timeout=30, check=False)
            assert (done.returncode, done.stderr) == (0, ""), f"{name} in {shell}: {done.stderr}"


@pytest.mark.parametrize("kind", ["rpm", "deb"])
def test_programs_are_hardened(shelf, tmp_path, kind):
    folder = shelf.folder(kind)
    if kind == "rpm":
        [package] = folder.glob("*.x86_64.rpm")
        subprocess.run(f"rpm2cpio '{package}' | cpio -idm --quiet", shell=True, cwd=tmp_path, timeout=60, check=True)
    else:
        [package] = folder.glob("*.deb")
        packages.run(["dpkg-deb", "--extract", package, tmp_path])
    for name in ("clockify-bridged", "clockify-bridgectl"):
        program = tmp_path / "usr/sbin" / name
        facts = packages.run(["readelf", "--wide", "--file-header", "--program-headers", "--dynamic", "--dyn-syms", program])
        assert re.search(r"Type:\s+DYN", facts), "no PIE"
        assert "GNU_RELRO" in facts and "BIND_NOW" in facts, "no full RELRO"
        assert re.search(r"GNU_STACK.*RW ", facts), "an executable stack"
        assert "__stack_chk_fail" in facts and re.search(r"__\w+_chk@", facts), "no canaries or no FORTIFY"
        assert not re.search(r"R(UN)?PATH", facts)
        assert str(packages.BUILD).encode() not in program.read_bytes()


def test_the_version_is_the_same_everywhere(shelf):
    [package] = shelf.folder("deb").glob("*.deb")
    assert packages.run(["dpkg-deb", "--field", package, "Version"]).strip() == f"{shelf.version}-1"
    [package] = shelf.folder("rpm").glob("*.x86_64.rpm")
    assert packages.run(["rpm", "-qp", "--queryformat", "%{VERSION}-%{RELEASE}", package]) == f"{shelf.version}-1.el9"


def test_both_packages_carry_the_same_files(shelf):
    [rpm] = shelf.folder("rpm").glob("*.x86_64.rpm")
    [deb] = shelf.folder("deb").glob("*.deb")
    of_rpm = set(packages.run(["rpm", "-qlp", rpm]).split())
    of_deb = {line.split()[-1].lstrip(".") for line in packages.run(["dpkg-deb", "--contents", deb]).splitlines()
              if not line.startswith("d")}
    apart = re.compile(r"/usr/share/(doc|licenses)/|/usr/lib/\.build-id|/etc/clockify-bridge/master-key$")

    def compared(names):
        return {name.removesuffix(".gz") for name in names if not apart.search(name)}
    folders = {name for name in of_rpm if any(other.startswith(name + "/") for other in of_rpm)}
    assert compared(of_rpm - folders) == compared(of_deb)


def test_the_policy_is_in_its_package(shelf):
    [package] = shelf.folder("rpm").glob("*selinux*.rpm")
    assert "/usr/share/selinux/packages/clockify_bridge.pp.bz2" in packages.run(["rpm", "-qlp", package])
