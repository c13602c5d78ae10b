"""Every documented example of a request is one that the API accepts, as it stands."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from calls.lifecycle.dial import dial
from calls.lifecycle.dial_plan import DialRequest
from calls.models import Agent, AutoEndRule, PhoneNumber
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Account
from sessions_app.models import App, Question, Registration, Session
from tests.calls.streams.streams import stream
from tests.support.factories import NOWHERE, phone_connection
from tests.support.sandbox import SECRET, sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]
# Signed by the provider: an example without a signature is refused.
SIGNED = "/v1/providers/{connection_id}/events"


@pytest.fixture
def examples(tmp_path) -> list[tuple[str, str, object]]:
    """Method, path and body of each example in the OpenAPI document."""
    target = tmp_path / "schema.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(target))
    return list(_examples(json.loads(target.read_text())))


def _examples(document: dict) -> Iterator[tuple[str, str, object]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            media = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if media and path != SIGNED:
                named = media.get("examples") or {"": {"value": media["example"]}}
                yield from ((method.upper(), path, each["value"]) for each in named.values())


@pytest.fixture
def rows(account, api, sandbox_url, sandbox) -> dict[str, Callable[[], str]]:
    """What the names in a path stand for, each time another row."""
    phone_connection(account, sandbox_url)
    keys = {"account_sid": "AC-elsewhere", "auth_token": "t"}
    elsewhere = upsert_connection(account, "twilio", keys, base_url=NOWHERE)
    upsert_connection(
        account, "getstream", {"api_key": account.account_id, "api_secret": "s" * 32}, base_url=sandbox_url
    )

    plivo = _plivo_number(account, sandbox_url)

    def made(path: str, body: dict) -> str:
        answer = api("POST", path, body)
        assert answer.status_code < 300, answer.text
        return answer.json()["id"]

    kit = f"/accounts/{account.account_id}/realtime/kit"

    def app_id() -> str:
        return str(api("POST", f"{kit}/apps", {"name": "app"}).json()["data"]["app"]["id"])

    def meeting_id() -> str:
        """Of the newest app, which the address names."""
        return str(
            api("POST", f"{kit}/{App.objects.latest('created_at').app_id}/meetings", {}).json()["data"]["id"]
        )

    def webhook_id() -> str:
        hook = {"name": "a hook", "url": "https://h.example.com", "events": ["meeting.started"]}
        path = f"{kit}/{App.objects.latest('created_at').app_id}/webhooks"
        return str(api("POST", path, hook).json()["data"]["id"])

    session = {"host_id": "anna", "brand_id": "acme", "title": "t", "max_participants": 9}
    session["scheduled_at"] = (timezone.now() + timedelta(minutes=10)).isoformat()
    series = {name: session[name] for name in session if name != "scheduled_at"}
    series |= {"starts_at": session["scheduled_at"], "rule": "FREQ=WEEKLY;COUNT=3"}
    rule = {"name": "a rule", "filter": {"is_test": True}, "older_than": 60, "is_enabled": False}
    return {
        "account_id": lambda: account.account_id,
        "app_id": app_id,
        "meeting_id": meeting_id,
        "webhook_id": webhook_id,
        "auth_id": lambda: account.auth_id,
        "call_uuid": lambda: _live_call(plivo),
        "stream_id": lambda: str(stream(account).pk),
        "agent_id": lambda: made("/v1/agents", {"name": "another", "twiml": "<Response/>"}),
        "connection_id": lambda: str(elsewhere.pk),
        "call_id": lambda: made("/v1/live/calls", {"host_user_id": "h", "title": "t"}),
        "key_id": lambda: made("/v1/api-keys", {"scopes": ["read:live"]}),
        "session_id": lambda: made("/v1/sessions", session),
        "series_id": lambda: made("/v1/session-series", series),
        "question_id": lambda: str(_question().pk),
        "rule_id": lambda: made("/v1/auto-end-rules", rule),
        "endpoint_id": lambda: made(
            "/v1/webhooks/endpoints", {"url": "https://h.example.com", "events": ["call.*"]}
        ),
    }


def _plivo_number(account: Account, sandbox_url: str) -> PhoneNumber:
    """Calls from it can be forked."""
    given = {"auth_id": f"MA{account.account_id[:18].upper()}", "auth_token": SECRET}
    connection = upsert_connection(account, "plivo", given, base_url=sandbox_url)
    return PhoneNumber.objects.create(account=account, number="+14155550177", connection=connection)


def _live_call(number: PhoneNumber) -> str:
    asked = DialRequest(number.number, "+14155550111", url="https://app.example.com/answer")
    return str(dial(number.account_id, asked).pk)


def _newest_session() -> Session:
    """The one that the address names."""
    return Session.objects.latest("created_at")


def _question() -> Question:
    return Question.objects.create(session=_newest_session(), asker_user_id="ben", body="Why?")


def _pending() -> Registration:
    person = {"person_key": "user:ben", "user_id": "ben", "status": "pending"}
    return Registration.objects.create(session=_newest_session(), **person)


@pytest.mark.django_db(transaction=True)
def test_the_api_accepts_each_documented_request(examples, rows, api):
    assert len(examples) > 20
    refused = []
    for method, path, body in examples:
        AutoEndRule.objects.all().delete()  # their names are unique
        Agent.objects.all().delete()
        address = path
        for name, make in rows.items():
            address = address.replace(f"{{{name}}}", make()) if f"{{{name}}}" in address else address
        if path == "/v1/phone-numbers":
            body = {**body, "connection_id": rows["connection_id"]()}
            PhoneNumber.objects.all().delete()
        if path in ("/v1/sessions/{session_id}/end", "/v1/sessions/{session_id}/livestream"):
            assert api("POST", f"{address.rpartition('/')[0]}/start").status_code == 200
        if "registration_ids" in body:
            body = {"registration_ids": [str(_pending().pk)]}
        answer = api(method, address, body, X_User_Id="anna")
        is_unknown = "call_id" in body and answer.status_code == 404  # the example's id is nobody's call
        if not (200 <= answer.status_code < 300 or is_unknown):
            refused.append(f"{method} {path} {body}: {answer.status_code} {answer.text[:200]}")
    assert not refused, "\n".join(refused)
