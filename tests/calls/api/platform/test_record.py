"""/v1/calls/{id}/record: notes, rating, feedback and metadata, on calls that are over too."""

import pytest

from calls.lifecycle.end import end
from calls.models import Activity
from tests.support.factories import phone_call, video_call


def annotate(api, call, **body):
    return api("PATCH", f"/v1/calls/{call.pk}/record", body)


@pytest.mark.parametrize("make", [phone_call, video_call])
def test_an_ended_call_is_annotated(api, account, make):
    call = make(account, metadata={"a": 1})
    end(call.pk, account_id=account.pk, actor="test")
    answer = annotate(api, call, notes="Call back", rating=4, feedback="ok", metadata={"b": 2})
    assert answer.status_code == 200
    record = answer.json()
    assert (record["notes"], record["rating"], record["feedback"]) == ("Call back", 4, "ok")
    assert record["metadata"] == {"a": 1, "b": 2}
    assert record == api("GET", f"/v1/calls/{call.pk}/record").json()


def test_missing_fields_stay_and_null_clears(api, account):
    call = phone_call(account, notes="n", rating=3)
    assert annotate(api, call, rating=None).json()["notes"] == "n"
    assert annotate(api, call, notes=None).json()["notes"] is None
    assert [act.detail for act in Activity.objects.filter(call=call).order_by("created_at")] == [
        "rating",
        "notes",
    ]


@pytest.mark.parametrize(
    "body",
    [{"rating": 0}, {"rating": 6}, {"rating": "good"}, {"notes": 5}, {"status": "live"}],
)
def test_invalid_input_names_its_field(api, account, body):
    answer = annotate(api, phone_call(account), **body)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == set(body)
