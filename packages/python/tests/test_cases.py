"""Plays packages/cases.json with the built package."""

import dataclasses
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request

import fauxidp
import pytest

with open(os.environ["FAUXIDP_CASES"], encoding="utf-8") as file:
    TABLE = json.load(file)


def clock(world, change):
    if isinstance(change, str):
        at = getattr(world.clock, change)()
    elif "set" in change:
        at = world.clock.set(change["set"])
    else:
        at = world.clock.advance(milliseconds=change["advance"])
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def call(server, step):
    method, path = step["call"].split(" ")
    headers = dict(step.get("headers", {}))
    body = None
    if "form" in step:
        body = urllib.parse.urlencode(step["form"]).encode()
    elif "body" in step:
        body = json.dumps(step["body"]).encode()
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(server.url + path, body, headers, method=method)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    return {"status": answer.status, "body": json.load(answer)}


def report(world, fail_on):
    text = world.report() if fail_on is True else world.report(fail_on)
    return text.splitlines()[0]


STEPS = {
    "call": lambda server, world, step: call(server, step),
    "endpoints": lambda _, world, step: world.endpoints[step["endpoints"]],
    "credential": lambda _, world, step: world.credential(step["credential"]),
    "fault": lambda _, world, step: world.fault(step["fault"], **step["match"]),
    "faults": lambda _, world, step: world.faults(),
    "clear_faults": lambda _, world, step: world.clear_faults(),
    "verify": lambda _, world, step: world.verify(**step.get("times", {}), **step["verify"]),
    "verify_sequence": lambda _, world, step: world.verify_sequence(*step["verify_sequence"]),
    "verify_rules_fired": lambda _, world, step: world.verify_rules_fired(),
    "report": lambda _, world, step: report(world, step["report"]),
    "requests": lambda _, world, step: world.requests(**step["requests"]),
    "clear_requests": lambda _, world, step: world.clear_requests(),
    "clock": lambda _, world, step: clock(world, step["clock"]),
    "sign_in": lambda _, world, step: world.sign_in(**step["sign_in"]),
    "tokens": lambda _, world, step: world.tokens(**step["tokens"]),
    "outbox": lambda _, world, step: world.outbox(),
    "event": lambda _, world, step: world.event(**step["event"]),
    "set": lambda _, world, step: world.set(step["set"]),
    "reset": lambda _, world, step: world.reset(),
    "drop": lambda _, world, step: world.drop(),
}


def filled(value, saved):
    """`{a.b}` in a text is the member `b` of what was saved as `a`."""
    if isinstance(value, str):
        def member(found):
            inner = saved
            for name in found[1].split("."):
                inner = inner[name]
            return str(inner)

        return re.sub(r"\{([\w.]+)\}", member, value)
    if isinstance(value, list):
        return [filled(item, saved) for item in value]
    if isinstance(value, dict):
        return {name: filled(inner, saved) for name, inner in value.items()}
    return value


def plain(value):
    """A result as JSON has it."""
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    return [plain(item) for item in value] if isinstance(value, list) else value


def assert_has(found, expected, where):
    """Every member that is expected is there; of a list, every item."""
    if isinstance(expected, dict):
        for name, inner in expected.items():
            assert_has(found[name], inner, f"{where}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for item, inner in zip(found, expected):
            assert_has(item, inner, where)
    else:
        assert found == expected, where


@pytest.fixture(scope="module")
def server():
    with fauxidp.start() as server:
        yield server


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_case(server, case):
    world = server.world()
    worlds = {"main": world}
    saved = {"server": server.url}
    try:
        for raw in case["steps"]:
            step = filled(raw, {**saved, "world": world.name})
            verb = next(iter(step))
            if verb == "world":
                world = worlds.get(step["world"]) or worlds.setdefault(step["world"], server.world())
            elif verb == "fork":
                worlds[step["fork"]] = world.fork()
            elif "fails" in step:
                with pytest.raises((fauxidp.FauxidpError, fauxidp.VerificationError)) as refused:
                    STEPS[verb](server, world, step)
                for part in step["fails"]:
                    assert part in str(refused.value)
            else:
                found = plain(STEPS[verb](server, world, step))
                if "expect" in step:
                    assert_has(found, step["expect"], str(step))
                if "save" in step:
                    saved[step["save"]] = found
    finally:
        for made in worlds.values():
            made.drop()
    assert server.worlds() == ["default"]


def test_names_of_worlds_follow_from_names_of_tests():
    for row in TABLE["names"]:
        assert fauxidp.clean_name(row["id"]) == row["name"]
