"""A stop is on record first, has a definite outcome, and is answered in time whatever the provider does."""

import time
from threading import Event, Thread

import pytest
from django.db.models.functions import Now

from calls.models import MediaStream, StreamStep
from calls.streams.start import put_on_record
from calls.streams.stop import request_stops, stop, stop_all
from liveplatform.accounts import provider_waits
from liveplatform.limits.concurrency import Busy
from liveplatform.work import sql
from providers.errors import Rejected, Unavailable, UnknownOutcome
from tests.support.concurrency import at_once
from tests.support.draining import drain
from tests.support.forks import raises

LOST = UnknownOutcome("No answer.")


def stopped(stream) -> MediaStream:
    return stop(stream, actor="key:test", reason="test")


def test_a_stream_is_stopped_now(fork, forks):
    stream = stopped(fork.start())
    assert (stream.status, stream.outcome, stream.stopped_by) == ("stopped", "stopped", "key:test")
    assert (stream.seconds, stream.minutes is not None, forks.running()) == (0, True, [])


def test_a_second_stop_changes_nothing_and_asks_nobody(fork, forks):
    first = stopped(fork.start())
    again = stop(MediaStream.objects.get(), actor="key:other")
    assert (again.stopped_by, again.stopped_at) == ("key:test", first.stopped_at)
    assert forks.asked.count("stop") == 1


def test_a_stream_that_was_over_was_not_running(fork, forks):
    stream = fork.start()
    forks.streams.clear()
    assert stopped(stream).outcome == "not_running"


def test_an_accepted_stop_is_confirmed_by_a_worker(fork, forks):
    stream = fork.start()
    forks.stop_answer = "accepted"
    assert (stopped(stream).status, stream.outcome) == ("stopping", "accepted")
    forks.stop_answer = ""
    fork.make_due(stream, "stop")
    assert (stream.status, stream.outcome) == ("stopped", "stopped")


def test_a_lost_answer_is_accepted_and_then_it_was_stopped_by_us(fork, forks):
    stream = fork.start()
    forks.on["stop"] = raises(LOST)
    assert (stopped(stream).status, stream.outcome) == ("stopping", "accepted")
    del forks.on["stop"]
    fork.make_due(stream, "stop")
    assert (stream.status, stream.outcome, forks.asked.count("stop")) == ("stopped", "stopped", 1)


def test_without_a_list_a_lost_answer_is_asked_again(unlisted, fork):
    stream = fork.start()
    unlisted.on["stop"] = raises(LOST)
    stopped(stream)
    del unlisted.on["stop"]
    fork.make_due(stream, "stop")
    assert (stream.outcome, unlisted.asked.count("stop")) == ("stopped", 2)


def test_a_list_that_fails_keeps_nobody_from_stopping(fork, forks):
    stream = fork.start()
    forks.on["before stop"] = raises(LOST)
    stopped(stream)
    del forks.on["before stop"]
    forks.on["list"] = raises(Unavailable("Down."))
    fork.make_due(stream, "stop")
    assert (stream.status, forks.running()) == ("stopped", [])


def test_a_stop_that_never_reached_the_provider_is_no_stop(fork, forks):
    stream = fork.start()
    forks.on["before stop"] = raises(Unavailable("Down."))
    assert stopped(stream).outcome == "accepted"
    forks.on.clear()
    forks.streams.clear()  # the caller has hung up meanwhile
    fork.make_due(stream, "stop")
    assert stream.outcome == "not_running"


def test_a_worker_that_died_while_it_stopped_is_followed_by_another(fork, forks):
    stream = fork.start()
    request_stops([stream.pk], actor="key:test")
    sql.claim(StreamStep, dict.fromkeys(sql.due_keys(StreamStep), 5))
    forks.stop_fork(stream.ref)  # its request had its effect
    StreamStep.objects.filter(stream=stream, kind="stop").update(due_at=Now())
    drain(StreamStep)
    stream.refresh_from_db()
    assert (stream.status, stream.outcome) == ("stopped", "stopped")


def test_a_stop_that_was_given_up_is_taken_up_when_it_is_requested_again(fork, forks):
    stream = fork.start()
    forks.on["before stop"] = raises(Rejected("No."))
    assert (stopped(stream).status, stream.outcome) == ("stopping", "unknown")
    assert fork.step(stream).state == "failed"
    forks.on.clear()
    assert (stopped(stream).status, stream.outcome) == ("stopped", "stopped")


def test_a_stop_during_the_start_is_applied_when_its_answer_comes(fork, forks):
    stream = put_on_record(fork.plan()).stream
    request_stops([stream.pk], actor="key:test")
    assert fork.step(stream).due_at is None
    stream.refresh_from_db()
    assert (stream.status, stream.outcome) == ("starting", "accepted")
    fork.make_due(stream, "start")  # it was not asked for yet, and never is
    assert (stream.status, stream.outcome, forks.asked) == ("failed", "not_running", [])
    assert fork.step(stream).state == "skipped"


@pytest.mark.django_db(transaction=True)
def test_a_stop_while_the_start_hangs_is_answered_in_time_and_remembered(fork, forks):
    released = Event()
    forks.on["start"] = lambda: released.wait(20)
    Thread(target=lambda: at_once(1, lambda _: fork.start())).start()
    until = time.monotonic() + 5
    while not forks.asked and time.monotonic() < until:
        time.sleep(0.02)
    began = time.monotonic()
    stream = stopped(MediaStream.objects.get())
    assert time.monotonic() - began < 4
    assert (stream.status, stream.outcome) == ("starting", "accepted")
    released.set()
    while stream.status != "stopped" and time.monotonic() < until + 8:
        time.sleep(0.1)
        drain(StreamStep, seconds=1)
        stream.refresh_from_db()
    assert (stream.status, stream.outcome, forks.running()) == ("stopped", "stopped", [])
    assert forks.asked.count("start") == 1


def test_a_stop_during_a_start_that_is_lost_is_applied_when_it_is_found(fork, forks):
    forks.on["start"] = raises(LOST)
    stream = fork.start()
    request_stops([stream.pk], actor="key:test")
    fork.make_due(stream, "start")
    assert (stream.status, stream.outcome, forks.running()) == ("stopped", "stopped", [])


def test_a_stop_during_a_start_that_is_lost_for_good_has_an_outcome(fork, forks):
    forks.on["before start"] = raises(LOST)
    stream = fork.start()
    request_stops([stream.pk], actor="key:test")
    for _ in range(7):
        fork.make_due(stream, "start")
    assert (stream.status, stream.outcome) == ("failed", "not_running")
    assert fork.step(stream).state == "skipped"


@pytest.mark.django_db(transaction=True)
def test_a_provider_that_hangs_is_answered_for_in_time(fork, forks):
    stream = fork.start()
    released = Event()
    forks.on["stop"] = lambda: released.wait(20)
    began = time.monotonic()
    assert (stopped(stream).outcome, time.monotonic() - began < 4) == ("accepted", True)
    began = time.monotonic()
    assert (stopped(stream).outcome, time.monotonic() - began < 4) == (
        "accepted",
        True,
    )  # another has the claim
    released.set()
    until = time.monotonic() + 5
    while stream.status != "stopped" and time.monotonic() < until:
        time.sleep(0.05)
        stream.refresh_from_db()
    assert (stream.outcome, forks.asked.count("stop")) == ("stopped", 1)


def test_a_busy_provider_is_left_to_the_workers(fork, forks, monkeypatch):
    stream = fork.start()

    def refuse(wait):
        raise Busy("requests to providers")

    monkeypatch.setattr(provider_waits._waits, "_await_place", refuse)
    assert (stopped(stream).status, stream.outcome) == ("stopping", "accepted")
    fork.make_due(stream, "stop")
    assert stream.outcome == "stopped"


@pytest.mark.django_db(transaction=True)
def test_of_stops_at_once_one_asks_the_provider(fork, forks):
    stream = fork.start()
    forks.on["stop"] = lambda: time.sleep(0.3)
    stops = at_once(4, lambda _: stopped(MediaStream.objects.get(pk=stream.pk)))
    assert {(each.status, each.outcome) for each in stops} == {("stopped", "stopped")}
    assert forks.asked.count("stop") == 1


def test_stop_all_stops_the_open_streams_of_its_call_only(fork, forks):
    streams = [fork.start(), fork.start()]
    over = stopped(fork.start())
    assert stop_all(fork.call.pk, actor="key:test") == 2
    assert {MediaStream.objects.get(pk=each.pk).outcome for each in (*streams, over)} == {"stopped"}
    assert stop_all(fork.call.pk, actor="key:test") == 0


@pytest.mark.django_db(transaction=True)
def test_stop_all_leaves_to_workers_what_takes_too_long(fork, forks):
    streams = [fork.start(), fork.start()]
    released = Event()
    forks.on["before stop"] = lambda: released.wait(20)
    began = time.monotonic()
    stop_all(fork.call.pk, actor="key:test")
    assert time.monotonic() - began < 4
    released.set()
    until = time.monotonic() + 8
    while forks.running() and time.monotonic() < until:
        StreamStep.objects.filter(stream__in=streams, kind="stop", state="pending").update(due_at=Now())
        drain(StreamStep, seconds=1)
    assert forks.running() == []
