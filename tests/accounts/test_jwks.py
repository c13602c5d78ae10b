"""JWKS over a real local server: rotation, unknown keys, floods, slow, broken and unreachable issuers."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from liveplatform.accounts import jwks, tokens
from liveplatform.accounts.jwks import Jwks, JwksUnavailable
from liveplatform.accounts.tokens import InvalidToken, authenticate
from liveplatform.egress import fetch
from tests.support.jwt_issuer import issuer, jwk, jwks_server, token


@pytest.fixture
def published(settings):
    tokens.clear_cache()
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True
    with jwks_server() as published:
        published.keys(jwk("RS256", "one"), jwk("RS256", "two"), jwk("ES256", "curve"))
        yield published


@pytest.fixture
def trusted(account, published):
    return issuer(account, "RS256", jwks_url=published.url)


def refused(text: str) -> str:
    with pytest.raises(InvalidToken) as error:
        authenticate(text)
    return str(error.value)


def test_a_token_is_verified_with_the_key_it_names(trusted, published):
    assert authenticate(token("RS256", "one", kid="one"))
    assert authenticate(token("RS256", "two", kid="two"))
    assert "InvalidSignature" in refused(token("RS256", "one", kid="two"))
    assert published.asked == 1


def test_without_a_key_id_the_only_key_is_used(trusted, published):
    published.keys(jwk("RS256", "one"))
    assert authenticate(token("RS256", "one"))


def test_without_a_key_id_among_several_keys_the_token_is_refused(trusted):
    assert "does not publish" in refused(token("RS256", "one"))


def test_a_key_of_another_type_is_ignored(trusted):
    assert "does not publish" in refused(token("ES256", "curve", kid="curve"))


def test_a_symmetric_key_in_the_set_is_ignored(trusted, published):
    published.keys({"kty": "oct", "k": "c2VjcmV0", "kid": "oct"}, jwk("RS256", "one"))
    assert "does not publish" in refused(token("HS256", kid="oct"))


def test_an_encryption_key_is_ignored(trusted, published):
    published.keys(jwk("RS256", "one", use="enc"), jwk("RS256", "two"))
    assert "does not publish" in refused(token("RS256", "one", kid="one"))


def test_a_flood_of_unknown_key_ids_costs_one_fetch(trusted, published):
    for number in range(200):
        assert "does not publish" in refused(token("RS256", "one", kid=f"flood-{number}"))
    assert published.asked == 1
    assert authenticate(token("RS256", "one", kid="one"))


def test_a_flood_at_once_costs_one_fetch(published):
    published.delay = 0.2
    keys = Jwks(published.url, "RS256")
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(keys.find, ["one", "two"] * 10))
    assert all(found)
    assert published.asked == 1


def test_a_new_key_is_fetched_after_the_interval(trusted, published, monkeypatch):
    published.keys(jwk("RS256", "one"))
    assert authenticate(token("RS256", "one", kid="one"))
    published.keys(jwk("RS256", "new"))
    refused(token("RS256", "new", kid="new"))

    monkeypatch.setattr(jwks, "MIN_FETCH_INTERVAL", 0.0)
    assert authenticate(token("RS256", "new", kid="new"))
    assert "does not publish" in refused(token("RS256", "one", kid="one"))


def test_known_keys_do_not_wait_for_a_slow_issuer(published, monkeypatch):
    keys = Jwks(published.url, "RS256")
    assert keys.find("one")
    monkeypatch.setattr(jwks, "MAX_AGE", 0.0)
    monkeypatch.setattr(jwks, "FETCH_WAIT_TIMEOUT", 0.05)
    published.delay = 1.0
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(keys.find, "one")
        time.sleep(0.2)
        began = time.monotonic()
        assert keys.find("one")
        assert keys.find("unknown") is None
        assert time.monotonic() - began < 0.5
        assert slow.result()


def test_an_unreachable_issuer_is_refused_and_not_retried_at_once(account, settings):
    tokens.clear_cache()
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        issuer(account, "RS256", jwks_url=f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert "could not be fetched" in refused(token("RS256", kid="one"))
    began = time.monotonic()
    for _ in range(50):
        refused(token("RS256", kid="one"))
    assert time.monotonic() - began < 1


def test_known_keys_stay_valid_while_the_issuer_is_unreachable(trusted, published, monkeypatch):
    assert authenticate(token("RS256", kid="one"))
    monkeypatch.setattr(jwks, "MAX_AGE", 0.0)
    published.status = 503
    assert authenticate(token("RS256", kid="one"))
    assert published.asked == 2


def test_known_keys_expire_if_the_issuer_stays_unreachable(published, monkeypatch):
    keys = Jwks(published.url, "RS256")
    assert keys.find("one")
    monkeypatch.setattr(jwks, "MAX_AGE", 0.0)
    monkeypatch.setattr(jwks, "MAX_STALE_AGE", 0.0)
    published.status = 503
    with pytest.raises(JwksUnavailable):
        keys.find("one")


BROKEN = {
    "no JSON": b"<html>",
    "a list": b"[]",
    "no keys": b"{}",
    "keys are a number": b'{"keys": 7}',
    "keys of nonsense": b'{"keys": [7, "x", null, {}, {"kty": "RSA"}, {"kty": ["RSA"]}]}',
    "alg is a list": json.dumps({"keys": [jwk("RS256", alg=["RS256"])]}).encode(),
    "kid is a list": json.dumps({"keys": [jwk("RS256", kid=["one"])]}).encode(),
    "deep": b"[" * 20_000,
    "not UTF-8": b"\xff\xfe",
    "nothing": b"",
    "too large": b'{"keys": []}' + b" " * fetch.MAX_BYTES,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_document_is_refused(trusted, published, body):
    published.body = body
    assert "could not be fetched" in refused(token("RS256", kid="one"))


def test_a_document_up_to_the_size_limit_is_read(trusted, published):
    published.keys(jwk("RS256", "one"), *(jwk("RS256", "two", kid=f"k{n}", x="x" * 2000) for n in range(80)))
    assert len(published.body) > 150_000
    assert authenticate(token("RS256", kid="one"))


def test_a_redirect_is_not_followed(trusted, published):
    with jwks_server() as inner:
        inner.keys(jwk("RS256", "one"))
        published.status, published.location = 302, inner.url
        assert "could not be fetched" in refused(token("RS256", kid="one"))
        assert inner.asked == 0


@pytest.mark.parametrize("allowed", [{}, {"WEBHOOK_ALLOW_HTTP": True}])
def test_an_internal_address_is_never_fetched(account, settings, allowed):
    tokens.clear_cache()
    for name, value in allowed.items():
        setattr(settings, name, value)
    with jwks_server() as canary:
        canary.keys(jwk("RS256", "one"))
        issuer(account, "RS256", jwks_url=canary.url)
        assert "could not be fetched" in refused(token("RS256", kid="one"))
        assert canary.asked == 0


def test_a_slow_issuer_meets_the_deadline(trusted, published, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.2)
    published.delay = 2.0
    began = time.monotonic()
    assert "could not be fetched" in refused(token("RS256", kid="one"))
    assert time.monotonic() - began < 1.9
