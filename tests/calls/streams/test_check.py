"""The check: maximum duration, what the provider lists, and what runs though it should not."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from calls.models import MediaStream, StreamStep
from calls.streams.start import put_on_record
from calls.streams.stop import stop
from liveplatform.webhooks.models import Event
from providers.errors import Rejected, Unavailable
from providers.streams import ProviderStream
from tests.support.forks import raises


def expire(stream):
    MediaStream.objects.filter(pk=stream.pk).update(expires_at=Now() - timedelta(seconds=1))


def test_it_says_when_the_provider_last_listed_the_stream(fork):
    stream = fork.start()
    fork.make_due(stream, "check")
    assert (stream.status, stream.seen_at is not None) == ("live", True)


def test_a_stream_is_stopped_at_its_maximum_duration(fork, forks):
    stream = fork.start(max_seconds=30)
    assert 28 < (fork.step(stream, "check").due_at - stream.created_at).total_seconds() < 32
    expire(stream)
    fork.make_due(stream, "check")
    assert (stream.status, stream.outcome, stream.stopped_by) == ("stopped", "stopped", "watch")
    assert (stream.stop_reason, forks.running()) == ("Its maximum duration is over.", [])


def test_a_stream_that_is_still_starting_then_is_stopped_too(fork, forks):
    stream = put_on_record(fork.plan()).stream
    expire(stream)
    fork.make_due(stream, "check")
    assert (stream.stop_requested_at is not None, stream.status) == (True, "starting")
    fork.make_due(stream, "start")
    assert (stream.status, forks.asked) == ("failed", [])


def test_a_provider_that_does_not_answer_keeps_no_stream_from_its_end(fork, forks):
    stream = fork.start()
    forks.on["list"] = raises(Unavailable("Down."))
    fork.make_due(stream, "check")
    assert (stream.status, fork.step(stream, "check").attempts) == ("live", 0)  # it is asked for ever
    expire(stream)
    fork.make_due(stream, "check")
    assert stream.status == "stopped"


def test_a_check_that_was_given_up_starts_again(fork, forks):
    stream = fork.start()
    forks.on["list"] = raises(ValueError("A bug."))
    StreamStep.objects.filter(stream=stream, kind="check").update(attempts=39)
    fork.make_due(stream, "check")
    assert fork.step(stream, "check").state == "pending"


def test_a_stream_that_its_provider_ended_is_over(fork, forks):
    stream = fork.start()
    ended = {"status": "stopped", "seconds": 61, "cost": "0.008", "price_unit": "USD"}
    forks.streams[stream.provider_stream_id] = ProviderStream(stream.provider_stream_id, **ended)
    fork.make_due(stream, "check")
    assert (stream.status, stream.outcome, stream.stop_reason) == (
        "stopped",
        "not_running",
        "Its provider has ended it.",
    )
    assert (stream.minutes, float(stream.cost), stream.price_unit) == (2, 0.008, "USD")


def test_a_status_that_is_not_known_ends_no_stream(fork, forks):
    stream = fork.start()
    forks.streams[stream.provider_stream_id] = ProviderStream(
        stream.provider_stream_id, "unknown", "buffering"
    )
    fork.make_due(stream, "check", "check")
    assert (stream.status, stream.provider_status) == ("live", "buffering")


def test_one_that_is_missing_from_a_list_once_is_looked_for_again(fork, forks):
    stream = fork.start()
    streams, forks.streams = forks.streams, {}
    fork.make_due(stream, "check")
    assert stream.status == "live"
    forks.streams = streams
    fork.make_due(stream, "check")
    assert stream.status == "live"
    forks.streams = {}
    fork.make_due(stream, "check", "check")
    assert stream.status == "stopped"


def test_an_accepted_stop_is_confirmed_by_the_list(fork, forks):
    stream = fork.start()
    forks.stop_answer = "accepted"
    stop(stream, actor="key:test")
    forks.streams.clear()
    fork.make_due(stream, "check", "check")
    assert (stream.status, stream.outcome) == ("stopped", "stopped")


def test_a_stop_that_was_given_up_is_taken_up_after_a_while(fork, forks):
    stream = fork.start()
    forks.on["before stop"] = raises(Rejected("No."))
    stop(stream, actor="key:test")
    forks.on.clear()
    fork.make_due(stream, "check")
    assert stream.outcome == "unknown"
    StreamStep.objects.filter(stream=stream, kind="stop").update(settled_at=Now() - timedelta(hours=1))
    fork.make_due(stream, "check")
    assert (stream.status, stream.outcome) == ("stopped", "stopped")


class TestOrphans:
    """What is over here, and runs at its provider."""

    @pytest.fixture
    def orphan(self, fork, forks) -> MediaStream:
        stream = fork.start()
        kept = dict(forks.streams)
        stop(stream, actor="key:test")
        forks.streams.update(kept)  # its provider was wrong
        return stream

    def test_one_is_stopped_again_and_told_once(self, fork, forks, orphan):
        fork.make_due(orphan, "check")
        assert (forks.running(), orphan.still_live_at is not None, orphan.outcome) == ([], True, "stopped")
        forks.streams[orphan.provider_stream_id] = ProviderStream(orphan.provider_stream_id, "live")
        fork.make_due(orphan, "check")
        assert forks.running() == []
        assert Event.objects.filter(type="stream.still_live").count() == 1

    def test_one_whose_status_is_not_known_is_stopped_again_too(self, fork, forks, orphan):
        forks.streams[orphan.provider_stream_id] = ProviderStream(orphan.provider_stream_id, "unknown")
        fork.make_due(orphan, "check")
        assert (orphan.still_live_at is not None, fork.step(orphan).state) == (True, "done")
        assert forks.asked.count("stop") == 2

    def test_the_last_look_finds_nothing_and_ends(self, fork, forks):
        stream = fork.start()
        stop(stream, actor="key:test")
        fork.make_due(stream, "check")
        assert fork.step(stream, "check").state == "done"
        assert not Event.objects.filter(type="stream.still_live").exists()

    def test_one_whose_stop_is_given_up_is_looked_at_again(self, fork, forks, orphan):
        forks.on["before stop"] = raises(Rejected("No."))
        fork.make_due(orphan, "check")
        assert (orphan.status, orphan.outcome) == ("stopped", "unknown")
        assert fork.step(orphan, "check").state == "pending"
        forks.on.clear()
        fork.make_due(orphan, "check")
        assert (orphan.outcome, forks.running()) == ("stopped", [])

    @pytest.mark.django_db(transaction=True)
    def test_the_check_of_another_stream_finds_it_too(self, fork, forks, orphan):
        StreamStep.objects.filter(stream=orphan, kind="check").update(due_at=None)
        other = fork.start()
        fork.make_due(other, "check", "stop")
        assert forks.running() == [other.provider_stream_id]


def test_a_stream_under_our_name_that_has_no_row_is_stopped(fork, forks):
    stream = fork.start()
    forks.streams["S2"] = ProviderStream("S2", "live", name="0" * 32)
    forks.streams["S3"] = ProviderStream("S3", "live", name="the customer's own")
    forks.streams["S4"] = ProviderStream("S4", "live")
    fork.make_due(stream, "check", "check", "check")
    assert forks.running() == [stream.provider_stream_id, "S3", "S4"]
    assert stream.status == "live"
    assert fork.step(stream, "check").payload == {}


def test_a_second_one_under_the_name_of_a_stream_is_stopped(fork, forks):
    stream = fork.start()
    forks.streams["S2"] = ProviderStream("S2", "live", name=stream.name)
    fork.make_due(stream, "check", "check")
    assert (forks.running(), stream.status) == ([stream.provider_stream_id], "live")


def test_a_provider_without_a_list_is_not_asked_after_the_end(unlisted, fork):
    stream = fork.start()
    fork.make_due(stream, "check")
    assert stream.status == "live"
    stop(stream, actor="key:test")
    fork.make_due(stream, "check")
    assert fork.step(stream, "check").state == "skipped"
