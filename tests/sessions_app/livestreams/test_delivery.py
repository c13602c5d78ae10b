"""What webhooks of livestreams are told: signed over the bytes sent, retried on 5xx and broken lines only."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from sessions_app.livestreams.keys import current_pair
from sessions_app.livestreams.start import Wanted, start_livestream
from sessions_app.livestreams.stop import stop_livestream
from sessions_app.livestreams.webhooks import create_webhook
from sessions_app.models import LivestreamDelivery, LivestreamWebhook
from tests.sessions_app.livestreams.studio import KEY
from tests.support.draining import drain
from tests.support.webhook_listener import listener

__all__ = ["listener"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def webhook(app, listener, settings):
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True
    fields = {"name": "hook", "url": listener.url, "events": ["livestreaming.statusUpdate"]}
    return create_webhook(app, fields)


def test_the_status_is_told_and_signed(meeting, webhook, listener):
    start_livestream(meeting, Wanted("key:test"))
    stop_livestream(meeting, "key:test")
    drain(LivestreamDelivery)
    told = {}
    for _, headers, body in listener.wait(2):
        public = serialization.load_pem_public_key(current_pair().public_key.encode())
        signature = base64.b64decode(headers["rtk-signature"])
        public.verify(signature, body, padding.PKCS1v15(), hashes.SHA256())
        assert headers["rtk-webhook-id"] == str(webhook.pk) and headers["rtk-uuid"]
        assert KEY not in body.decode() and b"streamKey" not in body
        told[json.loads(body)["status"]] = json.loads(body)
    assert told.keys() == {"LIVE", "OFFLINE"}
    live = told["LIVE"]
    assert live.keys() == {"event", "streamId", "status", "manualIngest", "playbackUrl", "meeting"}
    assert (live["event"], live["manualIngest"]) == ("livestreaming.statusUpdate", False)
    assert live["meeting"].keys() == {"id", "title", "createdAt", "roomName", "status", "organizedBy"}
    assert live["meeting"]["id"] == str(meeting.pk)


def test_a_5xx_is_retried_under_the_same_id(meeting, webhook, listener):
    listener.fail = 1
    start_livestream(meeting, Wanted("key:test"))
    drain(LivestreamDelivery)
    LivestreamDelivery.objects.all().make_due()
    drain(LivestreamDelivery)
    first, second = listener.wait(2)
    assert first[1]["rtk-uuid"] == second[1]["rtk-uuid"] and first[2] == second[2]
    assert LivestreamDelivery.objects.get().state == "done"


def test_nobody_listening_is_retried(meeting, webhook):
    LivestreamWebhook.objects.update(url="http://127.0.0.1:9/")
    start_livestream(meeting, Wanted("key:test"))
    drain(LivestreamDelivery)
    assert LivestreamDelivery.objects.get().state == "pending"


def test_another_answer_and_a_forbidden_address_are_final(meeting, webhook, settings, listener):
    listener.server.RequestHandlerClass.do_POST = lambda handler: (
        handler.send_response(404),
        handler.end_headers(),
    )
    start_livestream(meeting, Wanted("key:test"))
    drain(LivestreamDelivery)
    assert LivestreamDelivery.objects.get().state == "failed"
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    LivestreamDelivery.objects.all().restart()
    drain(LivestreamDelivery)
    delivery = LivestreamDelivery.objects.get()
    assert (delivery.state, delivery.log[-1]["code"]) == ("failed", "forbidden")


def test_a_disabled_webhook_is_told_nothing(meeting, webhook, listener):
    start_livestream(meeting, Wanted("key:test"))
    LivestreamWebhook.objects.update(enabled=False)
    drain(LivestreamDelivery)
    assert LivestreamDelivery.objects.get().state == "skipped" and not listener.requests
    stop_livestream(meeting, "key:test")
    assert LivestreamDelivery.objects.count() == 1
