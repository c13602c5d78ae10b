"""The end of a call stops its streams, as part of clean_up."""

import pytest
from django.db.models.functions import Now

from calls.exceptions import CallStateError
from calls.lifecycle.end import end
from calls.models import Call, MediaStream, Step, StreamStep
from calls.post_processing import clean_up
from calls.streams.of_call import StreamOfCall
from calls.streams.stop import stop
from providers.errors import Rejected
from tests.calls.streams.conftest import Fork
from tests.support.concurrency import after_commit_of, at_once
from tests.support.draining import drain
from tests.support.forks import forks, raises

__all__ = ["forks"]


@pytest.fixture
def fork(account, forks) -> Fork:
    made = Fork(account)
    Call.objects.filter(pk=made.call.pk).update(provider_call_id="")  # no leg to hang up
    return made


def end_call(fork):
    end(fork.call.pk, account_id=fork.account.pk, actor="key:test")


def clean_up_of(fork, rounds: int = 4) -> Step:
    for _ in range(rounds):
        Step.objects.filter(kind="clean_up", state="pending").update(due_at=Now())
        drain(Step)
        drain(StreamStep)
    return Step.objects.get(call=fork.call, kind="clean_up")


def test_it_stops_them_and_names_their_outcomes(fork, forks):
    one, two = fork.start(), fork.start()
    stop(one, actor="key:test")
    end_call(fork)
    step = clean_up_of(fork)
    assert step.state == "done"
    assert step.result == {"streams": {str(one.pk): "stopped", str(two.pk): "stopped"}}
    two.refresh_from_db()
    assert (two.stopped_by, two.stop_reason, forks.running()) == ("key:test", "Its call has ended.", [])


def test_without_streams_it_is_skipped_at_the_end(fork):
    end_call(fork)
    assert Step.objects.get(call=fork.call, kind="clean_up").state == "skipped"


def test_a_stream_that_the_hang_up_ended_was_not_running(fork, forks):
    stream = fork.start()
    forks.streams.clear()
    end_call(fork)
    assert clean_up_of(fork).result == {"streams": {str(stream.pk): "not_running"}}


def test_after_a_minute_it_says_how_many_are_open(fork, forks):
    fork.start()
    forks.on["before stop"] = raises(Rejected("No."))
    end_call(fork)
    step = clean_up_of(fork, rounds=20)
    assert (step.state, step.result["open_streams"]) == ("done", 1)
    assert 60 <= clean_up._waited(17) < 75


def test_the_room_is_deleted_before_the_streams_are_awaited(account):
    open_stream = StreamOfCall(account.pk, "stopping", "accepted", is_requested=True)
    said = clean_up._outcome([open_stream], {"room": "deleted"})
    assert (said.state, said.result["room"]) == ("later", "deleted")


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_starts_while_the_call_ends_is_stopped(fork, forks):
    """The end waits for the stream's row, and then knows of it."""
    after_commit_of(lambda: fork.start(), lambda: end_call(fork))
    clean_up_of(fork)
    assert (MediaStream.objects.get().status, forks.running()) == ("stopped", [])


@pytest.mark.django_db(transaction=True)
def test_of_starts_and_an_end_at_once_nothing_runs_on(fork, forks):
    def act(number):
        try:
            return end_call(fork) if number == 2 else fork.start()
        except CallStateError:
            return None

    at_once(5, act)
    clean_up_of(fork)
    assert forks.running() == []
    assert not MediaStream.objects.filter(status__in=("starting", "live", "stopping")).exists()
