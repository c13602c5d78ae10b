"""Events about streams: one per state, with an id derived from stream, type and time."""

import pytest

from calls.models import MediaStream
from calls.streams.kinds import Change
from calls.streams.publish import publish_changes
from calls.streams.stop import stop
from liveplatform.webhooks.models import Event
from providers.errors import Rejected
from tests.support.forks import raises


def types(stream):
    return list(
        Event.objects.filter(subject_id=stream.pk).order_by("sequence").values_list("type", flat=True)
    )


def test_a_stream_starts_and_stops(fork):
    stream = stop(fork.start(), actor="key:test")
    assert types(stream) == ["stream.started", "stream.stopped"]
    assert [event.sequence for event in Event.objects.order_by("sequence")] == [1, 2]


def test_one_that_never_ran_has_failed(fork, forks):
    forks.on["before start"] = raises(Rejected("No."))
    with pytest.raises(Rejected):
        fork.start()
    assert types(MediaStream.objects.get()) == ["stream.failed"]


def test_what_is_published_again_is_the_same_event(fork):
    stream = fork.start()
    publish_changes([Change(stream, "starting")])
    assert types(stream) == ["stream.started"]
    assert Event.objects.get().id.version == 7
