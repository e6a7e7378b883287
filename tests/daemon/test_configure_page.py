# SPDX-License-Identifier: Apache-2.0
"""What Jira's Configure page may ask, and who must have confirmed it."""
import json

import pytest
from bridge import RpcError
from world import ANNA, BEN


def web(bridge, method, params=None, **facts):
    body = json.dumps({"method": method, "params": params or {}})
    return bridge.call("web.call", user=ANNA, body=body, **facts)


@pytest.mark.parametrize("method", ["bridge.status", "worklog.list_all", "worklog.retry_all"])
@pytest.mark.parametrize("facts", [{}, {"sysadmin": True}, {"websudo": True}])
def test_only_for_administrators_with_a_confirmed_session(world, method, facts):
    with pytest.raises(RpcError) as refused:
        web(world.bridge, method, **facts)
    assert refused.value.reason == "forbidden"


def test_worklogs_of_everybody(anna):
    anna.bridge.call("account.connect_clockify", user=BEN, api_key="BensClockifyKey01234567890")
    anna.call("entry.add", user=BEN, issue="PZ-2", seconds=600, details={"summary": "Second issue"})
    admin = {"sysadmin": True, "websudo": True}

    def blocked():
        return web(anna.bridge, "worklog.list_all", {"state": "blocked"}, **admin)["items"]

    worklog, = anna.bridge.until(blocked)
    assert (worklog["user"], worklog["problem"]["reason"]) == (BEN, "jira_token_required")
    assert web(anna.bridge, "bridge.status", **admin)["worklogs"]["blocked"] == 1
    assert web(anna.bridge, "worklog.list", {"state": "blocked"}) == {"items": []}  # one's own
    assert web(anna.bridge, "worklog.retry", {"id": worklog["id"]}) == {"count": 0}
    assert web(anna.bridge, "worklog.retry_all", {"id": worklog["id"]}, **admin) == {"count": 1}
    assert len(anna.bridge.until(blocked)) == 1
    assert web(anna.bridge, "worklog.retry_all", **admin) == {"count": 1}
