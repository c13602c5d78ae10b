"""Deliveries over REST."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liveplatform.webhooks.endpoints import disable
from liveplatform.webhooks.models import Delivery, Event
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_delivery_shows_every_attempt(api, endpoint_at, publish_event):
    endpoint_at("/status/418")
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    answer = api("GET", f"deliveries/{delivery.pk}").json()
    assert (answer["state"], answer["attempts"], answer["max_attempts"]) == ("pending", 1, 11)
    assert answer["next_attempt_at"] is not None
    assert answer["error"] == "The receiver answered 418."
    (entry,) = answer["log"]
    assert (entry["attempt"], entry["status"], entry["answer"]) == (1, 418, "answering 418")


def test_deliveries_are_filtered(api, endpoint_at, publish_event, others):
    well, badly = endpoint_at("/ok"), endpoint_at("/status/500")
    event, other = publish_event(), publish_event()
    drain(Delivery)

    def found(query: str) -> set[tuple[str, str]]:
        rows = api("GET", f"deliveries?{query}").json()["deliveries"]
        return {(row["event_id"], row["endpoint_id"]) for row in rows}

    everything = {(e.message_id, str(p.pk)) for e in (event, other) for p in (well, badly)}
    assert found("") == everything
    assert found(f"event={event.message_id}") == {pair for pair in everything if pair[0] == event.message_id}
    assert (
        found(f"event={event.pk}") == found(f"event={event.message_id}") == found(f"call={event.subject_id}")
    )
    assert (
        found(f"endpoint={well.pk}") == found("state=done") == {p for p in everything if p[1] == str(well.pk)}
    )
    assert found("state=failed") == set()


@pytest.mark.parametrize("path", ["events", "deliveries"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("cursor=nonsense", "cursor"),
        ("call=7", "call"),
        ("colour=blue", "colour"),
    ],
)
def test_bad_queries_name_their_field(api, path, query, field):
    answer = api("GET", f"{path}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_an_unknown_state_is_refused(api):
    assert list(api("GET", "deliveries?state=lost").json()["fields"]) == ["state"]


def test_pages_have_each_row_once(api, endpoint_at, publish_event):
    endpoint_at("/ok")
    for _ in range(7):
        publish_event()
    seen, cursor = [], ""
    while cursor is not None:
        page = api("GET", f"deliveries?limit=3{cursor and '&cursor=' + cursor}").json()
        seen += [row["id"] for row in page["deliveries"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("path", ["deliveries", "events"])
def test_a_page_takes_one_query(api, endpoint_at, publish_event, path):
    endpoint_at("/ok")
    counts = []
    for _ in range(2):
        for _ in range(5):
            publish_event()
        with CaptureQueriesContext(connection) as queries:
            api("GET", path)
        counts.append(len([q for q in queries if "webhooks_" in q["sql"]]))
    assert counts == [1, 1]


def test_resend(api, endpoint_at, publish_event, receiver):
    endpoint_at("/ok/again")
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    answer = api("POST", f"deliveries/{delivery.pk}/resend")
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    drain(Delivery)
    assert len({r.message_id for r in receiver.received("/ok/again")}) == 1
    assert len(receiver.received("/ok/again")) == 2


def test_resend_refuses_a_running_delivery_and_a_disabled_endpoint(api, endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    delivery = publish_event().deliveries.get()
    Delivery.objects.update(state="running")
    assert api("POST", f"deliveries/{delivery.pk}/resend").status_code == 409
    disable(endpoint)
    assert "disabled" in api("POST", f"deliveries/{delivery.pk}/resend").json()["message"]


def test_another_accounts_rows_are_not_found(api, others):
    assert api("GET", f"events/{others.event.pk}").status_code == 404
    assert api("GET", f"events/{others.event.message_id}").status_code == 404
    assert api("GET", f"deliveries/{others.pk}").status_code == 404
    assert api("POST", f"deliveries/{others.pk}/resend").status_code == 404
    for query in (
        f"event={others.event.pk}",
        f"endpoint={others.endpoint_id}",
        f"call={others.event.subject_id}",
    ):
        assert api("GET", f"deliveries?{query}").json()["deliveries"] == []
    assert Event.objects.filter(pk=others.event_id).exists()


@pytest.mark.parametrize("path", ["events/{}", "deliveries/{}", "endpoints/{}"])
@pytest.mark.parametrize("wrong", ["01a1fc09-0000-7000-8000-000000000009", "7", "evt_", "g" * 32, "-" * 36])
def test_an_invalid_id_is_not_found(api, path, wrong):
    assert api("GET", path.format(wrong)).status_code == 404
