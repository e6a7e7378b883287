# SPDX-License-Identifier: Apache-2.0
"""Every method with any params: good ones, those at the edge of their limits, and those that no caller in its right mind
would send; many at once. Each call gets one answer of a known kind, and what was stored can be read by the next process."""
import collections
import json
import random
import time

from bridge import PLUGIN_USER
from world import ANNA, ANNA_KEY, ANNA_TOKEN, BEN, BEN_KEY, BEN_TOKEN, HANS

AT_ONCE = 40
# They lead elsewhere (other servers) or nowhere (a pause): other tests have them.
LEFT_OUT = {"server.test", "server.set", "bridge.pause"}
JUNK = [None, True, False, 0, -1, 2 ** 63 - 1, -2 ** 63, 1.5, -1e308, "", " ", "\t", "\n", "\x7f", "\u2028", "\ufeff", "a" * 300, "ü" * 20_000,
        "../..", "%00", "{}", "'; --", "<b>", "${jndi}", "{issue}", "\U0010ffff", "e\u0301" * 100, "\u202eABC", [], [[]], [None], ["a"] * 300,
        {}, {"a": {}}, {"": ""}, [0] * 500, {"summary": "x" * 5000}, {str(i): i for i in range(200)}]


class Params:
    """Makes params for the methods of a table, by a source of random numbers."""

    def __init__(self, world, chance):
        self.world, self.chance = world, chance

    def of(self, method):
        params = {param["name"]: self.value(param) for param in method["params"]
                  if param["required"] and self.chance.random() < 0.97 or self.chance.random() < 0.3}
        if self.chance.random() < 0.03:
            params[self.chance.choice(["", "x", "user ", "User", "__proto__", "ü"])] = self.chance.choice(JUNK)
        return params

    def value(self, param):
        kind = self.chance.random()
        if kind < 0.06:
            return self.chance.choice(JUNK)
        if kind < 0.16 and "most" in param and param["type"] not in ("details",):
            return self.edge(param)
        return self.good(param)

    def edge(self, param):
        """The least and the most that the table allows, and one step beyond."""
        size = self.chance.choice([param["least"] - 1, param["least"], param["most"], param["most"] + 1])
        if param["type"] == "integer":
            return size
        size = max(0, min(size, 100_000))
        if param["type"] == "ids":
            return ["a" * 24] * min(size, 1000)
        return self.chance.choice(["a", "7", "ü", "🕰"]) * min(size, 10_000)

    def good(self, param):
        choose, now = self.chance.choice, int(time.time())
        if param.get("choices"):
            return choose(param["choices"])
        return {
            "user": lambda: choose([ANNA, ANNA, BEN, HANS, "somebody"]),
            "issue": lambda: choose(["PZ-1", "PZ-2", "PZ-3", "NEW-1", "PZ-999", "10001"]),
            "id": lambda: choose([self.world.main, self.world.second, self.world.project, self.world.task, self.world.story, "f" * 24]),
            "nullable_id": lambda: choose([None, self.world.project, self.world.task]),
            "ids": lambda: [self.world.story] * self.chance.randrange(3),
            "number_id": lambda: str(self.chance.randrange(40)),
            "secret": lambda: choose([ANNA_KEY, BEN_KEY, ANNA_TOKEN, BEN_TOKEN, "NoKeyThatAnybodyKnows1234"]),
            "time": lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - self.chance.randrange(1, 10 ** 7))),
            "integer": lambda: self.chance.randrange(param.get("least", 1), min(param.get("most", 1000), 10_000) + 1),
            "boolean": lambda: choose([True, False]),
            "details": self.details,
        }.get(param["type"], lambda: choose(["text", "ü and 🕰", "{issue} {summary}", "a\nb", "x" * 60]))()

    def details(self):
        every = {"summary": "A summary", "type": "Story", "subtask": False, "epic": None, "labels": ["a", "b"],
                 "project": {"id": "10000", "key": "PZ", "name": "Phase Zero"}}
        return {name: self.chance.choice(JUNK) if self.chance.random() < 0.05 else value for name, value in every.items()
                if self.chance.random() < 0.7}


def as_page(call, chance):
    """What a page would send for it, through the plugin."""
    name, params = call
    inner = {key: value for key, value in params.items() if key not in ("user", "by")}
    body = json.dumps({"method": name, "params": inner}, ensure_ascii=chance.random() < 0.5)
    return "web.call", {"user": ANNA, "body": body, "sysadmin": True, "websudo": True}


def ask_all(bridge, calls, user):
    """The answers to calls that are sent without waiting."""
    with bridge.client(user, timeout=120) as client:
        for number, (name, params) in enumerate(calls):
            client.send_line(json.dumps({"jsonrpc": "2.0", "id": number, "method": name, "params": params}, ensure_ascii=False))
        answers = [client.read() for _ in calls]
    assert sorted(answer["id"] for answer in answers) == list(range(len(calls)))
    return answers


def reason_of(answer, calls, reasons):
    if "result" in answer:
        return "result"
    data = answer["error"]["data"]
    assert data["reason"] in reasons and data["reason"] != "internal", (answer, calls[answer["id"]])
    assert data["reason"] != "invalid_params" or "param" in data, answer
    return data["reason"]


def test_any_params(world_with, pytestconfig):
    seed, wanted = pytestconfig.getoption("--calls-seed"), pytestconfig.getoption("--calls")
    chance = random.Random(seed)
    world = world_with(rpc={"deadline_s": 2}, log={"level": "warning"})
    table = world.bridge.call("bridge.describe")
    reasons = {error["reason"] for error in table["errors"]}
    methods = [method for method in table["methods"] if method["name"] not in LEFT_OUT | {"web.call"}]
    params, seen = Params(world, chance), collections.Counter()
    for _ in range(wanted // AT_ONCE):
        world.connect(ANNA, ANNA_KEY, ANNA_TOKEN)  # whom the calls before may have disconnected
        world.connect(BEN, BEN_KEY, BEN_TOKEN)
        chosen = [chance.choice(methods) for _ in range(AT_ONCE)]
        calls = [(method["name"], params.of(method)) for method in chosen]
        calls = [as_page(call, chance) if method["web"] and chance.random() < 0.3 else call for method, call in zip(chosen, calls)]
        for answer in ask_all(world.bridge, calls, chance.choice([None, PLUGIN_USER])):
            seen[reason_of(answer, calls, reasons)] += 1
    print(f"seed {seed}: {dict(seen)}")
    assert seen["result"] > wanted // 10 and seen["invalid_params"] > wanted // 20
    assert world.bridge.stop() == 0, world.bridge.log()[-4000:]
    world.bridge.start()
    for user in (ANNA, BEN, HANS):
        assert len(world.call("entry.list", user=user, limit=200)["items"]) <= 200
        world.call("worklog.list", user=user, limit=200)
    assert world.bridge.call("bridge.status")["store"]["ok"]
