"""The faults of `make chaos`, one at a time in the middle of an end; and how its ledgers are read."""

import json
import random

import pytest

from benchmarks.chaos.faults import FAULTS
from benchmarks.chaos.ledgers import Received
from benchmarks.chaos.small_disk import SmallDisk
from benchmarks.chaos.state import Run


@pytest.mark.parametrize(
    "name",
    [
        "PostgreSQL frozen",
        "PostgreSQL out of connections",
        "Redis out of memory",
        "provider's front answers pages",
        "answers of opened rooms lost",
    ],
)
def test_an_end_during_a_fault_happens_exactly_once(platform, customer, name):
    run = Run(platform, customer, SmallDisk(platform.var), Received(platform.received))
    call = customer.phone_call(room=False)
    call.end().raise_for_status()
    FAULTS[name](run, random.Random(1))
    customer.sandbox.reset()
    call.assert_exactly_once()


def logged(message, kind="call.ended", call="c1", behaviour="ok", at=1.0, text="same"):
    body = json.dumps({"type": kind, "data": {"call": {"id": call}}, "text": text})
    line = {"at": at, "behaviour": behaviour, "headers": {"webhook-id": message}, "body": body}
    return json.dumps(line) + "\n"


def test_what_the_receiver_refused_was_not_received(tmp_path):
    log = tmp_path / "received.jsonl"
    received = Received(log)
    received.read()
    log.write_text(logged("m1", behaviour="hang") + logged("m2", call="c2")[:-9])
    received.read()
    assert received.calls("call.ended") == set(), "refused, or not whole yet"

    log.write_text(
        logged("m1", behaviour="hang")
        + logged("m2", call="c2")
        + logged("m1", behaviour="reset", at=7.0)
        + logged("m2", call="c2", text="changed")
    )
    received.read()
    assert received.calls("call.ended") == {"c1", "c2"}
    assert received.accepted_at("call.ended", "c1") == 7.0
    assert (received.repeated, received.refused, received.changed) == (1, 1, ["m2"])
