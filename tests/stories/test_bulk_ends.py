"""Bulk ends with real processes: a thousand calls, a worker killed midway, every call ended once."""

import threading
import time
from collections import Counter

from benchmarks.bench_calls import insert, place

MANY = 1000


def finished(customer, operation_id, seconds=60):
    """The operation once it is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = customer.ask("GET", f"/v1/operations/{operation_id}").json()
        if found["state"] != "running":
            return found
        time.sleep(0.2)
    raise AssertionError(f"not over after {seconds} s: {found}")


def hung_up(customer, legs, seconds=60):
    """The number of hang-ups per leg, once none is live."""
    until = time.monotonic() + seconds
    while set(legs) & set(customer.sandbox.live()["twilio"]) and time.monotonic() < until:
        time.sleep(0.3)
    effects = customer.sandbox.ledger(operation="end_call", effects="1")
    return Counter(entry["resource"] for entry in effects if entry["resource"] in legs)


def test_an_emergency_stop_survives_the_death_of_its_worker(customer, platform):
    legs, rooms = place(platform.sandbox_url, customer.account_id, MANY)
    insert(platform.var, customer.account_id, legs, [""] * MANY, transcripts=False)

    begun = customer.ask("POST", "/v1/calls/bulk-end", {"all": True, "reason": "stop"})
    assert begun.status_code == 202
    time.sleep(0.4)
    platform.kill("worker")
    platform.start("worker")

    found = finished(customer, begun.json()["id"])
    assert (found["state"], found["ended"] + found["already_ended"] >= MANY) == ("finished", True)
    assert hung_up(customer, set(legs)) == dict.fromkeys(legs, 1)


def test_two_stops_and_single_ends_at_once_end_each_call_once(customer, platform):
    legs, rooms = place(platform.sandbox_url, customer.account_id, 300)
    ids = insert(platform.var, customer.account_id, legs, [""] * 300, transcripts=False)
    answers = []

    def stop():
        answers.append(customer.ask("POST", "/v1/calls/bulk-end", {"ids": [str(i) for i in ids]}))

    def end_some():
        for call_id in ids[::10]:
            assert customer.ask("POST", "/calls/end", {"call_id": str(call_id)}).status_code == 200

    threads = [threading.Thread(target=act) for act in (stop, end_some, stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = [finished(customer, answer.json()["id"]) for answer in answers]
    assert all(each["ended"] + each["already_ended"] == 300 for each in found)
    assert sum(each["ended"] for each in found) <= 300
    assert hung_up(customer, set(legs)) == dict.fromkeys(legs, 1)
