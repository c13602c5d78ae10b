"""Events and deliveries over REST."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liveplatform.db.uuid7 import uuid7
from liveplatform.webhooks.endpoints import disable
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from liveplatform.webhooks.publish import publish
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def others(db, account, endpoint_at, tell):
    """An event and a delivery of another account."""
    other = Endpoint.objects.get(url="https://another.example.com/")
    publish(other.account_id, uuid7(), 1, "call.ended", {})
    return Delivery.objects.select_related("event").get(endpoint=other)


def test_events_are_listed_newest_first(api, tell, others):
    first, second = tell("call.ended"), tell("call.analyzed")
    answer = api("GET", "events").json()
    assert [e["id"] for e in answer["events"]] == [second.message_id, first.message_id]
    assert answer["events"][1] == {
        "id": first.message_id,
        "type": "call.ended",
        "subject": str(first.subject_id),
        "sequence": 1,
        "created_at": answer["events"][1]["created_at"],
    }


def test_events_of_a_type_and_of_a_call(api, tell):
    first, second = tell("call.ended"), tell("call.analyzed")
    by_type = api("GET", "events?type=call.ended").json()["events"]
    by_call = api("GET", f"events?call={second.subject_id}").json()["events"]
    assert [e["id"] for e in by_type] == [first.message_id]
    assert [e["id"] for e in by_call] == [second.message_id]


@pytest.mark.parametrize("form", ["evt_{0.hex}", "{0.hex}", "{0}"])
def test_an_event_with_its_body_and_deliveries(api, endpoint_at, tell, form):
    endpoint_at("/ok")
    event = tell()
    answer = api("GET", f"events/{form.format(event.pk)}").json()
    assert answer["id"] == event.message_id
    assert answer["body"]["data"]["call"]["id"] == str(event.subject_id)
    (delivery,) = answer["deliveries"]
    assert (delivery["state"], delivery["event_id"]) == ("pending", event.message_id)


def test_a_delivery_shows_every_attempt(api, endpoint_at, tell):
    endpoint_at("/status/418")
    delivery = tell().deliveries.get()
    drain(Delivery)
    answer = api("GET", f"deliveries/{delivery.pk}").json()
    assert (answer["state"], answer["attempts"], answer["max_attempts"]) == ("pending", 1, 11)
    assert answer["next_attempt_at"] is not None
    assert answer["error"] == "The receiver answered 418."
    (entry,) = answer["log"]
    assert (entry["attempt"], entry["status"], entry["answer"]) == (1, 418, "answering 418")


def test_deliveries_are_filtered(api, endpoint_at, tell, others):
    well, badly = endpoint_at("/ok"), endpoint_at("/status/500")
    event, other = tell(), tell()
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


def test_pages_hold_everything_once(api, endpoint_at, tell):
    endpoint_at("/ok")
    for _ in range(7):
        tell()
    seen, cursor = [], ""
    while cursor is not None:
        page = api("GET", f"deliveries?limit=3{cursor and '&cursor=' + cursor}").json()
        seen += [row["id"] for row in page["deliveries"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("path", ["deliveries", "events"])
def test_a_page_takes_one_query(api, endpoint_at, tell, path):
    endpoint_at("/ok")
    counts = []
    for _ in range(2):
        for _ in range(5):
            tell()
        with CaptureQueriesContext(connection) as queries:
            api("GET", path)
        counts.append(len([q for q in queries if "webhooks_" in q["sql"]]))
    assert counts == [1, 1]


def test_resend(api, endpoint_at, tell, receiver):
    endpoint_at("/ok/again")
    delivery = tell().deliveries.get()
    drain(Delivery)
    answer = api("POST", f"deliveries/{delivery.pk}/resend")
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    drain(Delivery)
    assert len({r.message_id for r in receiver.received("/ok/again")}) == 1
    assert len(receiver.received("/ok/again")) == 2


def test_resend_refuses_what_cannot_be_sent(api, endpoint_at, tell):
    endpoint = endpoint_at("/ok")
    delivery = tell().deliveries.get()
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
@pytest.mark.parametrize("wrong", [str(uuid4()), "7", "evt_", "g" * 32, "-" * 36])
def test_what_is_no_id_is_not_found(api, path, wrong):
    assert api("GET", path.format(wrong)).status_code == 404
