"""`GET /v1/live/calls`: every filter, its pages, and what is wrong with a query string."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from calls.models import Call
from tests.support.factories import phone_call, video_call

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def calls(account) -> dict[str, str]:
    """Ids and the names of their calls; a call by phone beside them is none of this surface's."""
    phone_call(account, status="live", started_at=NOON)
    over = {"status": "ended", "started_at": NOON - HOUR, "ended_at": NOON}
    made = {
        "planned": video_call(account, status="scheduled", scheduled_at=NOON + HOUR, host_user_id="ann"),
        "live": video_call(account, scheduled_at=NOON - HOUR, started_at=NOON, host_user_id="ann"),
        "over": video_call(account, **over, host_user_id="bob"),
        "errored": video_call(account, status="errored", host_user_id="bob"),
    }
    for number, call in enumerate(made.values()):
        Call.objects.filter(pk=call.pk).update(created_at=NOON + number * HOUR)
    return {str(call.pk): name for name, call in made.items()}


def found(api, calls, **query) -> str:
    answer = api("GET", f"/v1/live/calls?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return " ".join(calls[call["id"]] for call in answer.json()["calls"])


FILTERS = [
    ({}, "errored over live planned"),
    ({"host_user_id": "ann"}, "live planned"),
    ({"host_user_id": "nobody"}, ""),
    ({"status": "live"}, "live"),
    ({"status": "scheduled"}, "planned"),
    ({"status": "ended"}, "over"),
    ({"status": "errored"}, "errored"),
    ({"status": "live", "host_user_id": "bob"}, ""),
    ({"scheduled_after": "2026-11-20T12:00:00Z"}, "planned"),
    ({"scheduled_before": "2026-11-20T12:00:00Z"}, "live"),
    ({"scheduled_before": "2026-11-20T13:00:00Z"}, "live"),
    ({"started_after": "2026-11-20T12:00:00+00:00"}, "live"),
    ({"started_before": "2026-11-20T13:00:00+01:00"}, "over"),
    ({"started_after": "2026-11-20", "started_before": "2026-11-21"}, "over live"),
    ({"ended_after": "2026-11-20T12:00:00Z"}, "over"),
    ({"ended_before": "2026-11-20T12:00:00Z"}, ""),
    ({"ended_after": "2026-11-20", "status": "ended", "host_user_id": "bob"}, "over"),
]


@pytest.mark.parametrize(("query", "names"), FILTERS, ids=str)
def test_a_filter_finds_what_it_means_newest_first(api, calls, query, names):
    assert found(api, calls, **query) == names


@pytest.mark.parametrize("query", [{}, {"host_user_id": "ann"}, {"started_before": "2026-11-21"}], ids=str)
def test_pages_of_one_hold_all_of_it_once(api, calls, query):
    names, cursor = [], {}
    while True:
        answer = api("GET", f"/v1/live/calls?{urlencode(query | cursor | {'limit': 1})}").json()
        names += [calls[call["id"]] for call in answer["calls"]]
        if answer["next_cursor"] is None:
            break
        cursor = {"cursor": answer["next_cursor"]}
    assert " ".join(names) == found(api, calls, **query)


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ({"status": "over"}, "scheduled, live, ended, errored"),
        ({"started_after": "yesterday"}, "Give a time"),
        ({"started_after": ""}, "Give a time"),
        ({"ended_before": "9999-99-99"}, "Give a time"),
        ({"host_user_id": "x" * 501}, "500 characters"),
        ({"limit": 0}, "1 to 200"),
        ({"limit": "many"}, "1 to 200"),
        ({"cursor": "x"}, "next_cursor"),
    ],
)
def test_what_is_wrong_is_400_in_this_surfaces_shape(api, query, culprit):
    answer = api("GET", f"/v1/live/calls?{urlencode(query)}")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "message"}
    assert culprit in answer.json()["message"]


@pytest.mark.parametrize("query", ["", "status=live", "host_user_id=ann", "started_after=2026-11-20"])
def test_a_page_costs_no_more_statements_than_it_must(api, calls, query, django_assert_max_num_queries):
    api("GET", "/v1/live/calls")  # the key is known from here on
    with django_assert_max_num_queries(8 if "started" in query else 6) as queries:
        api("GET", f"/v1/live/calls?{query}")
    assert not any("COUNT(*)" in query["sql"] and "LIMIT" not in query["sql"] for query in queries)
