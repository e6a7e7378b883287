# SPDX-License-Identifier: Apache-2.0
"""One host a container for the whole run; the bridge behind it is a canned one, fresh for each test."""
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from host import CannedBridge, Host  # noqa: E402

PEOPLE = ["JIRAUSER10100:anna:secret:t1:en:user", "JIRAUSER10000:root admin:secret:t2:en:admin"]


@pytest.fixture(scope="module", params=["tomcat10", "jetty9", "tomcat9"])
def host(request):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="jira-host-"))
    running = Host(request.param, PEOPLE, socket=directory / "bridge.sock", deadline_ms=1500)
    running.socket = directory / "bridge.sock"
    running.anna = running.login("anna", "secret")
    running.admin = running.login("root admin", "secret")
    yield running
    running.stop()
    shutil.rmtree(directory)


@pytest.fixture
def bridge(host):
    canned = CannedBridge(host.socket)
    yield canned
    canned.close()
