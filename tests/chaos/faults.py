# SPDX-License-Identifier: Apache-2.0
"""The faults of the chaos suite: some at a time, each for a short while, of every kind that the simulator knows. Whoever is
refused is refused in the services' own words, so that what a person would have to mend is among them."""
import asyncio
import random

REFUSED = '{"message":"Manual time tracking disabled on Main","code":4030}'
WRONG = '{"errorMessages":["The issue is closed."],"errors":{}}'

# (service, what) with weights; the milliseconds stay below the time in which the daemon waits for late effects
KINDS = [
    (None, {"kind": "delay"}), (None, {"kind": "delay", "when": "after"}), (None, {"kind": "close_before"}),
    (None, {"kind": "close_after"}), (None, {"kind": "close_after"}), (None, {"kind": "status", "code": 500}),
    (None, {"kind": "status", "code": 502, "when": "after"}), (None, {"kind": "status", "code": 503}),
    (None, {"kind": "rate_limit", "retry_after": 1}), (None, {"kind": "garbage"}), (None, {"kind": "garbage", "raw": True}),
    (None, {"kind": "html"}), (None, {"kind": "trickle", "bytes_per_s": 300}), (None, {"kind": "truncate"}),
    (None, {"kind": "huge", "bytes": 20000000, "times": 1}), (None, {"kind": "redirect", "to": "http://127.0.0.1:1/"}),
    (None, {"kind": "refuse"}),
    ("clockify", {"kind": "status", "code": 403, "body": REFUSED, "route": "/time-entries"}),
    ("jira", {"kind": "status", "code": 400, "body": WRONG, "method": "POST"}),
]
MAKING = {"clockify": ("POST", "PATCH", "PUT", "DELETE"), "jira": ("POST",)}


def choose(chance):
    service, what = chance.choice(KINDS)
    service = service or chance.choice(("clockify", "clockify", "jira"))
    fault = {"service": service, "times": chance.randint(1, 12), "probability": chance.choice((0.2, 0.5, 1)),
             "seed": chance.randrange(1 << 30), **what}
    if fault["kind"] == "refuse":
        return {"service": service, "kind": "refuse"}
    if fault["kind"] == "delay":
        fault["ms"] = chance.choice((50, 400, 900, 1500))
    if "method" not in fault and chance.random() < 0.7:
        fault["method"] = chance.choice(MAKING[service])
    return fault


async def inject(run):
    """Until the run is over; then none is left. Counts what really met a request."""
    chance = random.Random(f"faults {run.options.seed}")
    placed = {}
    while not run.over:
        fault = choose(chance)
        number = await run.outside(run.sim.fault, **fault)
        placed[number] = run.options.seconds and chance.uniform(0.2, 1.5)
        run.sim.injected += fault["kind"] == "refuse"
        step = chance.uniform(0.02, 0.25)
        await asyncio.sleep(step)
        for one in [one for one, left in placed.items() if left <= 0]:
            await remove(run, one)
            del placed[one]
        placed = {one: left - step for one, left in placed.items()}
    for one in placed:
        await remove(run, one)


async def remove(run, number):
    hits = {fault["id"]: fault["hits"] for fault in await run.outside(run.sim.faults)}
    run.sim.injected += hits.get(number, 0)
    await run.outside(run.sim.clear_faults, number)
