# SPDX-License-Identifier: Apache-2.0
"""What a click costs: the simulator's own counts."""
ENTRIES = "/workspaces/{workspaceId}/time-entries"


def warm(world):
    """One click on each issue, so that everything has been looked up once."""
    for issue in ("PZ-1", "PZ-2"):
        world.call("timer.start", issue=issue)
    world.call("timer.stop", wait="worklog")
    world.worklog_written(2)
    world.sim.clear_counts()


def total(world, service):
    return world.sim.counts()[service]["total"]


def test_a_warm_start_costs_one_request_each(anna):
    warm(anna)
    anna.call("timer.start", issue="PZ-1")
    assert total(anna, "clockify") == 1, anna.requests("clockify")
    assert total(anna, "jira") == 1, anna.requests("jira")


def test_a_warm_start_over_a_running_timer_costs_two(anna):
    warm(anna)
    anna.call("timer.start", issue="PZ-1")
    anna.sim.clear_counts()
    anna.call("timer.start", issue="PZ-2")
    assert total(anna, "clockify") == 2, anna.requests("clockify")


def test_a_warm_stop_costs_one(anna):
    warm(anna)
    anna.call("timer.start", issue="PZ-1")
    anna.sim.clear_counts()
    anna.call("timer.stop")
    assert total(anna, "clockify") == 1, anna.requests("clockify")


def test_equal_lookups_at_the_same_time_share_one_request(anna):
    anna.sim.fault(service="clockify", route="/tags", kind="delay", ms=300)
    anna.sim.clear_counts()
    with anna.bridge.client() as client:
        numbers = [client.send("tag.list", user="JIRAUSER10100") for _ in range(20)]
        answers = [client.receive(number) for number in numbers]
    assert all(answer == answers[0] for answer in answers)
    assert total(anna, "clockify") == 1, anna.requests("clockify")
