"""A webhook receiver in a process of its own, and endpoints whose URLs lead to it."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account
from liveplatform.db.uuid7 import uuid7
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from liveplatform.webhooks.publish import publish
from tests.support.receiver import receiver

__all__ = ["receiver"]


@pytest.fixture
def account(db) -> Account:
    """The account under test; another one beside it has an endpoint for everything, which must stay out."""
    other = Account.objects.create(name="another tenant")
    _made(Endpoint(account=other, url="https://another.example.com/"))
    return Account.objects.create(name="tenant")


@pytest.fixture
def endpoint_at(account, receiver, settings) -> Callable[..., Endpoint]:
    """Makes endpoints of the account: `endpoint_at("/flaky/1", events=["call.*"])`; `.secret` is in clear."""
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOW_LOOPBACK = True

    def make(path: str, **fields: object) -> Endpoint:
        return _made(Endpoint(account=account, url=receiver.url(path), **fields))

    return make


@pytest.fixture
def publish_event(account) -> Callable[..., Event]:
    """Publishes an event about a call of the account, and returns it."""

    def publish_event(event: str = "call.ended", subject: UUID | None = None, sequence: int = 1) -> Event:
        subject = subject or uuid7()
        publish(account.pk, subject, sequence, event, {"call": {"id": subject}})
        return Event.objects.get(subject_id=subject, sequence=sequence)

    return publish_event


def _made(endpoint: Endpoint) -> Endpoint:
    endpoint.secret = endpoint.new_secret()
    endpoint.save()
    return endpoint


@pytest.fixture
def api(account, settings) -> Callable[..., HttpResponse]:
    """Asks the webhooks API as the account: `api("POST", "endpoints", {...})`."""
    settings.API_RATE_PER_MINUTE = 0
    _, key = make_key(account)
    client = Client(headers={"Authorization": f"Bearer {key}"})

    def ask(method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        return client.generic(
            method,
            f"/v1/webhooks/{path}",
            b"" if body is None else json.dumps(body),
            "application/json",
            headers=headers,
        )

    return ask


@pytest.fixture
def others(account) -> Delivery:
    """An event and a delivery of another account."""
    other = Endpoint.objects.get(url="https://another.example.com/")
    publish(other.account_id, uuid7(), 1, "call.ended", {})
    return Delivery.objects.select_related("event").get(endpoint=other)
