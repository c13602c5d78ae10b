"""`/v1/streams` and `/v1/calls/{id}/streams`."""

import pytest

from liveplatform.accounts.models import Account
from tests.calls.streams.streams import stream
from tests.support.factories import phone_call

pytestmark = pytest.mark.django_db


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["streams"]]


def test_lists_ones_own_newest_first_page_by_page(api):
    made = [stream(api.account) for _ in range(3)]
    stream(Account.objects.create(name="theirs"))
    first = api("GET", "/v1/streams?limit=2")
    assert ids(first) == [str(made[2].pk), str(made[1].pk)]
    assert ids(api("GET", f"/v1/streams?cursor={first.json()['next_cursor']}")) == [str(made[0].pk)]


def test_filters_by_status_kind_and_call(api):
    one = stream(api.account, status="stopped")
    other = stream(api.account, kind="livestream")
    assert ids(api("GET", "/v1/streams?status=stopped")) == [str(one.pk)]
    assert ids(api("GET", "/v1/streams?kind=livestream")) == [str(other.pk)]
    assert ids(api("GET", f"/v1/streams?call={one.call_id}&status=stopped")) == [str(one.pk)]
    assert ids(api("GET", f"/v1/streams?call={one.call_id}&status=live")) == []


@pytest.mark.parametrize("query", ["status=running", "kind=video", "call=x", "open=1"])
def test_a_filter_that_makes_no_sense_is_refused(api, query):
    answer = api("GET", f"/v1/streams?{query}")
    assert answer.status_code == 400 and query.partition("=")[0] in answer.json()["message"]


def test_shows_one_without_the_query_of_its_url(api):
    one = stream(api.account, parameters={"service_url": "wss://bot.example/ws?token=t"})
    assert api("GET", f"/v1/streams/{one.pk}").json()["service_url"] == "wss://bot.example/ws"


def test_lists_those_of_a_call(api):
    call = phone_call(api.account)
    made = [stream(api.account, call=call) for _ in range(2)]
    stream(api.account)
    assert ids(api("GET", f"/v1/calls/{call.pk}/streams")) == [str(each.pk) for each in made[::-1]]


def test_those_of_another_accounts_call_are_not_found(api):
    theirs = stream(Account.objects.create(name="theirs"))
    assert api("GET", f"/v1/calls/{theirs.call_id}/streams").status_code == 404
    assert api("GET", f"/v1/streams/{theirs.pk}").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [None, {}, {"reason": "enough"}, {"reason": ["no", "text"], "other": 1}])
def test_a_stop_is_on_record_and_says_what_is_known(api, body):
    one = stream(api.account)  # over a provider that is not there
    answer = api("POST", f"/v1/streams/{one.pk}/stop", body)
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert shown["status"] == "stopping" and shown["stop_requested_at"]
    assert shown["stop_reason"] == ("enough" if body == {"reason": "enough"} else None)
    again = api("POST", f"/v1/streams/{one.pk}/stop")
    assert again.json()["stop_requested_at"] == shown["stop_requested_at"]


def test_a_stop_of_what_is_over_changes_nothing(api):
    one = stream(api.account, status="stopped", outcome="stopped")
    shown = api("POST", f"/v1/streams/{one.pk}/stop", {"reason": "again"}).json()
    assert (shown["status"], shown["outcome"], shown["stop_reason"]) == ("stopped", "stopped", None)
