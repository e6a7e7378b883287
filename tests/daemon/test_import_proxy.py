# SPDX-License-Identifier: Apache-2.0
"""clockify-bridgectl import-proxy: from the options of Jira's JVM to a line of bridge.conf."""
import os
import re
import stat

import pytest

from bridge import Bridge

URL = "http://proxy.example:3128"
OPTIONS = "-Dhttps.proxyHost=proxy.example -Dhttps.proxyPort=3128"


@pytest.fixture
def run(directory):
    """run(script, ...) has this text in the setenv.sh of the node."""
    bridge = Bridge(directory)
    (directory / "jira" / "bin").mkdir(parents=True)

    def import_proxy(script, *arguments):
        (directory / "jira" / "bin" / "setenv.sh").write_text(script)
        return bridge.ctl("import-proxy", "--config", str(bridge.config_path), *arguments)
    import_proxy.bridge = bridge
    return import_proxy


@pytest.mark.parametrize("script, url", [
    (f'JVM_SUPPORT_RECOMMENDED_ARGS="{OPTIONS}"\n', URL),
    (f'export CATALINA_OPTS="$CATALINA_OPTS {OPTIONS} -Xmx2g"\n', URL),
    (f'A="-Dhttps.proxyHost=old.example"\nA="{OPTIONS}"\n', URL),
    ('A="-Dhttp.proxyHost=proxy.example -Dhttp.proxyPort=3128"\n', URL),
    ('A="-Dhttp.proxyHost=other.example ' + OPTIONS + '"\n', URL),
    ("A='-Dhttps.proxyHost=proxy.example'\n", "http://proxy.example:443"),
    ("A='-Dhttp.proxyHost=proxy.example'\n", "http://proxy.example:80"),
])
def test_options_that_name_a_proxy(run, script, url):
    result = run(script)
    assert result.returncode == 0 and f'    proxy = "{url}";\n' in result.stdout, result


@pytest.mark.parametrize("script", ["", "JVM_MAXIMUM_MEMORY=2048m\n", f"# {OPTIONS}\n", 'A="-Dhttps.proxyHost= -Xmx2g"\n'])
def test_no_proxy(run, script):
    result = run(script, "--write")
    assert result.returncode == 0 and "names no proxy" in result.stdout


def test_nothing_is_written_unasked(run):
    before = run.bridge.config_path.read_bytes()
    assert "--write does it" in run(OPTIONS).stdout
    assert run.bridge.config_path.read_bytes() == before


def test_writing_keeps_comments_and_a_copy(run, directory):
    path = run.bridge.config_path
    path.write_text("# mine\n" + path.read_text().replace("clockify:\n{\n", "clockify:\n{\n    # none yet\n    proxy = \"\"; # here\n"))
    path.chmod(0o640)
    before = path.read_text()
    result = run(OPTIONS, "--write")
    assert result.returncode == 0 and "clockify-bridgectl doctor" in result.stdout and "restart" in result.stdout, result
    assert path.read_text() == before.replace('proxy = ""; # here', f'proxy = "{URL}"; # here')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    copy = re.search(r"what was there is in (\S+)\.\n", result.stdout).group(1)
    with open(copy, encoding="utf-8") as file:
        assert file.read() == before
    assert not [name for name in os.listdir(directory) if name.endswith(".new") or name.startswith(".")]
    assert "It is set already." in run(OPTIONS, "--write").stdout


def test_writing_where_there_was_no_such_setting(run):
    assert run(OPTIONS, "--write").returncode == 0
    assert f'{{\n    proxy = "{URL}";\n' in run.bridge.config_path.read_text()


def test_writing_where_there_was_no_such_group(run):
    del run.bridge.settings["clockify"]
    run.bridge.write_config()
    assert run(OPTIONS, "--write").returncode == 0
    assert run.bridge.config_path.read_text().endswith(f'\nclockify:\n{{\n    proxy = "{URL}";\n}};\n')


def test_a_form_that_it_does_not_know_stays(run):
    path = run.bridge.config_path
    path.write_text(path.read_text().replace("clockify:\n{\n", 'clockify:\n{\n    proxy\n = "";\n'))
    before = path.read_text()
    result = run(OPTIONS, "--write")
    assert (result.returncode == 1 and "by hand" in result.stderr and path.read_text() == before
            or result.returncode == 0 and f'"{URL}"' in path.read_text()), result


def test_a_password_is_written_and_not_shown(run):
    result = run(OPTIONS + " -Dhttps.proxyUser=me -Dhttps.proxyPassword=p@ss/Word", "--write")
    assert result.returncode == 0 and "ss/Word" not in result.stdout and "p%40ss" not in result.stdout
    assert 'proxy = "http://me:p%40ss%2FWord@proxy.example:3128";' in run.bridge.config_path.read_text()


def test_hosts_past_the_proxy(run):
    run.bridge.settings["clockify"]["url"] = "https://Clock.internal.example/"
    run.bridge.write_config()
    for hosts in (r"localhost\|*.internal.example", "localhost|*.internal.example", "clock.*"):
        result = run(f"A=\"{OPTIONS} -Dhttp.nonProxyHosts={hosts}\"", "--write")
        assert result.returncode == 0 and "asked past the proxy, nothing to set" in result.stdout, result
    assert f'proxy = "{URL}"' in run(f'A="{OPTIONS} -Dhttp.nonProxyHosts=localhost|*.other.example"').stdout


def test_a_variable_is_no_host(run):
    result = run('A="-Dhttps.proxyHost=$PROXY"\n', "--write")
    assert result.returncode == 1 and "by a variable" in result.stderr


def test_files_that_are_not_there(run, directory):
    result = run("", str(directory / "none.sh"))
    assert result.returncode == 1 and "none.sh cannot be read: No such file" in result.stderr
    run.bridge.config_path.unlink()
    assert run("").returncode == 1
