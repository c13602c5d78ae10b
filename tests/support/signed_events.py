"""Events as the providers send them, signed by their own packages where they have one."""

import gzip
import hashlib
import hmac
import itertools
import json
import time
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from calls.models import ProviderEvent
from providers.plivo.signature import sign
from tests.support.draining import drain
from tests.support.factories import NUMBER

FORM = "application/x-www-form-urlencoded"
numbers = itertools.count()


def post(connection, body, content_type, headers, query=""):
    path = f"/v1/providers/{connection.pk}/events{query}"
    client = Client(raise_request_exception=False)
    return client.post(path, body, content_type=content_type, headers=headers)


def post_twilio(connection, form, query="", token=None, url=""):
    """A callback from Twilio, signed by Twilio's own package."""
    url = url or f"{settings.PUBLIC_URL}/v1/providers/{connection.pk}/events{query}"
    signer = RequestValidator(token or connection.credentials()["auth_token"])
    headers = {"X-Twilio-Signature": signer.compute_signature(url, form)}
    return post(connection, urlencode(form), FORM, headers, query)


def post_vobiz(connection, form, query="", *, token="", nonce=""):
    """A callback from Vobiz, signed in its V2 and V3; `token=None`: without a signature."""
    address = f"{settings.PUBLIC_URL}/v1/providers/{connection.pk}/events"
    nonce = nonce or f"{next(numbers):020d}"
    key = token or connection.credentials()["auth_token"]
    headers = {}
    for version in ("v2", "v3") if token is not None else ():
        headers[f"X-Vobiz-Signature-{version}"] = sign(key, address, nonce, version)
        headers[f"X-Vobiz-Signature-{version}-Nonce"] = nonce
    return post(connection, urlencode(form), FORM, headers, query)


def status_form(sid, word, number=0, **more):
    """The form of a status callback."""
    now = timezone.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    form = {"CallSid": sid, "CallStatus": word, "SequenceNumber": str(number), "Timestamp": now}
    return form | {"From": NUMBER, "To": "+14155550111", "CallbackSource": "call-progress-events"} | more


def post_getstream(connection, kind, room_id, *, at=None, zipped=False, secret=None, **more):
    """A webhook from Stream; each has an id of its own, unless one is given."""
    event = {"type": kind, "created_at": int((at or time.time()) * 1e9), "call_cid": f"default:{room_id}"}
    event["call"] = {"id": room_id, "type": "default", "ended_at": None} | more.pop("call", {})
    headers = {"X-WEBHOOK-ID": more.pop("webhook_id", f"w{next(numbers)}"), "X-WEBHOOK-ATTEMPT": "1"}
    body = json.dumps(event | more).encode()
    key = (secret or connection.credentials()["api_secret"]).encode()
    headers["X-SIGNATURE"] = hmac.new(key, body, hashlib.sha256).hexdigest()
    sent = gzip.compress(body) if zipped else body
    return post(connection, sent, "application/json", headers)


def leg(call, word, number=0, **more):
    """A status callback about this phone call."""
    return post_twilio(call.connection, status_form(call.provider_call_id, word, number, **more))


def room(video, kind, **more):
    """A webhook about the room of this video call."""
    return post_getstream(video.connection, kind, video.provider_call_id, **more)


def applied(call, *answers):
    """Apply what was sent, and refresh the call."""
    assert [answer.status_code for answer in answers] == [200] * len(answers), answers[-1].content
    drain(ProviderEvent)
    call.refresh_from_db()
    return call


def last_summary():
    """What the last event meant."""
    event = ProviderEvent.objects.latest("id")
    return event.result.get("summary") or event.error
