"""A livestream over each provider that broadcasts rooms, at the sandbox, whatever answers are lost."""

import time
import uuid

import pytest
from django.db.models.functions import Now

from calls.models import MediaStream, ProviderEvent, StreamStep
from liveplatform.accounts.connections import upsert_connection
from sessions_app.livestreams.apps import create_app, get_app
from sessions_app.livestreams.meetings import create_meeting, get_meeting
from sessions_app.livestreams.start import Wanted, start_livestream
from sessions_app.livestreams.stop import stop_livestream
from tests.support.draining import drain
from tests.support.sandbox import SECRET, sandbox, sandbox_url
from tests.support.webhook_listener import listener as forwarder

__all__ = ["forwarder", "sandbox", "sandbox_url"]
pytestmark = pytest.mark.django_db(transaction=True)

WANTED = Wanted("key:test")
TARGET = {"recording_config": {"live_streaming_config": {"rtmp_url": "rtmp://x.example/app/a-secret-key"}}}
# Of each way to broadcast: the provider, what a meeting says, and the operations of a start and a stop.
WAYS = {
    "cloudflare": ("cloudflare", {}, "start_livestream", "stop_livestream"),
    "cloudflare over RTMP": ("cloudflare", TARGET, "start_recording", "stop_recording"),
    "getstream over HLS": ("getstream", {}, "start_hls", "stop_hls"),
    "getstream over RTMP": ("getstream", TARGET, "start_rtmp", "stop_rtmp"),
    "livekit": ("livekit", TARGET, "start_egress", "stop_egress"),
}


# What happens to a room when its broadcast fails there.
ENDS = {"cloudflare": "errored", "getstream": "broadcast_failed", "livekit": "failed"}


class Backend:
    """A meeting that is broadcast in one of the ways."""

    def __init__(self, way, account, sandbox, url):
        self.provider, fields, self.start, self.stop = WAYS[way]
        self.sandbox, self.key = sandbox, uuid.uuid4().hex
        given = {"api_key": self.key, "api_secret": SECRET}
        if self.provider == "cloudflare":
            given = {"account_id": "a" * 32, "app_id": self.key, "api_token": SECRET}
        self.connection = upsert_connection(account, self.provider, given, base_url=url)
        app = get_app(account.pk, create_app(account.pk, "an app").pk)
        self.meeting = get_meeting(app, create_meeting(app, {"title": "Open day"} | fields).pk)
        self.before = self.running()

    def running(self):
        return len(self.sandbox.live_streams()[self.provider])

    def until(self, condition):
        """Let workers do what is left until this is so."""
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end, MediaStream.objects.values("status", "outcome", "error")
            StreamStep.objects.filter(state="pending", due_at__isnull=False).update(due_at=Now())
            drain(ProviderEvent)
            drain(StreamStep)
            time.sleep(0.1)


@pytest.fixture(params=WAYS)
def backend(request, account, sandbox, sandbox_url):
    return Backend(request.param, account, sandbox, sandbox_url)


def status():
    return MediaStream.objects.get().status


def test_nothing_is_left_running_though_the_answers_to_start_and_stop_are_lost(backend):
    backend.sandbox.add_fault(backend.start, "act_then_timeout", provider=backend.provider)
    start_livestream(backend.meeting, WANTED)
    backend.until(lambda: status() == "live")
    assert backend.running() == backend.before + 1, "it was asked for once"
    backend.sandbox.add_fault(backend.stop, "act_then_timeout", provider=backend.provider)
    stop_livestream(backend.meeting, "key:test")
    backend.until(lambda: status() == "stopped")
    stream = MediaStream.objects.get()
    assert stream.outcome in ("stopped", "not_running") and backend.running() == backend.before
    assert len(backend.sandbox.ledger(provider=backend.provider, operation=backend.start, effects="1")) >= 1


def test_a_stop_comes_while_the_start_has_no_answer(backend):
    backend.sandbox.add_fault(backend.start, "act_then_reset", provider=backend.provider)
    start_livestream(backend.meeting, WANTED)
    stop_livestream(backend.meeting, "key:test")
    backend.until(lambda: status() in ("stopped", "failed"))
    backend.until(lambda: backend.running() == backend.before)


def test_the_end_at_the_provider_is_seen(backend):
    start_livestream(backend.meeting, WANTED)
    room = MediaStream.objects.get().parent_id
    backend.sandbox.trigger(room, ENDS[backend.provider])
    backend.until(lambda: status() != "live")
    assert status() == "stopped" and MediaStream.objects.get().stopped_by == f"provider:{backend.provider}"


@pytest.mark.parametrize("backend", [way for way in WAYS if way != "cloudflare over RTMP"], indirect=True)
def test_an_event_of_the_provider_tells_of_the_end_at_once(backend, forwarder, client):
    """The provider's own webhook, as the sandbox signs it; its check is made due by the event."""
    backend.sandbox.add_hook(backend.key, SECRET, forwarder.url)
    start_livestream(backend.meeting, WANTED)
    room = MediaStream.objects.get().parent_id
    time.sleep(0.5)
    backend.sandbox.trigger(room, ENDS[backend.provider])
    time.sleep(0.5)
    for _, headers, body in forwarder.requests:
        sent = {name: value for name, value in headers.items() if name not in ("host", "content-length")}
        answer = client.post(
            f"/v1/providers/{backend.connection.pk}/events",
            body,
            content_type=sent.pop("content-type"),
            headers=sent,
        )
        assert answer.status_code == 200, answer.content
    key = MediaStream.objects.get().secrets().get("stream_key", "a-secret-key").encode()
    bodies = [bytes(body) for body in ProviderEvent.objects.values_list("body", flat=True)]
    assert bodies and not any(key in body for body in bodies)
    ProviderEvent.objects.filter(state="pending").update(due_at=Now())
    drain(ProviderEvent)
    drain(StreamStep)
    check = StreamStep.objects.get(kind="check")
    assert status() == "stopped" or check.result["act"] == "missing", "the event had it looked at"
    backend.until(lambda: status() == "stopped")
