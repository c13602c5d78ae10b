"""The key of RealtimeKit's webhooks: fetched once, and again at most once a minute."""

import pytest

from providers.cloudflare import keys
from providers.cloudflare.keys import WebhookKeys
from providers.errors import NotConfigured
from providers.http import TransportOptions
from tests.support.misbehaving_server import answers
from tests.support.webhook_listener import listener as customers_server

__all__ = ["customers_server"]


@pytest.fixture(autouse=True)
def _forgotten():
    keys._kept.clear()


def webhook_keys(url):
    return WebhookKeys(TransportOptions(timeout=2), url)


def test_the_key_is_fetched_once(sandbox_url):
    first = webhook_keys(sandbox_url).current()
    assert first.key_size == 2048
    assert webhook_keys(sandbox_url).current() is first, "another request, the same key"


def test_a_changed_key_is_seen_at_most_once_a_minute(cloudflare, sandbox_url, sandbox, monkeypatch):
    published = webhook_keys(sandbox_url)
    key = published.current()
    meeting = cloudflare.broadcast_room("m", title="")[1]
    sandbox.trigger(meeting, "key_changed")
    assert published.newer_than(key) is None, "it was fetched a moment ago"
    monkeypatch.setattr(keys, "MIN_INTERVAL", 0.0)
    newer = published.newer_than(key)
    assert newer is not None and published.current() == newer


@pytest.mark.parametrize(
    "answer",
    [{}, {"success": True, "data": {"publicKey": "x"}}, {"success": True, "data": {"publicKey": None}}],
)
def test_what_is_no_key_is_not_taken(answer):
    with answers(("200 OK", answer)) as url, pytest.raises(NotConfigured):
        webhook_keys(url).current()


def test_a_key_that_is_known_stays_while_no_other_can_be_fetched(sandbox_url, monkeypatch):
    published = webhook_keys(sandbox_url)
    key = published.current()
    monkeypatch.setattr(keys, "MIN_INTERVAL", 0.0)
    published._http.base_url = "http://127.0.0.1:9"
    assert published.newer_than(key) is None and published.current() == key


def test_an_event_of_the_sandbox_is_verified_with_the_key_it_publishes(cloudflare, sandbox, customers_server):
    app = cloudflare._path.rpartition("/")[2]
    sandbox.add_hook(app, "unused", customers_server.url)
    meeting = cloudflare.broadcast_room("m", title="Show")[1]
    sandbox.trigger(meeting, "started", name="n1")
    _, headers, body = customers_server.wait(1)[0]
    event = cloudflare.read_event("", headers, body)
    assert (event.kind, event.resource, event.stream.status) == ("stream", meeting, "live")
    assert b"streamKey" in body and b"[redacted]" in cloudflare.redacted(body)
