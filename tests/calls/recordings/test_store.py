"""Recordings are stored once each; the newest one's link is shown on its call."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from calls.models import Recording
from calls.recordings.store import upsert, upsert_many
from liveplatform.webhooks.models import Event
from providers.events import RecordingFile
from tests.support.concurrency import at_once
from tests.support.factories import video_call

BEGAN = datetime(2026, 11, 20, 10, tzinfo=UTC)


def file(name="one", url="https://files.example/one?v=1", minute=10, days=14, **more) -> RecordingFile:
    ended_at = BEGAN + timedelta(minutes=minute)
    expires_at = ended_at + timedelta(days=days) if days else None
    return RecordingFile(name, url, BEGAN, ended_at, minute * 60, expires_at, **more)


def stored(call, *files):
    for each in files:
        upsert(call, each)
    call.refresh_from_db()
    return call


def test_a_recording_is_shown_on_its_call_and_published(account):
    call = stored(video_call(account), file())

    assert call.recording_url == "https://files.example/one?v=1"
    assert call.recording_expires_at == BEGAN + timedelta(minutes=10, days=14)
    assert call.recording_ready_at == call.recordings.get().ready_at
    event = Event.objects.get(subject_id=call.pk)
    assert (event.type, event.sequence, call.event_sequence) == ("call.recording_ready", 1, 1)
    data = orjson.loads(event.body)["data"]
    assert data["recording"]["url"] == data["call"]["recording_url"] == call.recording_url
    assert (data["recording"]["id"], data["recording"]["duration"]) == ("one", 600)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://", "http://[", "/own"])
def test_only_http_urls_are_stored(account, url):
    call = stored(video_call(account), file(url=url))
    assert (call.recording_url, call.recordings.count()) == ("", 0)


def test_the_same_recording_again_is_not_published(account):
    call = stored(video_call(account), file())
    before = Recording.objects.values().get()
    stored(call, file(), file())
    assert Recording.objects.values().get() == before
    assert Event.objects.filter(subject_id=call.pk).count() == 1


def test_a_fresher_link_replaces_the_old_one_and_is_not_published(account):
    call = stored(video_call(account), file(), file(url="https://files.example/one?v=2", days=20))
    assert call.recording_url == "https://files.example/one?v=2"
    assert call.recording_expires_at == BEGAN + timedelta(minutes=10, days=20)
    assert Event.objects.filter(subject_id=call.pk).count() == 1


@pytest.mark.parametrize("days", [13, 14, None])
def test_a_link_that_is_not_valid_longer_changes_nothing(account, days):
    call = stored(video_call(account), file(), file(url="https://files.example/stale", days=days))
    assert call.recording_url == "https://files.example/one?v=1"


def test_links_that_never_expire_are_replaced_by_others(account):
    call = stored(video_call(account), file(days=None), file(url="https://own.example/b", days=None))
    assert (call.recording_url, call.recording_expires_at) == ("https://own.example/b", None)


def test_the_newest_recording_is_the_one_that_ended_last(account):
    later, earlier = file("two", "https://files.example/two", minute=30), file()
    call = stored(video_call(account), later, earlier)
    assert call.recording_url == "https://files.example/two"
    assert call.recordings.count() == 2
    assert list(
        Event.objects.filter(subject_id=call.pk).values_list("sequence", flat=True).order_by("sequence")
    ) == [1, 2]


def test_many_cost_as_much_as_one(account, django_assert_max_num_queries):
    calls = [video_call(account) for _ in range(5)]
    files = [(call.pk, file(f"r{n}", f"https://files.example/{n}", n)) for call in calls for n in range(1, 4)]
    upsert(calls[0], file("r0"))
    with django_assert_max_num_queries(12):
        upsert_many(files)
    assert Recording.objects.count() == 16
    calls[1].refresh_from_db()
    assert (calls[1].recording_url, calls[1].event_sequence) == ("https://files.example/3", 3)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_reports_are_one_recording_and_one_event(account):
    call = video_call(account)
    at_once(8, lambda n: upsert(call, file(url=f"https://files.example/{n}", days=14 + n)))
    call.refresh_from_db()
    assert call.recording_url == "https://files.example/7"
    assert Event.objects.filter(subject_id=call.pk).count() == 1
