"""`GET /calls/query`: every filter, operator, sort and page, and what is wrong with a query string."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest

from calls.api.telephony.filters import FIELD_NAMES, FILTERABLE, SORTABLE
from calls.filters.fields import COLUMNS as COLUMNS_OF_CALLS
from calls.filters.fields import Operator
from calls.models import Call, Transcript
from tests.support.factories import phone_call, video_call

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CAMPAIGN, AGENT = UUID(int=1), UUID(int=2)


def over(reason: str, code: str, at: datetime, **fields) -> dict:
    ended = {"status": "ended", "started_at": at, "ended_at": at + timedelta(minutes=3)}
    return ended | {"disconnect_reason": reason, "end_code": code} | fields


@pytest.fixture
def calls(account) -> dict[str, str]:
    """Ids and the names of their calls, `rich` the newest."""
    rich = {"notes": "Refund wanted", "feedback": "kind", "rating": 5, "cost": "0.02", "latency": 0.8}
    made = {
        "live": phone_call(account, provider_status="in-progress", campaign_id=CAMPAIGN, started_at=NOON),
        "busy": phone_call(account, **over("Line was busy", "busy", NOON - 2 * DAY, provider_status="busy")),
        "video": video_call(account, **over("Room was left", "participants_left", NOON - DAY)),
        "rich": phone_call(
            account,
            **over("Customer asked to end", "ended_by_api", NOON - DAY, duration=180, ai_agent_id=AGENT),
            **rich,
            is_test=True,
            sentiment="positive",
            price_unit="USD",
            direction="inbound",
            to_number="+442079460000",
            recording_url="https://files.example.com/a.mp3",
            metadata={"a": 1},
        ),
    }
    turns = [{"role": "customer", "text": "my router is broken"}]
    Transcript.objects.create(call=made["rich"], turns=turns, language="en-GB")
    for number, call in enumerate(made.values()):
        Call.objects.filter(pk=call.pk).update(created_at=NOON + timedelta(minutes=number))
    return {str(call.pk): name for name, call in made.items()}


def asked(api, query) -> dict:
    """The answer for calls of both channels, unless the query names one."""
    query = {"channel": "any"} | query
    answer = api("GET", f"/calls/query?{urlencode(query, doseq=True)}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def found(api, calls, query) -> str:
    return " ".join(calls[call["id"]] for call in asked(api, query)["data"])


BASIC = [
    ({}, "rich video busy live"),
    ({"campaign_id": str(CAMPAIGN)}, "live"),
    ({"ai_agent_id": str(AGENT)}, "rich"),
    ({"status": "in-progress"}, "live"),
    ({"status": "COMPL"}, "rich video"),
    ({"status": "s"}, "busy live"),
    ({"status": "nothing like it"}, ""),
    ({"search": "refund"}, "rich"),
    ({"search": "router"}, "rich"),
    ({"search": "kind"}, "rich"),
    ({"search": "7946"}, "rich"),
    ({"search": "refund nowhere"}, ""),
    ({"start_date": "2026-11-19"}, "rich video live"),
    ({"end_date": "2026-11-19"}, "rich video busy"),
    ({"start_date": "2026-11-19", "end_date": "2026-11-19"}, "rich video"),
    ({"start_date": "2026-11-21"}, ""),
    ({"disconnect_reason": "BUSY"}, "busy"),
    ({"disconnect_reason": "was"}, "video busy"),
    ({"end_code": "busy"}, "busy"),
    ({"end_code": "ended_by_api", "status": "completed"}, "rich"),
    ({"channel": "video"}, "video"),
    ({"channel": "phone"}, "rich busy live"),
    ({"campaign_id": "", "status": "", "search": " "}, "rich video busy live"),
    ({"channel": "any"}, "rich video busy live"),
    ({"channel": ""}, "rich busy live"),
]


@pytest.mark.parametrize(("query", "names"), BASIC, ids=str)
def test_a_filter_finds_what_it_means_newest_first(api, calls, query, names):
    assert found(api, calls, query) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "rich busy live"),
        ("status=compl", "rich"),
        ("sort_column=call_duration", "rich busy live"),
        ("channel=video", "video"),
        ("filter_columns[]=channel&filter_operator[]=in&filter_values[]=phone,video", "rich video busy live"),
    ],
)
def test_only_phone_calls_are_listed_unless_the_query_says_otherwise(api, calls, query, names):
    answer = api("GET", f"/calls/query?{query}").json()
    assert " ".join(calls[call["id"]] for call in answer["data"]) == names


def test_a_few_phone_calls_among_many_video_calls_are_found(api, calls, monkeypatch):
    monkeypatch.setattr("calls.filters.planner.MAX_ROWS", 2)
    Call.objects.bulk_create(video_call_row(api.account) for _ in range(30))
    answer = api("GET", "/calls/query").json()
    assert [calls[call["id"]] for call in answer["data"]] == ["rich", "busy", "live"]


def video_call_row(account) -> Call:
    return Call(account=account, channel="video", status="live", created_at=NOON + DAY)


COLUMNS = [
    ("call_to", "eq", "+442079460000", "rich"),
    ("name", "starts_with", "+44", "rich"),
    ("call_from", "starts_with", " 14155550100", "rich busy live"),
    ("call_status", "eq", "busy", "busy"),
    ("call_status", "in", "busy,in-progress", "busy live"),
    ("call_status", "neq", "completed", "busy live"),
    ("call_direction", "eq", "inbound", "rich"),
    ("disconnect_reason", "eq", "Line was busy", "busy"),
    ("disconnect_reason", "contains", "CUSTOMER", "rich"),
    ("disconnect_reason", "starts_with", "Room", "video"),
    ("disconnect_reason", "is_null", "true", "live"),
    ("disconnect_reason", "in", "Line was busy,Room was left", "video busy"),
    ("end_code", "in", "busy,ended_by_api", "rich busy"),
    ("end_code", "neq", "busy", "rich video live"),
    ("call_duration", "gte", "180", "rich"),
    ("call_duration", "lt", "180", ""),
    ("call_duration", "is_null", "false", "rich"),
    ("call_rating", "eq", "5", "rich"),
    ("call_feedback", "contains", "KIN", "rich"),
    ("cost", "gt", "0.01", "rich"),
    ("latency", "lte", "0.8", "rich"),
    ("price_unit", "eq", "USD", "rich"),
    ("is_test", "eq", "true", "rich"),
    ("is_test", "neq", "true", "video busy live"),
    ("notes", "contains", "refund", "rich"),
    ("record_url", "is_null", "false", "rich"),
    ("transcript", "contains", "ROUTER", "rich"),
    ("transcript", "is_null", "true", "video busy live"),
    ("transcript_language", "starts_with", "en", "rich"),
    ("analysis_sentiment", "eq", "positive", "rich"),
    ("call_sid", "eq", "CA" + "0" * 32, "rich busy live"),
    ("call_provider", "eq", "getstream", "video"),
    ("campaign_id", "is_null", "false", "live"),
    ("ai_agent_id", "eq", str(AGENT), "rich"),
    ("contact_id", "is_null", "true", "rich video busy live"),
    ("workspace_id", "eq", "default", "rich video busy live"),
    ("channel", "eq", "video", "video"),
    ("ended_by", "is_null", "true", "rich video busy live"),
    ("created_at", "gt", "2026-11-20T12:02:00Z", "rich"),
    ("started_at", "gte", "2026-11-20", "live"),
    ("ended_at", "lt", "2026-11-19", "busy"),
    ("updated_at", "gt", "2001-01-01", "rich video busy live"),
]


def column(name, operator, value) -> dict:
    return {"filter_columns[]": name, "filter_operator[]": operator, "filter_values[]": value}


@pytest.mark.parametrize(("name", "operator", "value", "names"), COLUMNS)
def test_a_column_filter_finds_what_it_means(api, calls, name, operator, value, names):
    assert found(api, calls, column(name, operator, value)) == names


def test_every_column_that_is_offered_is_tried_here(calls):
    ids = {str(pk): pk for pk in calls}
    assert {name for name, *_ in COLUMNS} | {"id"} == set(FILTERABLE)
    assert len(ids) == len(calls)


def test_by_their_ids(api, calls):
    two = [pk for pk, name in calls.items() if name in ("rich", "live")]
    assert found(api, calls, column("id", "in", ",".join(two))) == "rich live"


def test_the_three_arrays_are_read_side_by_side(api, calls):
    arrays = {
        "filter_columns[]": ["call_status", "disconnect_reason"],
        "filter_operator[]": ["neq", "contains"],
        "filter_values[]": ["completed", "was"],
    }
    assert found(api, calls, arrays) == "busy"
    assert found(api, calls, {name.removesuffix("[]"): value for name, value in arrays.items()}) == "busy"


def test_every_sort_is_in_order_both_ways_and_what_is_missing_comes_last(api, calls):
    for name in SORTABLE:
        down = asked(api, {"sort_column": name, "order": "desc"})["data"]
        up = asked(api, {"sort_column": name, "order": "asc"})["data"]
        assert {call["id"] for call in down} == {call["id"] for call in up} == set(calls), name
        shown = "call_to" if name == "name" else name
        if name in FIELD_NAMES and shown in up[0]:
            there = [call[shown] for call in up if call[shown] not in (None, "")]
            assert there == sorted(there), name
            assert [call[shown] for call in up][: len(there)] == there, name
            assert [call[shown] for call in down][: len(there)] == there[::-1], name


def test_pages_from_0_hold_every_call_once_and_say_whether_there_are_more(api, calls):
    pages = [asked(api, {"page": page, "per_page": 3}) for page in range(3)]
    names = [calls[call["id"]] for page in pages for call in page["data"]]
    assert " ".join(names) == "rich video busy live"
    assert [page["has_more"] for page in pages] == [True, False, False]
    assert pages[1] | {"data": []} == {
        "status": "ok",
        "message": "Calls retrieved successfully",
        "data": [],
        "page": 1,
        "per_page": 3,
        "has_more": False,
    }


def test_a_call_is_shown_as_it_is_shown_alone(api, calls):
    for call in asked(api, {})["data"]:
        assert call == api("GET", f"/calls/{call['id']}").json()["data"]


def test_the_address_under_v1_answers_the_same(api, calls):
    assert api("GET", "/v1/calls/query?search=refund").json() == asked(api, {"search": "refund"})


WRONG = [
    ({"campaign_id": "x"}, "campaign_id: Give a UUID"),
    ({"ai_agent_id": "x"}, "ai_agent_id"),
    ({"status": "x" * 501}, "status"),
    ({"search": "x" * 501}, "search"),
    ({"end_code": "tired"}, "end_code"),
    ({"channel": "post"}, "channel"),
    ({"colour": "red"}, "colour: There is no such parameter."),
    ({"start_date": "20-11-2026"}, "YYYY-MM-DD"),
    ({"end_date": "2026-02-30"}, "YYYY-MM-DD"),
    ({"end_date": "9999-12-31"}, "YYYY-MM-DD"),
    ({"page": "-1"}, "page"),
    ({"page": "٣"}, "page"),
    ({"page": "9" * 30}, "page"),
    ({"per_page": "0"}, "per_page"),
    ({"per_page": "101"}, "1 to 100"),
    ({"page": "100", "per_page": "100"}, "GET /v1/calls"),
    ({"order": "sideways"}, "asc or desc"),
    ({"sort_column": "company_id"}, "sort_column"),
    (column("company_id", "eq", "1"), "filter_columns[0]"),
    (column("call_to", "like", "1"), "operators"),
    (column("call_duration", "contains", "1"), "filter_columns[0] (call_duration)"),
    (column("call_duration", "eq", "long"), "number"),
    (column("call_duration", "in", ",".join("1" * 101)), "1 to 100"),
    (column("created_at", "gt", "soon"), "Give a time"),
    (column("notes", "is_null", "perhaps"), "true or false"),
    ({"filter_columns[]": ["notes"]}, "same length"),
    (column(["notes"] * 21, ["eq"] * 21, ["1"] * 21), "at most 20"),
]


@pytest.mark.parametrize(("query", "culprit"), WRONG, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_400_in_the_vendors_envelope(api, query, culprit):
    answer = api("GET", f"/calls/query?{urlencode(query, doseq=True)}")
    assert answer.status_code == 400
    body = answer.json()
    assert culprit in body.pop("message")
    assert body == {"status": "error", "data": None, "error": "validation_error"}


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ({}, 4),
        ({"page": 1, "per_page": 2}, 4),
        ({"campaign_id": str(CAMPAIGN)}, 3),
        ({"end_code": "busy"}, 4),
    ],
    ids=str,
)
def test_a_page_is_two_statements_and_what_hangs_on_its_calls_one_each(
    api, calls, query, statements, django_assert_max_num_queries
):
    asked(api, {})  # the key is known from here on
    with django_assert_max_num_queries(statements):
        asked(api, query)


def test_the_page_on_queries_names_every_column_and_sort():
    page = (Path(__file__).parents[4] / "docs" / "queries.md").read_text()
    words = set(re.findall(r"[a-z_]+", page))
    assert {*COLUMNS_OF_CALLS, *SORTABLE, *FILTERABLE, *Operator} <= words
