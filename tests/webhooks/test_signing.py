"""Signing, verified by the official library of Standard Webhooks."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from liveplatform.webhooks.signing import new_secret, signature_headers

BODY = b'{"type":"call.ended","data":{"name":"J\xc3\xbcrgen"}}'


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def test_the_specifications_own_example():
    """https://github.com/standard-webhooks/standard-webhooks, spec, "Signature scheme": its test vector."""
    sent = signature_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert sent["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_verifies_what_we_sign():
    secret = new_secret()
    sent = signature_headers("evt_1", now(), BODY, [secret])
    assert Webhook(secret).verify(BODY, sent)["type"] == "call.ended"


def test_during_a_rotation_both_secrets_verify():
    current, previous = new_secret(), new_secret()
    sent = signature_headers("evt_1", now(), BODY, [current, previous])
    assert len(sent["webhook-signature"].split(" ")) == 2
    for secret in (current, previous):
        Webhook(secret).verify(BODY, sent)


@pytest.mark.parametrize(
    "altered", ["webhook-id", "webhook-timestamp", "webhook-signature", "body", "secret"]
)
def test_an_altered_message_does_not_verify(altered):
    secret = new_secret()
    sent, body = signature_headers("evt_1", now(), BODY, [secret]), BODY
    match altered:
        case "body":
            body += b" "
        case "secret":
            secret = new_secret()
        case "webhook-timestamp":
            sent[altered] = str(now() + 1)
        case "webhook-signature":
            sent[altered] = "v1," + base64.b64encode(b"0" * 32).decode()
        case "webhook-id":
            sent[altered] = "evt_2"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, sent)


def test_an_old_message_does_not_verify():
    secret = new_secret()
    old = int((datetime.now(UTC) - timedelta(minutes=6)).timestamp())
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signature_headers("evt_1", old, BODY, [secret]))


def test_secrets_are_long_and_unique():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64


@given(st.text(max_size=200))
def test_any_text_can_be_signed(text):
    secret, body = new_secret(), ('{"data":' + repr(text.encode().hex()).replace("'", '"') + "}").encode()
    Webhook(secret).verify(body, signature_headers("evt_1", now(), body, [secret]))
