"""What stories on a running platform wait for and read."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests import environment

VAR = environment.VAR / "stories"


def at_once(act, times=50):
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(act) for _ in range(times)]]


def ended(call, seconds):
    """The call once it has ended, which it must within these seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        shown = call.customer.ask("GET", f"/calls/{call.id}").json()["data"]
        if shown["ended_at"]:
            return shown
        time.sleep(0.1)
    raise AssertionError(f"still live after {seconds} s")


def entries(call):
    """The outcomes of the provider's events in the call's timeline, by type."""
    timeline = call.customer.ask("GET", f"/v1/calls/{call.id}/timeline").json()["timeline"]
    return [(e["name"], e["detail"]) for e in timeline if e["what"] == "provider event"]


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def record(call):
    return call.customer.ask("GET", f"/v1/calls/{call.id}/record").json()
