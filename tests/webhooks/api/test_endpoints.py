"""Endpoints over REST."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from liveplatform.accounts.keys import make_key
from liveplatform.webhooks.models import Delivery, Endpoint
from tests.support.concurrency import at_once
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://hooks.example.com/live"


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


def test_create_shows_the_secret_once(api):
    made = api("POST", "endpoints", {"url": URL, "events": ["call.*"], "description": "CRM"})
    assert made.status_code == 201
    body = made.json()
    assert body["secret"].startswith("whsec_")
    assert (body["url"], body["events"], body["description"]) == (URL, ["call.*"], "CRM")
    shown = api("GET", f"endpoints/{body['id']}").json()
    assert shown == {name: value for name, value in body.items() if name != "secret"}
    assert Endpoint.objects.get(pk=body["id"]).secrets() == [body["secret"]]


def test_the_secret_is_sealed_in_the_database(api):
    secret = api("POST", "endpoints", {"url": URL}).json()["secret"]
    assert secret not in Endpoint.objects.get(url=URL).sealed_secret


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": ""}, "url"),
        ({"url": None}, "url"),
        ({"url": 5}, "url"),
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://hooks.example.com/" + "a" * 2000}, "url"),
        ({"url": URL, "events": ["call.endet"]}, "events"),
        ({"url": URL, "events": "call.ended"}, "events"),
        ({"url": URL, "events": [1]}, "events"),
        ({"url": URL, "events": ["call.ended"] * 51}, "events"),
        ({"url": URL, "description": "a" * 201}, "description"),
        ({"url": URL, "is_enabled": "perhaps"}, "is_enabled"),
        ({"url": URL, "secret": "whsec_mine"}, "secret"),
        ({"url": URL, "account_id": str(uuid4())}, "account_id"),
    ],
)
def test_bad_input_names_its_field(api, body, field):
    answer = api("POST", "endpoints", body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert field in answer.json()["message"]


def test_a_list_holds_only_the_accounts_own(api):
    ids = [api("POST", "endpoints", {"url": URL}).json()["id"] for _ in range(3)]
    answer = api("GET", "endpoints").json()
    assert [e["id"] for e in answer["endpoints"]] == ids[::-1]
    assert answer["next_cursor"] is None
    assert "secret" not in answer["endpoints"][0]


def test_a_list_has_pages(api):
    ids = [api("POST", "endpoints", {"url": URL}).json()["id"] for _ in range(3)]
    first = api("GET", "endpoints?limit=2").json()
    second = api("GET", f"endpoints?limit=2&cursor={first['next_cursor']}").json()
    assert [e["id"] for page in (first, second) for e in page["endpoints"]] == ids[::-1]


def test_patch_changes_only_the_given_fields(api):
    made = api("POST", "endpoints", {"url": URL, "events": ["call.*"]}).json()
    changed = api("PATCH", f"endpoints/{made['id']}", {"description": "new"}).json()
    assert (changed["description"], changed["events"], changed["url"]) == ("new", ["call.*"], URL)


def test_patch_validates_the_url(api):
    made = api("POST", "endpoints", {"url": URL}).json()
    assert api("PATCH", f"endpoints/{made['id']}", {"url": "https://localhost/"}).status_code == 400


def test_disable_and_enable(api, endpoint_at, publish_event):
    endpoint = endpoint_at("/flaky/1")
    publish_event()
    drain(Delivery)
    assert api("PATCH", f"endpoints/{endpoint.pk}", {"is_enabled": False}).json()["is_enabled"] is False
    Delivery.objects.update(due_at=datetime.now(UTC))
    drain(Delivery)
    shown = api("PATCH", f"endpoints/{endpoint.pk}", {"is_enabled": True}).json()
    assert (shown["is_enabled"], shown["failing_since"], shown["disabled_reason"]) == (True, None, None)
    drain(Delivery)
    assert Delivery.objects.get().state == "done"


def test_delete(api, endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    publish_event()
    assert api("DELETE", f"endpoints/{endpoint.pk}").status_code == 204
    assert api("GET", f"endpoints/{endpoint.pk}").status_code == 404
    assert Delivery.objects.count() == 0


def test_rotate(api, endpoint_at):
    endpoint = endpoint_at("/ok")
    answer = api("POST", f"endpoints/{endpoint.pk}/rotate-secret", {"overlap_hours": 2}).json()
    endpoint.refresh_from_db()
    assert endpoint.secrets() == [answer["secret"], endpoint.secret]
    until = datetime.fromisoformat(answer["previous_secret_until"])
    assert timedelta(hours=1.9) < until - datetime.now(UTC) < timedelta(hours=2.1)


def test_rotate_without_overlap_drops_the_old_secret(api, endpoint_at):
    endpoint = endpoint_at("/ok")
    answer = api("POST", f"endpoints/{endpoint.pk}/rotate-secret", {"overlap_hours": 0}).json()
    endpoint.refresh_from_db()
    assert endpoint.secrets() == [answer["secret"]]


def test_test_sends_to_this_endpoint_alone(api, endpoint_at, receiver):
    endpoint = endpoint_at("/ok/api-test", events=["call.analyzed"])
    answer = api("POST", f"endpoints/{endpoint.pk}/test")
    assert answer.status_code == 202
    assert answer.json()["event_type"] == "endpoint.test"
    drain(Delivery)
    assert api("GET", f"deliveries/{answer.json()['id']}").json()["state"] == "done"
    assert receiver.received("/ok/api-test")[0].message_id == answer.json()["event_id"]


def test_recover(api, endpoint_at, publish_event):
    publish_event()
    endpoint = endpoint_at("/ok")
    publish_event()
    Delivery.objects.update(state="failed")
    answer = api("POST", f"endpoints/{endpoint.pk}/recover", {"since": ago(hours=1)})
    assert (answer.status_code, answer.json()) == (202, {"again": 1, "missed": 1})


@pytest.mark.parametrize("since", [{"days": 32}, {"hours": -1}])
def test_recover_has_limits(api, endpoint_at, since):
    answer = api("POST", f"endpoints/{endpoint_at('/ok').pk}/recover", {"since": ago(**since)})
    assert list(answer.json()["fields"]) == ["since"]


@pytest.mark.parametrize(("what", "body"), [("test", None), ("recover", {"since": ago(hours=1)})])
def test_nothing_is_sent_to_a_disabled_endpoint(api, endpoint_at, what, body):
    endpoint = endpoint_at("/ok", is_enabled=False)
    assert api("POST", f"endpoints/{endpoint.pk}/{what}", body).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"description": "mine"}),
        ("DELETE", "", None),
        ("POST", "/rotate-secret", {}),
        ("POST", "/test", None),
        ("POST", "/recover", {"since": ago(hours=1)}),
    ],
)
def test_another_accounts_endpoint_is_not_found(api, method, path, body):
    other = Endpoint.objects.get(url="https://another.example.com/")
    assert api(method, f"endpoints/{other.pk}{path}", body).status_code == 404
    assert Endpoint.objects.get(pk=other.pk).description == ""


@pytest.mark.parametrize("scopes", [["read:live"], ["write:live"], ["read:live", "write:live"]])
def test_only_admins_manage_endpoints(account, scopes):
    _, key = make_key(account, scopes=scopes)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    for ask in (client.get, client.post):
        answer = ask("/v1/webhooks/endpoints")
        assert answer.status_code == 403
        assert "admin:live" in answer.json()["message"]


def test_an_account_has_a_limit(api, settings):
    settings.WEBHOOK_MAX_ENDPOINTS = 1
    assert api("POST", "endpoints", {"url": URL}).status_code == 201
    refused = api("POST", "endpoints", {"url": URL})
    assert refused.status_code == 409
    assert "1 endpoints; delete one first" in refused.json()["message"]


def test_concurrent_requests_do_not_exceed_the_limit(api, account, settings):
    settings.WEBHOOK_MAX_ENDPOINTS = 3
    answers = at_once(8, lambda _: api("POST", "endpoints", {"url": URL}).status_code)
    assert sorted(answers) == [201] * 3 + [409] * 5
    assert Endpoint.objects.filter(account=account).count() == 3


def test_the_same_idempotency_key_creates_one_endpoint(api):
    first, second = (
        api("POST", "endpoints", {"url": URL}, **{"Idempotency-Key": "one"}).json() for _ in range(2)
    )
    assert first == second
    assert Endpoint.objects.filter(url=URL).count() == 1
