"""Another account's id is 404 on every route: generated from the routes themselves."""

import re
from datetime import timedelta

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from calls.bulk.operations import start_operation
from calls.filters import CallFilter
from calls.lifecycle.end import end
from calls.models import AutoEndRule, Call, Operation, Step
from calls.models.end_code import EndCode
from liveplatform.accounts.models import Account
from liveplatform.api.viewsets import PlatformView
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from tests.support.api_client import ApiClient
from tests.support.factories import phone_call, video_call

# What belongs in each path parameter.
OWNED = {
    "call_id": Call,
    "key_id": None,
    "connection_id": None,
    "number_id": None,
    "endpoint_id": Endpoint,
    "event_id": Event,
    "delivery_id": Delivery,
    "operation_id": Operation,
    "rule_id": AutoEndRule,
}


def routes(patterns=None, prefix=""):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and issubclass(
            getattr(pattern.callback, "cls", object), PlatformView
        ):
            yield path, pattern.callback


def scopes_of(callback) -> dict[str, str | None]:
    """The scope of each method that is served, as the view declares it."""
    view, actions = callback.cls, getattr(callback, "actions", None)
    if actions is not None:
        return {
            method.upper(): view.scopes.get(action) for method, action in actions.items() if method != "head"
        }
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    return {method: view.scopes.get(method) for method in methods if hasattr(view, method.lower())}


ROUTES = sorted(
    {
        (path, method)
        for path, view in routes()
        if "<" in path
        for method in scopes_of(view)
        if view.cls.authentication_classes
    }
)


@pytest.fixture
def theirs(db) -> dict[str, str]:
    """Another account that has one of everything."""
    account = Account.objects.create(name="theirs")
    client = ApiClient(account)
    endpoint = Endpoint(account=account, url="https://hooks.example.com/")
    endpoint.new_secret()
    endpoint.save()
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    event = Event.objects.get(subject_id=call.pk)
    return {
        "call_id": str(call.pk),
        "key_id": str(client.key.pk),
        "connection_id": str(account.connections.get().pk),
        "number_id": str(account.phone_numbers.get().pk),
        "endpoint_id": str(endpoint.pk),
        "event_id": str(event.pk),
        "delivery_id": str(event.deliveries.get().pk),
        "operation_id": str(_operation(account).pk),
        "rule_id": str(AutoEndRule.objects.create(account=account, name="theirs", min_age=60).pk),
        "kind": "terminate",
    }


def _operation(account):
    return start_operation(account.pk, CallFilter(), reason="", code=EndCode.STALE, actor="theirs")


def filled(path: str, values: dict[str, str]) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", lambda m: values[m[1]], path)


BODIES = {
    "transcript": {"turns": [{"role": "customer", "text": "hello"}]},
    "token": {"user_id": "anna"},
    "recover": {"since": (timezone.now() - timedelta(hours=1)).isoformat()},
}


def body_for(path: str, method: str):
    if method in ("GET", "DELETE"):
        return None
    return next((body for word, body in BODIES.items() if word in path), {})


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_another_accounts_id_is_404(api, theirs, path, method):
    before = Step.objects.count(), Call.objects.filter(ended_at=None).count()

    answer = api(method, filled(path, theirs), body_for(path, method))

    assert answer.status_code == 404, answer.content
    assert (Step.objects.count(), Call.objects.filter(ended_at=None).count()) == before


def test_the_matrix_sees_every_parameter():
    seen = {name for path, _ in ROUTES for name in re.findall(r"<\w+:(\w+)>", path)} - {"kind"}
    assert seen == set(OWNED), "a new kind of id needs one of it in `theirs`"


def test_calls_end_with_another_accounts_id_is_not_found(api, theirs):
    body = {"call_id": theirs["call_id"]}
    assert api("POST", "/calls/end", body, Prefer="handling=strict").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/live/calls",
        "/v1/calls",
        "/calls/query",
        "/phone_number",
        "/v1/webhooks/endpoints",
        "/v1/webhooks/events",
        "/v1/webhooks/deliveries",
        "/v1/phone-numbers",
        "/v1/connections",
        "/v1/operations",
        "/v1/calls/rules",
    ],
)
def test_lists_hold_only_ones_own(api, theirs, path):
    video_call(Account.objects.get(name="theirs"))
    (rows,) = [value for value in api("GET", path).json().values() if isinstance(value, list)]
    assert rows == []


def test_an_export_holds_only_ones_own(api, theirs):
    assert api("GET", "/v1/calls/export?format=ndjson").getvalue() == b'{"end":true,"calls":0}\n'
