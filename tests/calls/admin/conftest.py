"""Staff of the admin, and an ended call with everything that its page shows."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from calls.lifecycle.end import end
from calls.models import Analysis, Call, Step, Transcript
from liveplatform.webhooks.models import Endpoint
from tests.support.factories import phone_call


@pytest.fixture
def staff(db) -> Client:
    user = get_user_model().objects.create_superuser("alice", password="x")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(db) -> Client:
    """Staff with view permission only."""
    user = get_user_model().objects.create_user("bob", password="x", is_staff=True)
    user.user_permissions.set(_permission("view_call"))
    client = Client()
    client.force_login(user)
    return client


def _permission(name):
    return Permission.objects.filter(codename=name)


@pytest.fixture
def ended(account) -> Call:
    endpoint = Endpoint(account=account, url="https://hooks.example.com/", description="the hook")
    endpoint.new_secret()
    endpoint.save()
    call = phone_call(account, provider_state="live")
    turns = [{"role": "customer", "text": "it is still not working", "start_ms": 0, "end_ms": 900}]
    Transcript.objects.create(call=call, turns=turns)
    end(call.pk, account_id=account.pk, reason="because", actor="key:abc")
    sentiment = {
        "label": "negative",
        "score": -0.5,
        "turns": [{"index": 0, "label": "negative", "score": -0.5}],
    }
    Analysis.objects.create(
        call=call,
        metrics={"questions": {"customer": 0}, "silence": None},
        sentiment=sentiment,
        analyser="lexicon",
        version="1",
    )
    Step.objects.filter(call=call, kind="terminate").update(
        state="failed", error="Twilio refused: error 21211"
    )
    return call
