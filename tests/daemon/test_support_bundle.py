# SPDX-License-Identifier: Apache-2.0
"""clockify-bridgectl support-bundle: what is in it, and that no planted secret, name or address is."""
import os
import stat
import tarfile

import pytest

from world import ANNA, ANNA_KEY, ANNA_TOKEN

FILES = {"versions.txt", "bridge.conf", "doctor.txt", "status.json", "metrics.txt", "describe.txt", "system.txt"}
PROXY_PASSWORD = "CanaryOf;the(Proxy"
CONNINFO_PASSWORD = "CanaryOfPostgres"
MAIL = "canary.person@mail.example"
TOKEN = "CanaryTokenOfLettersAloneThatIsLong"
OPERATOR = "canary-operator"
COMMENT = "Canary Comment of Carla"


@pytest.fixture
def bundle(anna, directory):
    """bundle(file, ...) runs the command against a bridge whose configuration is full of what must not leave."""
    bridge = anna.bridge
    bridge.settings["clockify"]["proxy"] = f"http://somebody:{PROXY_PASSWORD}@127.0.0.1:1"
    bridge.settings["store"]["conninfo"] = f"host=db password={CONNINFO_PASSWORD}"
    bridge.settings["socket"]["operators"] = ["root", OPERATOR]
    bridge.settings["entry"] = {"description": f"{{key}} {MAIL}"}
    bridge.write_config()
    with open(bridge.config_path, "a", encoding="utf-8") as file:
        file.write(f"# {COMMENT}\n// {COMMENT}\n/* {COMMENT}\n{COMMENT} */\n")
    anna.call("entry.add", issue="PZ-1", seconds=600, comment="Canary comment of a worklog", wait="worklog")
    bridge.call("bridge.pause", why=f"asked by Carla, {MAIL}, token {TOKEN}")

    def run(*arguments, **options):
        return bridge.ctl("support-bundle", "--config", str(bridge.config_path), *arguments, **options)
    run.bridge = bridge
    return run


def read(file):
    with tarfile.open(file, "r:gz") as archive:
        return {os.path.basename(member.name): archive.extractfile(member).read().decode()
                for member in archive.getmembers() if member.isfile()}


def test_it_holds_what_it_said_and_no_secret(bundle, directory):
    file = directory / "bundle.tar.gz"
    result = bundle(str(file), "--yes")
    assert (result.returncode, result.stderr) == (0, "")
    for name in FILES:
        assert f"  {name} " in result.stdout
    held = read(file)
    assert set(held) == FILES
    master_key = bundle.bridge.key_path.read_text().strip()
    for canary in (master_key, ANNA_KEY, ANNA_TOKEN, TOKEN, PROXY_PASSWORD, "CanaryOf", "the(Proxy", "somebody:", CONNINFO_PASSWORD, MAIL,
                   "canary.person", OPERATOR, COMMENT, "Carla", "Anna", "anna@example.com", "Canary comment"):
        for name, text in held.items():
            assert canary not in text, f"{canary} in {name}"


def test_what_helps_is_in_it(bundle, directory):
    file = directory / "bundle.tar.gz"
    assert bundle(str(file), "--yes").returncode == 0
    held = read(file)
    assert "installed " in held["versions.txt"] and "running " in held["versions.txt"]
    assert '"worklogs"' in held["status.json"] and "(hidden)" in held["status.json"]
    assert "clockify_bridge_uptime_seconds" in held["metrics.txt"]
    assert "deadline_s = 10" in held["bridge.conf"] and "proxy = (hidden)" in held["bridge.conf"]
    assert "paused: nothing is sent: " in held["doctor.txt"] and "ok    store: " in held["doctor.txt"]
    assert " methods, digest " in held["describe.txt"] and "MemTotal" in held["system.txt"]


def test_only_its_owner_reads_it_and_nothing_else_is_left(bundle, directory):
    file = directory / "bundle.tar.gz"
    before = set(os.listdir(directory))
    assert bundle(str(file), "--yes").returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(os.listdir(directory)) - before == {file.name}


def test_it_asks_first(bundle, directory):
    file = directory / "bundle.tar.gz"
    for answer in ("", "n\n", "no\n"):
        result = bundle(str(file), input=answer)
        assert result.returncode == 1 and "Write it? [y/N]" in result.stdout and "nothing was written" in result.stderr
        assert not file.exists()
    assert bundle(str(file), input="y\n").returncode == 0 and file.exists()


def test_a_dry_run_only_lists(bundle, directory):
    file = directory / "bundle.tar.gz"
    result = bundle(str(file), "--dry-run")
    assert result.returncode == 0 and "bridge.conf" in result.stdout and not file.exists()


def test_no_file_is_overwritten(bundle, directory):
    file = directory / "bundle.tar.gz"
    file.write_text("mine")
    result = bundle(str(file), "--yes")
    assert result.returncode == 1 and "is there already" in result.stderr and file.read_text() == "mine"
    file.unlink()
    file.symlink_to(directory / "elsewhere")
    assert bundle(str(file), "--yes").returncode == 1 and not (directory / "elsewhere").exists()


def test_without_a_bridge_and_with_a_faulty_configuration(bundle, directory):
    bundle.bridge.stop()
    with open(bundle.bridge.config_path, "a", encoding="utf-8") as file:
        file.write("clockify: {\n")
    target = directory / "bundle.tar.gz"
    assert bundle(str(target), "--yes").returncode == 0
    held = read(target)
    assert set(held) == FILES and "no answer" in held["status.json"] and "FAIL  config: " in held["doctor.txt"]
    for text in held.values():
        assert "CanaryOf" not in text and MAIL not in text


def test_a_folder_that_is_not_there(bundle, directory):
    result = bundle(str(directory / "none" / "bundle.tar.gz"), "--yes")
    assert result.returncode == 1 and "cannot be made: No such file" in result.stderr


def test_users_of_the_bridge_are_not_in_it(bundle, directory):
    file = directory / "bundle.tar.gz"
    assert bundle(str(file), "--yes").returncode == 0
    assert not [name for name, text in read(file).items() if ANNA in text]
