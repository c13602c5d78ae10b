"""Endpoints, events and deliveries in the admin."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from liveplatform.webhooks.models import Delivery, Endpoint, Event
from tests.support.admin_pages import act as confirmed
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff", password="staff"))
    return client


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def act(staff: Client, model: str, action: str, *rows: object) -> str:
    return confirmed(staff, f"webhooks/{model}", action, *rows)


@pytest.mark.parametrize("model", ["endpoint", "event", "delivery"])
def test_lists_take_a_fixed_number_of_queries_and_count_no_table(staff, endpoint_at, publish_event, model):
    counts = []
    for _ in range(2):
        for _ in range(4):
            endpoint_at("/ok")
            publish_event()
        with CaptureQueriesContext(connection) as queries:
            text(staff.get(f"/admin/webhooks/{model}/"))
        counts.append(len(queries))
        counted = [q["sql"] for q in queries if "COUNT(" in q["sql"]]
        assert counted and all("LIMIT" in sql for sql in counted)
    assert counts[0] == counts[1]


def test_lists_show_no_bodies(staff, endpoint_at, publish_event):
    endpoint_at("/ok")
    event = publish_event()
    for model in ("event", "delivery"):
        assert event.body not in text(staff.get(f"/admin/webhooks/{model}/"))


@pytest.mark.parametrize("key", ["pk", "event", "message", "endpoint", "call"])
def test_deliveries_are_found_by_any_id(staff, endpoint_at, publish_event, key):
    endpoint_at("/ok")
    publish_event()
    endpoint_at("/ok")
    delivery = Delivery.objects.select_related("event").first()
    wanted = {
        "pk": delivery.pk,
        "event": delivery.event_id,
        "message": delivery.event.message_id,
        "endpoint": delivery.endpoint_id,
        "call": delivery.event.subject_id,
    }[key]
    assert str(delivery.pk) in text(staff.get("/admin/webhooks/delivery/", {"q": str(wanted)}))


@pytest.mark.parametrize("term", ["nonsense", "00000000-0000-0000-0000-000000000000", "'; --"])
def test_a_search_for_what_is_not_there_is_empty(staff, endpoint_at, publish_event, term):
    endpoint_at("/ok")
    publish_event()
    for model in ("endpoint", "event", "delivery"):
        assert "0 results" in text(staff.get(f"/admin/webhooks/{model}/", {"q": term}))


def test_filters(staff, endpoint_at, publish_event):
    endpoint_at("/ok")
    publish_event("call.ended")
    assert "1 event" in text(staff.get("/admin/webhooks/event/", {"type": "call.ended"}))
    assert "0 events" in text(staff.get("/admin/webhooks/event/", {"type": "call.analyzed"}))
    assert "1 delivery" in text(staff.get("/admin/webhooks/delivery/", {"state": "open"}))


def test_a_new_endpoint_shows_its_secret_once(staff, account):
    sent = {
        "account": account.pk,
        "url": "https://hooks.example.com/a",
        "description": "",
        "events": "call.*",
        "payload": "full",
    }
    page = text(staff.post("/admin/webhooks/endpoint/add/", sent, follow=True))
    (secret,) = re.findall(r"whsec_[\w+/=]+", page)
    endpoint = Endpoint.objects.get(url=sent["url"])
    assert (endpoint.secrets(), endpoint.events) == ([secret], ["call.*"])
    assert secret not in text(staff.get(f"/admin/webhooks/endpoint/{endpoint.pk}/change/"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "https://10.0.0.1/"}, "internal or special"),
        ({"events": "call.endet"}, "Unknown event types"),
    ],
)
def test_the_form_validates_fields(staff, account, wrong, message):
    sent = {"account": account.pk, "url": "https://hooks.example.com/a", "events": ""} | wrong
    assert message in text(staff.post("/admin/webhooks/endpoint/add/", sent))
    assert not Endpoint.objects.filter(account=account).exists()


def test_an_endpoint_never_changes_its_account(staff, endpoint_at, account):
    endpoint = endpoint_at("/ok")
    other = Endpoint.objects.get(url="https://another.example.com/")
    sent = {"account": other.account_id, "url": endpoint.url, "description": "new", "events": ""}
    sent["payload"] = "thin"
    text(staff.post(f"/admin/webhooks/endpoint/{endpoint.pk}/change/", sent, follow=True))
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.account_id) == ("new", account.pk)
    assert endpoint.payload == "thin"
    assert endpoint.secrets() == [endpoint.secret]


def test_enable_and_disable(staff, endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    publish_event()
    act(staff, "endpoint", "disable", endpoint)
    drain(Delivery)
    assert Delivery.objects.get().state == "skipped"
    assert "1 changed" in act(staff, "endpoint", "enable", endpoint)
    drain(Delivery)
    assert Delivery.objects.get().state == "done"


def test_rotate(staff, endpoint_at):
    endpoint = endpoint_at("/ok")
    page = act(staff, "endpoint", "rotate_secret", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.secrets()[0] in page
    assert endpoint.secrets()[1] == endpoint.secret


def test_a_test_event(staff, endpoint_at):
    act(staff, "endpoint", "send_test", endpoint_at("/ok"))
    assert Event.objects.get().type == "endpoint.test"


def test_resend_and_recover(staff, endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    assert "1 changed" in act(staff, "delivery", "resend", delivery)
    drain(Delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("done", 2)
    Delivery.objects.update(state="failed")
    assert "1 changed" in act(staff, "endpoint", "recover", endpoint)


def test_a_delivery_shows_its_attempts_and_changes_nothing(staff, endpoint_at, publish_event):
    endpoint_at("/status/418")
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    address = f"/admin/webhooks/delivery/{delivery.pk}/change/"
    page = text(staff.get(address))
    assert "answering 418" in page
    assert staff.post(address, {"state": "done"}).status_code == 403
    assert staff.get("/admin/webhooks/delivery/add/").status_code == 403
    assert staff.post(f"/admin/webhooks/delivery/{delivery.pk}/delete/").status_code == 403


def test_an_event_shows_its_body(staff, publish_event):
    event = publish_event()
    assert str(event.subject_id) in text(staff.get(f"/admin/webhooks/event/{event.pk}/change/"))
