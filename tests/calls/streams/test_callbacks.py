"""Callbacks to status_callback_url, in Vobiz's form, as Plivo's own helpers check them."""

from urllib.parse import parse_qsl

import pytest
from django.db.models.functions import Now
from plivo.utils import validate_signature, validate_v3_signature

from calls.models import StreamStep
from calls.streams.callbacks import tell
from calls.streams.stop import stop
from liveplatform.accounts.callback_secrets import rotate, secrets_of
from tests.support.draining import drain
from tests.support.webhook_listener import listener

__all__ = ["listener"]


@pytest.fixture
def told(fork, listener, settings):
    """Start a stream that tells the listener; with `method`."""
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True

    def start(method="POST", url=""):
        callback = {"status_callback_url": url or listener.url, "status_callback_method": method}
        return fork.start(parameters=callback)

    return start


def forms(requests):
    return [dict(parse_qsl(body.decode(), keep_blank_values=True)) for _, _, body in requests]


def drain_callbacks():
    for _ in range(6):
        waiting = StreamStep.objects.filter(kind="callback", state="pending", due_at__isnull=False)
        if not waiting.update(due_at=Now()):
            return
        drain(StreamStep)


def test_start_and_stop_are_told_in_order_in_vobizs_form(fork, listener, told):
    stream = stop(told(), actor="key:test")
    drain_callbacks()
    started, ended = forms(listener.wait(2))
    assert started == {
        "Event": "StartStream",
        "CallUUID": str(stream.call_id),
        "StreamID": str(stream.pk),
        "From": fork.call.from_number,
        "To": fork.call.to_number,
        "Timestamp": f"{stream.started_at:%Y-%m-%d %H:%M:%S}",
        "ParentAuthID": fork.account.auth_id,
        "status_callback_url": listener.url,
        "status_callback_method": "POST",
        "Error": "",
        "ServiceURL": "wss://bot.example/ws",
    }
    assert (ended["Event"], "ServiceURL" in ended) == ("StopStream", False)


def test_plivos_helpers_accept_both_signatures(fork, listener, told):
    told()
    drain_callbacks()
    ((_, headers, _),) = listener.wait(1)
    secret = secrets_of([fork.account.pk])[fork.account.pk]
    v2, v3 = headers["x-vobiz-signature-v2"], headers["x-vobiz-signature-v3"]
    nonces = headers["x-vobiz-signature-v2-nonce"], headers["x-vobiz-signature-v3-nonce"]
    assert all(len(nonce) == 20 and nonce.isdigit() for nonce in nonces)
    assert validate_signature(listener.url, nonces[0], v2.encode().decode(), secret)
    base = listener.url.partition("?")[0]
    assert validate_v3_signature("POST", base, nonces[1], secret, v3)
    assert not validate_signature(listener.url, nonces[0], v2, "another")


def test_after_a_rotation_the_new_secret_signs(fork, listener, told):
    told()
    secret = rotate(fork.account.pk).secret
    drain_callbacks()
    ((_, headers, _),) = listener.wait(1)
    nonce, signature = headers["x-vobiz-signature-v2-nonce"], headers["x-vobiz-signature-v2"]
    assert validate_signature(listener.url, nonce, signature, secret)


def test_an_address_whose_query_is_sealed_is_called_with_it(fork, listener, told):
    stream = told()
    stream.sealed_secrets = stream.seal_secrets({"status_callback_url": f"{listener.url}&key=s"})
    stream.save(update_fields=["sealed_secrets"])
    drain_callbacks()
    ((path, headers, body),) = listener.wait(1)
    assert path.endswith("&key=s")
    assert dict(parse_qsl(body.decode()))["status_callback_url"] == f"{listener.url}&key=s"
    nonce, signature = headers["x-vobiz-signature-v2-nonce"], headers["x-vobiz-signature-v2"]
    assert validate_signature(listener.url, nonce, signature, secrets_of([fork.account.pk])[fork.account.pk])


def test_a_stop_is_told_after_a_start_that_is_retried(fork, listener, told):
    listener.fail = 1
    stream = told()
    drain(StreamStep)
    stop(stream, actor="key:test")
    drain(StreamStep)
    drain_callbacks()
    assert [form["Event"] for form in forms(listener.wait(3))] == ["StartStream", "StartStream", "StopStream"]


def test_after_three_tries_it_is_given_up_and_the_next_is_told(fork, listener, told):
    listener.fail = 3
    stream = told()
    stop(stream, actor="key:test")
    drain_callbacks()
    assert [form["Event"] for form in forms(listener.wait(4))] == ["StartStream"] * 3 + ["StopStream"]
    assert fork.step(stream, "check").state == "pending"


def test_other_events_have_slots_of_their_own(fork, listener, told):
    stream = told()
    for number in (1, 1, 2):
        tell(stream, "PlayedStream", name="hello", slot=f"PlayedStream:{number}")
    drain_callbacks()
    played = forms(listener.wait(3))[1:]
    assert [(form["Event"], form["Name"]) for form in played] == [("PlayedStream", "hello")] * 2


def test_an_internal_address_gets_no_request(fork, told, settings, listener):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    stream = told()
    drain_callbacks()
    step = fork.step(stream, "callback")
    assert (step.log[-1]["code"], listener.requests) == ("forbidden", [])
