"""RealtimeKit's webhooks: signed by the sandbox with its own key, verified with the key it publishes."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from providers.cloudflare.events import parse
from providers.cloudflare.keys import WebhookKeys
from providers.errors import BadSignature, NotConfigured, Rejected
from providers.events import StreamNews
from providers.http import TransportOptions

UPDATE = {
    "event": "livestreaming.statusUpdate",
    "streamId": "s1",
    "status": "LIVE",
    "streamKey": "secret-key",
}


class Keys:
    """A key that has been published, and one after it."""

    def __init__(self, key, newer=None):
        self._key, self._newer = key, newer

    def current(self):
        return self._key.public_key()

    def newer_than(self, key):
        return self._newer and self._newer.public_key()


@pytest.fixture(scope="module")
def key():
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def other_key():
    return generate_private_key(65537, 2048)


def signed(key, document, name="rtk-signature"):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    signature = base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()
    return {name: signature, "rtk-uuid": "d1"}, body


def test_a_status_update_is_a_reason_to_look_and_proves_nothing(key):
    headers, body = signed(key, UPDATE | {"meeting": {"id": "m1", "title": "Show"}})
    event = parse(Keys(key), headers, body)
    assert (event.kind, event.resource, event.raw_status) == ("stream", "m1", "LIVE")
    assert event.stream == StreamNews("live", id="s1") and not event.stream.is_proven
    assert "secret-key" not in repr(event)


@pytest.mark.parametrize(
    ("raw", "status"),
    [("OFFLINE", "stopped"), ("IDLE", "stopped"), ("ERRORED", "failed"), ("NEW", "unknown")],
)
def test_each_status_is_normalised(key, raw, status):
    assert parse(Keys(key), *signed(key, UPDATE | {"status": raw})).stream.status == status


def test_the_older_names_of_headers_are_taken(key):
    assert parse(Keys(key), *signed(key, UPDATE, "Dyte-Signature")).kind == "stream"


def test_other_events_are_stored_only(key):
    assert (
        parse(Keys(key), *signed(key, {"event": "meeting.started", "meeting": {"id": "m1"}})).kind == "other"
    )


def test_one_delivery_is_known_by_its_id_and_body(key):
    headers, body = signed(key, UPDATE)
    again = parse(Keys(key), headers | {"rtk-uuid": "d2"}, body)
    assert parse(Keys(key), headers, body).dedup_key != again.dedup_key


@pytest.mark.parametrize("header", ["", "not base64!", "AAAA", "ü"])
def test_without_a_valid_signature_nothing_is_read(key, header):
    with pytest.raises(BadSignature):
        parse(Keys(key), {"rtk-signature": header}, b'{"event": "x"}')
    with pytest.raises(BadSignature):
        parse(Keys(key), {}, b'{"event": "x"}')


def test_a_signature_is_good_for_its_body_only(key):
    headers, body = signed(key, UPDATE)
    with pytest.raises(BadSignature):
        parse(Keys(key), headers, body.replace(b"LIVE", b"IDLE"))


def test_an_unknown_signature_is_tried_with_a_newer_key(key, other_key):
    signed_by_other = signed(other_key, UPDATE)
    assert parse(Keys(key, newer=other_key), *signed_by_other).kind == "stream"
    with pytest.raises(BadSignature):
        parse(Keys(key), *signed_by_other)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"x", b'{"event": 5}'])
def test_a_signed_body_that_is_no_event_is_malformed(key, body):
    with pytest.raises(Rejected) as raised:
        parse(Keys(key), *signed(key, body))
    assert raised.value.code == "malformed"


def test_the_key_of_a_stream_is_stored_nowhere(cloudflare):
    stored = json.loads(cloudflare.redacted(json.dumps(UPDATE | {"meeting": {"streamKey": "x"}}).encode()))
    assert stored["streamKey"] == stored["meeting"]["streamKey"] == "[redacted]"
    assert stored["streamId"] == "s1"


def test_while_the_key_cannot_be_fetched_no_event_is_taken():
    unreachable = WebhookKeys(TransportOptions(timeout=1), "http://127.0.0.1:9")
    with pytest.raises(NotConfigured):
        parse(unreachable, {"rtk-signature": "AAAA"}, b"{}")
