# SPDX-License-Identifier: Apache-2.0
"""The jars: the same bytes each time, and what Jira wants to find in them."""
import hashlib
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree
import zipfile

import pytest
from host import BUILD

TOP = pathlib.Path(__file__).resolve().parents[2]
KINDS = {"jakarta": "clockify-bridge-jira11.jar", "javax": "clockify-bridge-jira10.jar"}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def jar(kind):
    with zipfile.ZipFile(BUILD / KINDS[kind]) as opened:
        yield opened


def manifest(jar):
    text = jar.read("META-INF/MANIFEST.MF").decode().replace("\n ", "")
    return dict(line.split(": ", 1) for line in text.splitlines() if line)


def texts(jar, name):
    lines = jar.read(f"clockify/{name}.properties").decode("ascii").splitlines()
    return dict(line.split(" = ", 1) for line in lines if line and not line.startswith("#"))


def test_reproducible(kind, tmp_path):
    """In another place, in another zone, under another umask, from copied sources with other dates."""
    version = zipfile.ZipFile(BUILD / KINDS[kind]).read("META-INF/MANIFEST.MF").decode().split("Bundle-Version: ")[1].split("\n")[0]
    sources = tmp_path / "sources"
    subprocess.run(["cp", "-R", str(TOP / "plugin-stub"), str(sources)], check=True)
    out = tmp_path / "x.jar"
    subprocess.run(f"umask 027; find '{sources}' -exec touch -d '2001-02-03' '{{}}' +; sh '{sources}/build/jar.sh' {kind} '{sources}' '{tmp_path}/work' "
                   f"'{version}' '{out}'", shell=True, check=True, env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C"})
    assert hashlib.sha256(out.read_bytes()).hexdigest() == hashlib.sha256((BUILD / KINDS[kind]).read_bytes()).hexdigest()


def test_manifest(jar, kind):
    headers = manifest(jar)
    imports = headers["Import-Package"].split(",")
    assert headers["Spring-Context"] == "*" and headers["Bundle-ManifestVersion"] == "2"
    assert f"{kind}.servlet" in imports and f"{kind}.servlet.http" in imports
    assert not any(name.startswith("javax" if kind == "jakarta" else "jakarta") for name in imports)
    assert "Require-Capability" not in headers and "DynamicImport-Package" not in headers
    assert all(len(line) <= 72 for line in jar.read("META-INF/MANIFEST.MF").decode().splitlines())
    assert jar.namelist()[0] == "META-INF/MANIFEST.MF"


def test_descriptor(jar):
    plugin = xml.etree.ElementTree.fromstring(jar.read("atlassian-plugin.xml"))
    assert plugin.get("key") == manifest(jar)["Atlassian-Plugin-Key"]
    assert plugin.find("plugin-info/version").text == manifest(jar)["Bundle-Version"]
    names = set(jar.namelist())
    for servlet in plugin.iter("servlet"):
        assert servlet.get("class").replace(".", "/") + ".class" in names
    for resource in plugin.iter("resource"):
        if resource.get("type") != "i18n":
            assert resource.get("location") in names
    assert not list(plugin.iter("condition")) and not list(plugin.iter("component-import"))
    keys = [module.get("key") for module in plugin if module.get("key")]
    assert len(keys) == len(set(keys))
    for label in plugin.iter("label"):
        assert label.get("key") in texts(jar, "texts")


def test_only_our_own_classes(jar):
    assert {name.rsplit("/", 1)[0] for name in jar.namelist() if name.endswith(".class")} == {"io/github/clockifybridge/jira"}
    for name in jar.namelist():
        if name.endswith(".class"):
            assert jar.read(name)[6:8] == bytes([0, 61]), "not Java 17"


def test_texts(jar):
    english, german = texts(jar, "texts"), texts(jar, "texts_de")
    assert english.keys() == german.keys()
    scripts = "".join(jar.read(name).decode() for name in jar.namelist() if name.endswith(".js"))
    used = set(re.findall(r"I18n\.getText\('([^']+)'", scripts))
    assert used <= english.keys()
    assert english.keys() - used <= {"clockify.name"}
    for key, text in english.items():
        assert "'" not in text + german[key], key
        assert re.findall(r"\{\d\}", text) and sorted(re.findall(r"\{\d\}", text)) == sorted(re.findall(r"\{\d\}", german[key])) \
            or not re.findall(r"\{\d\}", text + german[key]), key


def test_nothing_inline(jar):
    """A content security policy without unsafe-inline does no harm, and no text can become markup."""
    for name in jar.namelist():
        text = jar.read(name).decode("latin-1")
        if name.endswith(".html"):
            assert not re.search(r"<script|<style|\son\w+=|style=|javascript:", text), name
        if name.endswith(".js"):
            assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.html\(", text), name


def test_java_is_short():
    lines = sum(len(path.read_text().splitlines()) for path in (TOP / "plugin-stub/java").rglob("*.java"))
    assert lines < 250
