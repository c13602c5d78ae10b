"""FairPool: clients take turns, and none has all threads."""

import threading
import time

import pytest

from liveplatform.web.pool import FairPool, Overloaded


def wait_for(condition) -> None:
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_client_leaves_threads_to_the_others():
    pool = FairPool(4, per_client=3, waiting=100, waiting_per_client=100)
    release, running, done = threading.Event(), [], threading.Event()

    def block() -> None:
        running.append(1)
        release.wait(10)

    for _ in range(10):
        pool.submit("slow", block)
    wait_for(lambda: len(running) == 3)
    pool.submit("quick", done.set)
    assert done.wait(2)
    assert len(running) == 3
    release.set()
    wait_for(lambda: len(running) == 10)


def test_clients_take_turns():
    pool = FairPool(1, per_client=1, waiting=1000, waiting_per_client=1000)
    ran: list[str] = []
    gate = threading.Event()
    pool.submit("first", lambda: gate.wait(5) and None)
    for _ in range(200):
        pool.submit("many", lambda: ran.append("many"))
    for _ in range(2):
        pool.submit("few", lambda: ran.append("few"))
    gate.set()
    wait_for(lambda: len(ran) == 202)
    assert [number for number, name in enumerate(ran) if name == "few"][-1] <= 4


def test_too_many_waiting_are_refused_of_a_client_and_of_all():
    pool = FairPool(1, per_client=1, waiting=4, waiting_per_client=2)
    gate, begun = threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        gate.wait(5)

    pool.submit("a", block)
    assert begun.wait(5)
    pool.submit("a", lambda: None)
    pool.submit("a", lambda: None)
    with pytest.raises(Overloaded):
        pool.submit("a", lambda: None)
    pool.submit("b", lambda: None)
    pool.submit("b", lambda: None)
    with pytest.raises(Overloaded):
        pool.submit("c", lambda: None)
    gate.set()
    wait_for(lambda: not pool._clients)


def test_every_job_runs_once_under_load():
    pool = FairPool(8, per_client=6, waiting=10_000, waiting_per_client=10_000)
    lock, counts = threading.Lock(), dict.fromkeys("abc", 0)

    def count(name: str) -> None:
        with lock:
            counts[name] += 1

    submitters = [
        threading.Thread(target=lambda n=name: [pool.submit(n, lambda: count(n)) for _ in range(1000)])
        for name in "abc"
    ]
    for thread in submitters:
        thread.start()
    wait_for(lambda: counts == dict.fromkeys("abc", 1000))
    wait_for(lambda: not pool._clients)
