"""A start is on record first, asked of the provider once, and found or stopped when its answer is lost."""

import time
from threading import Event

import pytest
from django.db.models.functions import Now

from calls.exceptions import CallStateError
from calls.models import Call, MediaStream, StreamStep
from calls.streams.start import put_on_record
from liveplatform.work import sql
from providers.errors import NotConfigured, Rejected, Unavailable, UnknownOutcome
from tests.support.draining import drain
from tests.support.forks import raises

LOST = UnknownOutcome("No answer.")


@pytest.fixture
def lost(fork, forks) -> MediaStream:
    """A stream whose start had its effect, and was not answered."""
    forks.on["start"] = raises(LOST)
    stream = fork.start()
    del forks.on["start"]
    assert stream.status == "starting"
    return stream


def test_a_stream_runs_under_the_name_that_we_gave_it(fork, forks):
    stream = fork.start()
    assert (stream.status, stream.started_at is not None) == ("live", True)
    assert forks.of(stream.name).id == stream.provider_stream_id
    assert Call.objects.get(pk=fork.call.pk).has_streams


def test_it_has_the_accounts_maximum_duration(fork):
    fork.account.stream_time_limit = 90
    fork.account.save()
    stream = fork.start()
    assert stream.max_seconds == 90
    assert (stream.expires_at - stream.created_at).total_seconds() == pytest.approx(90, abs=1)
    assert fork.start(max_seconds=30).max_seconds == 30


@pytest.mark.parametrize(
    "error", [Rejected("Not in progress."), Unavailable("Down."), NotConfigured("No token.")], ids=str
)
def test_a_refused_start_fails_at_once_and_is_not_looked_after(fork, forks, error):
    forks.on["before start"] = raises(error)
    with pytest.raises(Exception, match=str(error)):
        fork.start()
    stream = MediaStream.objects.get()
    assert (stream.status, stream.outcome, stream.error) == ("failed", "", str(error))
    assert fork.step(stream, "check").state == "skipped"
    drain(StreamStep)
    assert forks.asked == ["start"]


def test_a_lost_start_is_found_by_its_name_and_never_asked_again(fork, forks, lost):
    fork.make_due(lost, "start")
    assert (lost.status, forks.asked.count("start")) == ("live", 1)
    assert lost.provider_stream_id == forks.of(lost.name).id


def test_a_start_without_an_effect_fails_after_some_looks(fork, forks):
    forks.on["before start"] = raises(LOST)
    stream = fork.start()
    for _ in range(7):
        fork.make_due(stream, "start")
    assert (stream.status, forks.asked.count("start"), forks.asked.count("list")) == ("failed", 1, 6)
    assert fork.step(stream, "check").state == "pending"  # it is looked for once more
    forks.streams.clear()
    fork.make_due(stream, "check")
    assert fork.step(stream, "check").state == "done"


def test_without_a_list_a_lost_start_is_stopped_by_its_name(unlisted, fork, lost):
    fork.make_due(lost, "start")
    assert (lost.status, unlisted.running()) == ("failed", [])
    assert "stopped by its name" in lost.error


def test_without_a_list_a_start_that_comes_late_is_stopped_too(unlisted, fork, forks):
    forks.on["before start"] = raises(LOST)
    stream = fork.start()
    fork.make_due(stream, "start")
    assert stream.status == "starting"
    del forks.on["before start"]
    forks.start_fork("", stream)  # now it has its effect
    fork.make_due(stream, "start")
    assert (stream.status, forks.running()) == ("failed", [])


def test_a_search_that_is_given_up_leads_to_a_stop(fork, forks, lost):
    forks.on["list"] = raises(Unavailable("Down."))
    StreamStep.objects.filter(stream=lost, kind="start").update(attempts=11)
    fork.make_due(lost, "start")
    assert (lost.status, lost.outcome, forks.running()) == ("failed", "stopped", [])


@pytest.mark.django_db(transaction=True)
def test_an_answer_comes_within_four_seconds_while_the_provider_hangs(fork, forks):
    released = Event()
    forks.on["start"] = lambda: released.wait(20)
    began = time.monotonic()
    stream = fork.start()
    assert (stream.status, time.monotonic() - began < 4) == ("starting", True)
    released.set()
    until = time.monotonic() + 5
    while stream.status == "starting" and time.monotonic() < until:
        time.sleep(0.05)
        stream.refresh_from_db()
    assert (stream.status, forks.asked) == ("live", ["start"])  # its late answer counts


def test_a_process_that_dies_before_it_asked_leaves_the_start_to_a_worker(fork, forks):
    step = put_on_record(fork.plan())
    StreamStep.objects.filter(pk=step.pk).update(due_at=Now())
    drain(StreamStep)
    assert (MediaStream.objects.get().status, forks.asked) == ("live", ["start"])


def test_a_process_that_dies_while_it_asks_is_not_repeated(fork, forks):
    step = put_on_record(fork.plan())
    sql.claim_out_of_turn(StreamStep, step.pk)  # and nothing more is heard of it
    forks.start_fork("", step.stream)
    StreamStep.objects.filter(pk=step.pk).update(due_at=Now())
    drain(StreamStep)
    assert (MediaStream.objects.get().status, forks.asked) == ("live", ["start", "list"])


def test_a_call_that_has_ended_takes_no_stream(fork, forks):
    Call.objects.filter(pk=fork.call.pk).update(ended_at=Now(), status="ended")
    with pytest.raises(CallStateError):
        fork.start()
    assert forks.asked == []
