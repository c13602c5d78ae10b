"""Signed addresses: for one call, for a while, altered by nobody, and known to logs as secrets."""

import time

import pytest
from django.conf import settings

from calls.agents import addresses
from calls.agents.addresses import ExpiredAddress, InvalidAddress, answer_address, read_token
from liveplatform.db.uuid7 import uuid7
from liveplatform.observability.logs import scrub


def token_of(call_id):
    return answer_address(call_id).rpartition("/")[2]


def test_an_address_leads_to_its_call():
    call_id = uuid7()
    assert answer_address(call_id).startswith(f"{settings.PUBLIC_URL}/v1/agents/answers/")
    assert read_token(token_of(call_id)) == call_id


def test_it_holds_for_half_an_hour(monkeypatch):
    token, now = token_of(uuid7()), time.time()
    monkeypatch.setattr(addresses.time, "time", lambda: now + addresses.ADDRESS_SECONDS + 1)
    with pytest.raises(ExpiredAddress):
        read_token(token)


@pytest.mark.parametrize("odd", ["", "x", "a.b", "." * 500, "ü", "x" * 10_000, "\x00"])
def test_what_is_not_signed_here_is_refused(odd):
    with pytest.raises(InvalidAddress):
        read_token(odd)


def test_it_cannot_be_prolonged_or_led_to_another_call():
    token = token_of(uuid7())
    signed, _, signature = token.rpartition(".")
    for other in (f"{uuid7().hex}-{signed.partition('-')[2]}", signed.partition("-")[0] + "-ffffffff"):
        with pytest.raises(InvalidAddress):
            read_token(f"{other}.{signature}")


def test_another_secret_key_revokes_it(settings):
    token = token_of(uuid7())
    settings.SECRET_KEY = "another-secret-key-of-at-least-50-characters-in-all-x"
    with pytest.raises(InvalidAddress):
        read_token(token)


def test_logs_leave_it_out():
    token = token_of(uuid7())
    assert token.rpartition(".")[2] not in scrub(f"GET /v1/agents/answers/{token}")
