"""Events over REST."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_events_are_listed_newest_first(api, publish_event, others):
    first, second = publish_event("call.ended"), publish_event("call.analyzed")
    answer = api("GET", "events").json()
    assert [e["id"] for e in answer["events"]] == [second.message_id, first.message_id]
    assert answer["events"][1] == {
        "id": first.message_id,
        "type": "call.ended",
        "subject": str(first.subject_id),
        "sequence": 1,
        "created_at": answer["events"][1]["created_at"],
    }


def test_events_of_a_type_and_of_a_call(api, publish_event):
    first, second = publish_event("call.ended"), publish_event("call.analyzed")
    by_type = api("GET", "events?type=call.ended").json()["events"]
    by_call = api("GET", f"events?call={second.subject_id}").json()["events"]
    assert [e["id"] for e in by_type] == [first.message_id]
    assert [e["id"] for e in by_call] == [second.message_id]


@pytest.mark.parametrize("form", ["evt_{0.hex}", "{0.hex}", "{0}"])
def test_an_event_with_its_body_and_deliveries(api, endpoint_at, publish_event, form):
    endpoint_at("/ok")
    event = publish_event()
    answer = api("GET", f"events/{form.format(event.pk)}").json()
    assert answer["id"] == event.message_id
    assert answer["body"]["data"]["call"]["id"] == str(event.subject_id)
    (delivery,) = answer["deliveries"]
    assert (delivery["state"], delivery["event_id"]) == ("pending", event.message_id)


def test_an_unknown_type_is_refused_by_name(api):
    answer = api("GET", "events?type=call.endet")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["type"])
    assert "call.ended" in answer.json()["message"]
