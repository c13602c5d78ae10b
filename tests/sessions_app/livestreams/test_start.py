"""A meeting's livestream is started once, whatever happens."""

import pytest

from calls.models import MediaStream, StreamStep
from providers.errors import Rejected, Unavailable
from sessions_app.livestreams.exceptions import NotPossible
from sessions_app.livestreams.meetings import change_meeting, get_meeting
from sessions_app.livestreams.start import Wanted, active_run, start_livestream
from sessions_app.models import Livestream, LivestreamSession
from tests.sessions_app.livestreams.studio import INGEST, KEY
from tests.support.concurrency import at_once
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)
WANTED = Wanted("key:test", "Open day", 1280, 720)


def test_a_start_is_asked_of_the_provider_and_kept(meeting, studio):
    livestream, is_new = start_livestream(meeting, WANTED)
    (run,) = livestream.sessions.all()
    (made,) = studio.live()
    assert is_new and (livestream.status, livestream.is_active) == ("LIVE", True)
    assert (livestream.stream_key, livestream.ingest_server) == (KEY, INGEST)
    assert livestream.playback_url == made.playback_url
    assert run.stream.provider_stream_id == made.id and made.name == run.stream.name
    (_, broadcast) = next(each for each in studio.asked if each[0] == "start")
    assert (broadcast.width, broadcast.height, broadcast.targets) == (1280, 720, ())
    assert broadcast.max_seconds == meeting.account.stream_time_limit
    assert KEY not in str(list(StreamStep.objects.values())) + str(MediaStream.objects.values())


def test_a_second_start_answers_the_running_one(meeting, studio):
    first, _ = start_livestream(meeting, WANTED)
    second, is_new = start_livestream(meeting, WANTED)
    assert (second.pk, is_new, studio.count("start")) == (first.pk, False, 1)


def test_twenty_starts_at_once_are_one_run(meeting, studio):
    studio.delay = 0.2
    found = at_once(
        20, lambda _: _outcome(lambda: start_livestream(get_meeting(meeting.app, meeting.pk), WANTED))
    )
    started = [each for each in found if isinstance(each, tuple)]
    assert len({livestream.pk for livestream, _ in started}) == 1
    assert sum(is_new for _, is_new in started) == 1
    assert (studio.count("start"), LivestreamSession.objects.count(), len(studio.live())) == (1, 1, 1)


@pytest.mark.parametrize(("how", "error"), [("rejected", Rejected), ("unavailable", Unavailable)])
def test_a_start_that_fails_leaves_nothing_active(meeting, studio, how, error):
    studio.failures["start"] = [how]
    with pytest.raises(error):
        start_livestream(meeting, WANTED)
    livestream = Livestream.objects.get()
    assert (livestream.status, livestream.is_active, active_run(meeting)) == ("ERRORED", False, None)
    again, is_new = start_livestream(meeting, WANTED)
    assert is_new and again.pk == livestream.pk and len(studio.live()) == 1


def test_a_start_whose_answer_was_lost_is_invoked_until_it_is_found(meeting, studio):
    studio.failures["start"] = ["lost"]
    livestream, _ = start_livestream(meeting, WANTED)
    assert (livestream.status, livestream.is_active) == ("INVOKED", True)
    StreamStep.objects.filter(kind="start").make_due()
    drain(StreamStep)
    livestream.refresh_from_db()
    assert (livestream.status, livestream.stream_key, studio.count("start")) == ("LIVE", KEY, 1)


def test_the_target_of_a_meeting_goes_to_the_provider_and_nowhere_else(meeting, studio):
    url = "rtmps://a.example:443/live2/key-of-the-target"
    change_meeting(meeting, {"recording_config": {"live_streaming_config": {"rtmp_url": url}}})
    start_livestream(meeting, WANTED)
    broadcast = next(about for name, about in studio.asked if name == "start")
    (target,) = broadcast.targets
    assert (target.url, target.key) == ("rtmps://a.example:443/live2", "key-of-the-target")
    assert "key-of-the-target" not in str(MediaStream.objects.values()) + str(
        list(StreamStep.objects.values())
    )


def test_an_inactive_meeting_is_not_started(meeting, studio):
    change_meeting(meeting, {"status": "INACTIVE"})
    with pytest.raises(NotPossible):
        start_livestream(meeting, WANTED)
    assert not studio.asked


def _outcome(act):
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - told to the test
        return error
