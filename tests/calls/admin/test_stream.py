"""The admin of media streams: lists, filters, pages, stops; nothing secret is shown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, MediaStream, StreamStep
from tests.support.admin_pages import act
from tests.support.factories import phone_call


def stream_of(call, **fields) -> MediaStream:
    now = timezone.now()
    defaults = {
        "account": call.account,
        "call": call,
        "kind": "audio",
        "status": "live",
        "connection": call.connection,
        "provider": call.provider,
        "parent_id": call.provider_call_id,
        "provider_stream_id": "MZ123",
        "max_seconds": 14400,
        "started_at": now,
        "expires_at": now + timedelta(hours=4),
        "parameters": {"service_url": "wss://user:hush@bot.example:8443/audio?token=hush", "track": "both"},
    }
    stream = MediaStream(**(defaults | fields))
    stream.sealed_secrets = stream.seal_secrets({"stream_key": "hush-hush"})
    stream.save()
    Call.objects.filter(pk=call.pk).update(has_streams=True)
    return stream


@pytest.fixture
def stream(account) -> MediaStream:
    return stream_of(phone_call(account))


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def test_a_page_shows_a_stream_and_no_secret(staff, stream):
    text = page(staff, f"/admin/calls/mediastream/{stream.pk}/change/")
    assert "wss://bot.example:8443/audio" in text
    assert "hush" not in text
    assert "Stop this stream" in text


def test_a_call_shows_its_streams(staff, stream):
    assert str(stream.pk) in page(staff, f"/admin/calls/call/{stream.call_id}/change/")


@pytest.mark.parametrize("query", ["", "?attention=open", "?kind=audio", "?q=MZ123"])
def test_lists_find_it(staff, stream, query):
    assert str(stream.pk) in page(staff, f"/admin/calls/mediastream/{query}")


@pytest.mark.parametrize(
    "query",
    ["?attention=unconfirmed", "?attention=overdue", "?attention=given_up", "?kind=livestream", "?q=x"],
)
def test_lists_leave_it_out(staff, stream, query):
    assert str(stream.pk) not in page(staff, f"/admin/calls/mediastream/{query}")


def test_what_needs_attention_is_found(staff, account):
    ago = timezone.now() - timedelta(minutes=3)
    late = stream_of(phone_call(account), status="stopping", stop_requested_at=ago, outcome="accepted")
    StreamStep.of(late, StreamStep.Kind.STOP, state="failed", settled_at=timezone.now()).save()
    overdue = stream_of(phone_call(account), expires_at=ago)
    assert str(late.pk) in page(staff, "/admin/calls/mediastream/?attention=unconfirmed")
    assert str(late.pk) in page(staff, "/admin/calls/mediastream/?attention=given_up")
    assert str(overdue.pk) in page(staff, "/admin/calls/mediastream/?attention=overdue")
    assert "given up" in page(staff, f"/admin/calls/mediastream/{late.pk}/change/")


def test_a_stream_that_was_found_running_after_its_end_needs_attention(staff, account):
    orphan = stream_of(phone_call(account), status="stopped", still_live_at=timezone.now())
    StreamStep.of(orphan, StreamStep.Kind.STOP, state="pending").save()
    assert str(orphan.pk) in page(staff, "/admin/calls/mediastream/?attention=still_live")
    assert "was found running" in page(staff, f"/admin/calls/mediastream/{orphan.pk}/change/")


def test_streams_are_stopped_from_the_list(staff, stream):
    act(staff, "calls/mediastream", "stop_streams", stream)
    stream.refresh_from_db()
    assert stream.status == "stopping"
    assert stream.stopped_by == "staff:alice"
    assert stream.steps.get(kind="stop").state == "pending"


def test_a_stop_asks_first_and_is_recorded(staff, stream):
    url = f"/admin/calls/mediastream/{stream.pk}/stop/"
    assert "goes on" in page(staff, url)
    stream.refresh_from_db()
    assert stream.status == "live"
    answer = staff.post(url, {"confirmed": "yes"}, follow=True)
    assert answer.status_code == 200
    stream.refresh_from_db()
    assert stream.status == "stopping"
    assert "stop" in page(staff, f"/admin/calls/mediastream/{stream.pk}/change/")


def test_staff_without_the_permission_cannot_stop(viewer, stream):
    assert viewer.post(f"/admin/calls/mediastream/{stream.pk}/stop/", {"confirmed": "yes"}).status_code == 403
    stream.refresh_from_db()
    assert stream.status == "live"


def test_failed_steps_run_again_from_their_list(staff, stream):
    step = StreamStep.of(stream, StreamStep.Kind.STOP, state="failed", settled_at=timezone.now())
    step.save()
    assert str(step.pk) in page(staff, "/admin/calls/streamstep/?state=failed")
    act(staff, "calls/streamstep", "run_again", step)
    step.refresh_from_db()
    assert step.state == "pending"
