"""What follows for a livestream when one of its runs changes."""

import pytest

from calls.models import MediaStream
from calls.streams.kinds import STILL_LIVE, Change
from calls.streams.transitions import lock
from liveplatform.webhooks.models import Event
from providers.errors import NotSupported
from sessions_app.livestreams import kind
from sessions_app.livestreams.start import Wanted, start_livestream
from sessions_app.livestreams.stop import stop_livestream
from sessions_app.models import Livestream

WANTED = Wanted("key:test")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("rtmp://a.example/live2/abc-key", ("rtmp://a.example/live2", "abc-key")),
        ("rtmps://a.example:443/app/x/key?b=1", ("rtmps://a.example:443/app/x", "key?b=1")),
        ("rtmp://a.example/only", ("rtmp://a.example/only", "")),
        ("rtmp://a.example/live2/", ("rtmp://a.example/live2", "")),
    ],
)
def test_a_target_is_an_address_and_its_key(url, target):
    found = kind.target_of(url)
    assert (found.url, found.key) == target


def test_an_old_run_that_still_runs_changes_nothing_about_a_new_one(meeting, studio):
    start_livestream(meeting, WANTED)
    old = stop_livestream(meeting, "key:test")
    start_livestream(meeting, WANTED)
    kind.changed([Change(lock([old.pk])[0], STILL_LIVE)])
    livestream = Livestream.objects.get()
    assert (livestream.status, livestream.is_active) == ("LIVE", True)
    assert Event.objects.filter(subject_id=old.pk, type="livestream.still_live").count() == 1


def test_an_event_that_is_told_again_is_one_event(meeting, studio):
    start_livestream(meeting, WANTED)
    stream = MediaStream.objects.get()
    for _ in range(2):
        kind.changed([Change(lock([stream.pk])[0], MediaStream.Status.STARTING)])
    assert Event.objects.filter(type="livestream.started").count() == 1


def test_a_provider_that_broadcasts_nothing(meeting, studio):
    start_livestream(meeting, WANTED)

    class Phone:
        provider = "phone"

    stream = MediaStream.objects.get()
    with pytest.raises(NotSupported):
        kind.stop(Phone(), stream.ref)
    with pytest.raises(NotSupported):
        kind.starter(stream)(Phone())
