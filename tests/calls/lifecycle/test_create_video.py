"""Creating a video call: the room first, then the row."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from calls.lifecycle.create_video import (
    VideoCallRequest,
    _room_adapter,
    create_video_call,
    provider_room_data,
)
from calls.lifecycle.update import update_call
from calls.models import Call, CallMonitor, RoomOpening
from providers.errors import NotConfigured, ProviderError
from tests.support.concurrency import at_once
from tests.support.factories import phone_connection

SOON = timezone.now() + timedelta(hours=1)


def test_a_call_is_live_at_once_and_monitored(line, sandbox):
    call = line.open(metadata={"a": 1}, actor="key:x")
    assert (call.status, call.provider, call.created_by) == ("live", "getstream", "key:x")
    assert call.started_at is not None and call.provider_call_id == str(call.pk)
    assert CallMonitor.objects.filter(call=call).exists()
    assert sandbox.room("default", call.provider_call_id)["custom"] == provider_room_data(call.pk, "t")


def test_a_call_with_a_time_is_scheduled(line):
    call = line.open(scheduled_at=SOON)
    assert (call.status, call.started_at, call.scheduled_at) == ("scheduled", None, SOON)


def test_the_accounts_time_limit_is_the_default(line):
    line.account.call_time_limit = 900
    line.account.save()
    assert (line.open().time_limit, line.open(time_limit=60).time_limit) == (900, 60)


def test_metadata_is_not_sent_to_the_provider(line, sandbox):
    call = line.open(metadata={"secret": 1})
    assert "secret" not in str(sandbox.room("default", call.provider_call_id))


def test_without_a_room_there_is_no_call(line, sandbox):
    sandbox.add_fault("open_room", "500", times=3)
    with pytest.raises(ProviderError):
        line.open()
    assert not Call.objects.filter(account=line.account).exists()


def test_a_call_id_of_ones_own_is_of_one_call(line, sandbox):
    call_id = uuid4()
    first, second = line.open(call_id=call_id), line.open(call_id=call_id)
    assert (first.pk, second.created_at) == (call_id, first.created_at)
    assert sandbox.room("default", str(call_id))


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_for_one_call_get_one(line):
    call_id = uuid4()
    assert {call.pk for call in at_once(4, lambda _: line.open(call_id=call_id))} == {call_id}
    assert not RoomOpening.objects.exists()


def test_without_a_connection_there_is_no_call(account):
    with pytest.raises(NotConfigured):
        create_video_call(account.pk, VideoCallRequest(host_user_id="h", title="t"))


def test_a_provider_without_rooms_is_refused(account):
    with pytest.raises(NotConfigured, match="no rooms; connect GetStream Video or LiveKit"):
        _room_adapter(phone_connection(account))


def test_the_provider_has_a_limit_of_its_own_a_little_longer(line, sandbox, account):
    """It counts from the first participant, who may be a quarter of an hour early."""

    def timer(call):
        return sandbox.room("default", call.provider_call_id)["settings"].get("limits")

    assert timer(line.open()) is None
    assert timer(line.open(time_limit=600)) == {"max_duration_seconds": 660}
    planned = line.open(time_limit=600, scheduled_at=timezone.now() + timedelta(days=1))
    assert timer(planned) == {"max_duration_seconds": 660 + 900}
    update_call(planned.pk, account_id=account.pk, actor="test", changes={"time_limit": 60})
    assert timer(planned) == {"max_duration_seconds": 60 + 60 + 900}
