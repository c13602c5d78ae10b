"""The faults of `make chaos`, one at a time in the middle of an end; and how its ledgers are read."""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import requests

from benchmarks.chaos import neighbours
from benchmarks.chaos.__main__ import _inject_faults, _options
from benchmarks.chaos.faults import FAULTS
from benchmarks.chaos.faults_processes import restart_often
from benchmarks.chaos.ledgers import Received
from benchmarks.chaos.small_disk import SmallDisk
from benchmarks.chaos.state import Ended, Run
from benchmarks.chaos.supply import Supply
from benchmarks.chaos.verdict import not_reached
from benchmarks.chaos.victim import Samples, Victim
from tests.support.client import Customer, PlacedCall


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
    received = Received(platform.received)
    run = Run(platform, customer, SmallDisk(platform.var), received, Supply(customer, 0), workers=("worker",))
    call = customer.phone_call()
    call.end().raise_for_status()
    with supervised(run):
        FAULTS[name](run, random.Random(1))
        customer.sandbox.reset()
        call.assert_exactly_once()


@contextlib.contextmanager
def supervised(run):
    """Starts anew what ends, as a process supervisor does: a worker ends when Redis refuses its writes."""
    supervisor = threading.Thread(target=restart_often, args=(run,))
    supervisor.start()
    try:
        yield
    finally:
        run.stopped.set()
        supervisor.join()


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


class FastDisk(SmallDisk):
    """PostgreSQL writes between looking and cutting, so the first tries to cut it come too late."""

    def __init__(self, var, failures):
        super().__init__(var)
        self._data, self.failures = var, failures

    def _resize(self, size):
        self.failures -= 1
        if self.failures >= 0:
            raise subprocess.CalledProcessError(32, ["mount"])


def test_a_disk_that_is_written_to_meanwhile_is_cut_again(tmp_path):
    FastDisk(tmp_path, failures=3).fill()


def bare_run(tmp_path, disk):
    """A run without a platform."""
    customer = SimpleNamespace(sandbox=SimpleNamespace(reset=lambda: None))
    log = tmp_path / "received.jsonl"
    return Run(SimpleNamespace(processes={}), customer, disk, Received(log), Supply(customer, 0))


def test_a_fault_that_cannot_be_injected_does_not_end_a_run(tmp_path, monkeypatch):
    run = bare_run(tmp_path, FastDisk(tmp_path, failures=10**6))
    faults = {"disk full": FAULTS["PostgreSQL's disk full"]}
    monkeypatch.setattr("benchmarks.chaos.__main__.possible_faults", lambda run: faults)
    monkeypatch.setattr("benchmarks.chaos.__main__.supervise", lambda run: None)
    monkeypatch.setattr("benchmarks.chaos.faults_processes.restart", lambda run: None)
    options = argparse.Namespace(
        seed=1, clients=0, kill_every=600, fault_every=0.01, seconds=0.2, kills=0, ends=0
    )
    _inject_faults(run, options)
    assert run.faults["disk full"] == 0


def test_a_run_fails_that_has_fewer_kills_or_ends_than_asked_for(tmp_path):
    run = bare_run(tmp_path, SmallDisk(tmp_path))
    assert not_reached(run, 0, 0) == ["0 ends, not 1"]
    run.ended.append(Ended(PlacedCall(run.customer, "c1", "CA1", "end_call"), at=1.0))
    run.faults["kill -9 beat"] = 999
    assert not_reached(run, 999, 1) == []
    assert not_reached(run, 1000, 2) == ["999 kills, not 1,000", "1 ends, not 2"]


def test_calls_of_the_supply_are_live_at_both_sides(platform, customer):
    run = Run(platform, customer, SmallDisk(platform.var), Received(platform.received), Supply(customer, 100))
    customer.sandbox.add_fault("*", "503", times=None)
    run.supply.add(run.stopped)
    customer.sandbox.reset()
    call = run.supply.take()
    call.end().raise_for_status()
    call.assert_exactly_once()


def test_a_refused_neighbour_is_above_the_aim():
    fast = [0.01] * 9
    assert not neighbours.Row("a", "end", fast, fast, 0.15).is_above
    assert neighbours.Row("a", "end", fast, fast, 0.15, refused=1).is_above
    assert neighbours.Row("a", "end", fast, [], 0.15).is_above


class Refusing(BaseHTTPRequestHandler):
    """Refuses requests at once."""

    def do_POST(self):
        self.send_error(503)


def test_a_refused_request_is_no_fast_wait():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    customer = object.__new__(Customer)
    customer.http = requests.Session()
    customer.local = SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}")
    victim = object.__new__(Victim)
    victim.customer, victim._samples = customer, Samples()
    with pytest.raises(requests.HTTPError):
        victim._sample()
    server.shutdown()
    samples = victim.take()
    assert samples.refused == {"make-call": 1}
    assert not samples.waits["make-call"]


def test_everything_at_once_is_every_attack(monkeypatch):
    open_now = set()

    def attack(name):
        @contextlib.contextmanager
        def begin(stage):
            open_now.add(name)
            yield
            open_now.remove(name)

        return begin

    monkeypatch.setattr(neighbours, "ONE_BY_ONE", {name: attack(name) for name in "abc"})
    with neighbours.ATTACKS["everything at once"](None):
        assert open_now == set("abc")
    assert not open_now


def test_an_unknown_attack_is_refused_with_the_names_of_all(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["chaos", "--neighbours", "--only", "typo"])
    with pytest.raises(SystemExit):
        _options()
    error = capsys.readouterr().err
    assert all(name in error.replace("\n", " ") for name in neighbours.ATTACKS)
