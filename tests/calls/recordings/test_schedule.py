"""When recordings are synced: at once on request, and before their links expire."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Recording, RecordingSync
from calls.recordings.queue import RECORDING_SYNCS
from calls.recordings.schedule import refresh_at, refresh_before_expiry, sync_now, sync_rooms
from liveplatform.work.outcomes import succeeded
from liveplatform.work.settle import Attempt, settle
from tests.support.concurrency import after_commit_of
from tests.support.factories import phone_call, video_call

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("life", "expected"),
    [(timedelta(hours=4), timedelta(hours=3)), (timedelta(days=14), timedelta(days=13))],
)
def test_a_link_is_renewed_a_day_before_it_expires_or_after_three_quarters_of_its_life(life, expected):
    assert refresh_at(Recording(updated_at=NOW, expires_at=NOW + life)) == NOW + expected


def test_a_sync_that_runs_is_left_alone_and_a_settled_one_starts_over(account):
    running, settled, new = (video_call(account) for _ in range(3))
    RecordingSync.objects.create(call=running, state="running", due_at=None)
    RecordingSync.objects.create(call=settled, state="done", attempts=3, result={"syncs": 5})
    sync_now([running, settled, new])
    states = dict(RecordingSync.objects.values_list("call_id", "state"))
    assert states == {running.pk: "running", settled.pk: "pending", new.pk: "pending"}
    again = RecordingSync.objects.get(call=settled)
    assert (again.attempts, again.result) == (0, {})
    assert again.due_at <= timezone.now()


def test_only_rooms_are_synced_after_their_call(account):
    started = {"provider_call_id": "r", "started_at": timezone.now()}
    room = video_call(account, **started)
    sync_rooms([room, phone_call(account, **started), video_call(account)])
    assert list(RecordingSync.objects.values_list("call_id", flat=True)) == [room.pk]


def test_the_earliest_link_that_has_not_expired_decides(account):
    call, other = video_call(account), video_call(account)
    for name, days in (("expired", -1), ("first", 2), ("second", 9), ("endless", None)):
        expires_at = timezone.now() + timedelta(days=days) if days else None
        Recording.objects.create(
            call=call, provider_id=name, url="https://files.example/one", expires_at=expires_at
        )
    refresh_before_expiry([call, other])
    due_at = RecordingSync.objects.get().due_at
    assert abs(due_at - timezone.now() - timedelta(days=1.5)) < timedelta(seconds=10)


@pytest.mark.django_db(transaction=True)
def test_a_request_while_a_sync_is_settled_starts_it_over(account):
    call = video_call(account)
    sync = RecordingSync.objects.create(call=call, state="running", attempts=1)
    last = Attempt(sync, succeeded({"syncs": 5, "files": []}), timezone.now(), 1)
    after_commit_of(lambda: settle(RECORDING_SYNCS, [last]), lambda: sync_now([call]))
    sync.refresh_from_db()
    assert (sync.state, sync.attempts, sync.result) == ("pending", 0, {})


@pytest.mark.django_db(transaction=True)
def test_a_request_while_a_later_sync_is_inserted_is_due_now(account):
    call = video_call(account)
    expires_at = timezone.now() + timedelta(days=2)
    Recording.objects.create(
        call=call, provider_id="one", url="https://files.example/one", expires_at=expires_at
    )

    def refresh():
        Call.lock([call.pk])
        refresh_before_expiry([call])

    after_commit_of(refresh, lambda: sync_now([call]))
    assert RecordingSync.objects.get(call=call).due_at <= timezone.now()
