"""Bulk ends and auto-end rules over the API: start one, and run it."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.http import HttpResponse

from calls.models import AutoEndRule, Call, Operation
from liveplatform.accounts.models import Account
from tests.support.api_client import ApiClient
from tests.support.draining import drain
from tests.support.factories import phone_call

# Test calls that began more than ten minutes ago.
RULE = {"name": "old test calls", "filter": {"is_test": True}, "older_than": 600}


def bulk_end(api: ApiClient, body: Any, **headers: str) -> HttpResponse:
    return api("POST", "/v1/calls/bulk-end", body, **headers)


def finish(api: ApiClient, started: HttpResponse) -> dict[str, Any]:
    """The operation after the workers have run it."""
    assert started.status_code == 202, started.content
    drain(Operation)
    operation: dict[str, Any] = api("GET", f"/v1/operations/{started.json()['id']}").json()
    return operation


def add_rule(api: ApiClient, **more: Any) -> dict[str, Any]:
    response = api("POST", "/v1/auto-end-rules", RULE | more)
    assert response.status_code == 201, response.content
    rule: dict[str, Any] = response.json()
    return rule


def old_test_call(account: Account, **fields: Any) -> Call:
    """A call that RULE matches."""
    call = phone_call(account, **({"is_test": True, "provider_call_id": ""} | fields))
    Call.objects.filter(pk=call.pk).update(created_at=Now() - timedelta(minutes=11))
    return call


def run_rules() -> None:
    """Run every enabled rule once, whenever it is due."""
    AutoEndRule.objects.filter(state="pending").update(due_at=Now())
    drain(AutoEndRule)
