"""The filter language: what it matches, that it can be stored, and that errors name the parameter."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.http import QueryDict
from django.utils import timezone

from calls.filters import CallFilter, InvalidFilter
from calls.models import Call, Transcript
from tests.support.factories import phone_call, video_call
from tests.support.parameter_ids import timeless

AGENT = UUID("0d9a3f0e-0000-4000-8000-000000000001")
LONG_AGO = timezone.now() - timedelta(days=40)


@pytest.fixture
def calls(account) -> dict[str, Call]:
    """One call of each kind, by a name."""
    made = {
        "live": phone_call(account, ai_agent_id=AGENT, notes="Wants a Refund"),
        "busy": phone_call(
            account,
            status="ended",
            ended_at=timezone.now(),
            end_code="busy",
            disconnect_reason="Line was BUSY",
            duration=61,
            rating=2,
            cost="0.013500",
            is_test=True,
            to_number="+442079460000",
        ),
        "old": video_call(
            account, status="ended", started_at=LONG_AGO, ended_at=LONG_AGO, end_code="stale", duration=7200
        ),
    }
    Call.objects.filter(pk=made["old"].pk).update(created_at=LONG_AGO)
    turns = [{"role": "customer", "text": 'It is "still" broken'}]
    Transcript.objects.create(call=made["busy"], turns=turns, language="en-GB")
    return made


FILTERS = [
    ({}, "live busy old"),
    ({"status": "live"}, "live"),
    ({"status": ["live", "scheduled"]}, "live"),
    ({"status": {"neq": "live"}}, "busy old"),
    ({"channel": "video"}, "old"),
    ({"end_code": {"in": ["busy", "stale"]}}, "busy old"),
    ({"end_code": None}, "live"),
    ({"end_code": {"is_null": False}, "is_test": True}, "busy"),
    ({"disconnect_reason": {"contains": "was busy"}}, "busy"),
    ({"disconnect_reason": {"starts_with": "Line"}}, "busy"),
    ({"disconnect_reason": {"starts_with": "line"}}, ""),
    ({"notes": {"contains": "refund"}}, "live"),
    ({"notes": {"contains": "%"}}, ""),
    ({"duration": {"gte": 61, "lt": 7200}}, "busy"),
    ({"duration": {"neq": 61}}, "live old"),
    ({"duration": {"is_null": True}}, "live"),
    ({"cost": 0.0135}, "busy"),
    ({"rating": {"lte": "2"}}, "busy"),
    ({"rating": {"gt": 10**11}}, ""),
    ({"ai_agent_id": str(AGENT)}, "live"),
    ({"ai_agent_id": None}, "busy old"),
    ({"to": {"starts_with": "+44"}}, "busy"),
    ({"from": "+14155550100"}, "live busy"),
    ({"created_at": {"lt": "7d"}}, "old"),
    ({"created_at": {"gte": "1h"}, "status": "live"}, "live"),
    ({"ended_at": {"gt": "1999-01-01"}}, "busy old"),
    ({"ended_at": {"lt": "2001-01-01T10:00:00+02:00"}}, ""),
    ({"started_at": None}, "live busy"),
    ({"transcript": {"contains": '"STILL" broken'}}, "busy"),
    ({"transcript": {"contains": "customer"}}, ""),
    ({"transcript": {"is_null": True}}, "live old"),
    ({"language": {"starts_with": "en"}}, "busy"),
    ({"search": "refund"}, "live"),
    ({"search": "broken"}, "busy"),
    ({"search": "946"}, "busy"),
    ({"search": "refund", "status": "ended"}, ""),
]


@pytest.mark.parametrize(("given", "expected"), FILTERS, ids=timeless)
def test_a_filter_finds_the_calls_it_means_and_keeps(account, calls, given, expected):
    names = {call.pk: name for name, call in calls.items()}
    for filters in (
        CallFilter.from_json(given),
        CallFilter.from_json(CallFilter.from_json(given).to_json()),
    ):
        found = {names[pk] for pk in filters.queryset(account.pk).values_list("pk", flat=True)}
        assert found == set(expected.split())


@pytest.mark.parametrize(
    ("query", "same_as"),
    [
        ("status=live", {"status": "live"}),
        ("status=live&status=ended", {"status": ["live", "ended"]}),
        ("end_code[in]=busy,failed", {"end_code": ["busy", "failed"]}),
        ("duration[gte]=60&duration[lt]=90", {"duration": {"gte": "60", "lt": "90"}}),
        ("notes[is_null]=true&search=fee", {"notes": {"is_null": True}, "search": "fee"}),
        ("to=+1415", {"to": "+1415"}),
        ("created_at[lt]=2026-01-01T00:00:00+00:00", {"created_at": {"lt": "2026-01-01"}}),
        ("cursor=x&limit=3", {}),
    ],
)
def test_a_query_string_says_the_same_as_json(query, same_as):
    account_id = UUID(int=1)
    of_query = CallFilter.from_query(QueryDict(query), ignore=("cursor", "limit"))
    of_json = CallFilter.from_json(same_as)
    assert str(of_query.queryset(account_id).query) == str(of_json.queryset(account_id).query)


WRONG = [
    ([], "filter", "object"),
    ({"nothing": 1}, "nothing", "no such filter"),
    ({"status": "over"}, "status", "scheduled, live, ended, errored"),
    ({"status": {"contains": "e"}}, "status", "eq, neq, in"),
    ({"duration": "long"}, "duration", "number"),
    ({"duration": 1.5}, "duration", "whole number"),
    ({"duration": "NaN"}, "duration", "twelve digits"),
    ({"cost": "1e999999"}, "cost", "twelve digits"),
    ({"duration": True}, "duration", "text"),
    ({"is_test": "perhaps"}, "is_test", "true or false"),
    ({"ai_agent_id": "x"}, "ai_agent_id", "UUID"),
    ({"created_at": {"lt": "yesterday"}}, "created_at", "RFC|time"),
    ({"created_at": {"lt": "999999d"}}, "created_at", "time"),
    ({"created_at": {"lt": "0001-01-01T00:00:00+23:59"}}, "created_at", "time"),
    ({"created_at": "2026-01-01"}, "created_at", "gt, gte, lt, lte"),
    ({"end_code": []}, "end_code", "1 to 100"),
    ({"end_code": ["busy"] * 101}, "end_code", "1 to 100"),
    ({"notes": {"contains": "x" * 501}}, "notes", "500"),
    ({"notes": {"contains": "a\0b"}}, "notes", "NUL"),
    ({"notes": {"contains": {"a": 1}}}, "notes", "text"),
    ({"search": ["x"]}, "search", "text"),
    ({"notes": {"is_null": "x"}}, "notes", "true or false"),
]


@pytest.mark.parametrize(("given", "field", "message"), WRONG, ids=lambda v: str(v)[:40])
def test_what_is_wrong_is_named(given, field, message):
    with pytest.raises(InvalidFilter, match=message) as raised:
        CallFilter.from_json(given)
    assert list(raised.value.fields) == [field]


def test_in_a_query_string_the_parameter_is_named():
    with pytest.raises(InvalidFilter) as raised:
        CallFilter.from_query(QueryDict("duration[gte]=x"))
    assert list(raised.value.fields) == ["duration[gte]"]


def test_an_age_is_taken_from_the_time_of_asking(account, calls):
    filters = CallFilter.from_json({"created_at": {"lt": "39d"}, "channel": "video"})
    assert filters.queryset(account.pk).count() == 1
    Call.objects.filter(pk=calls["old"].pk).update(created_at=timezone.now() - timedelta(days=38))
    assert filters.queryset(account.pk).count() == 0


def test_too_many_conditions_are_refused():
    names = ("notes", "title", "feedback", "ended_by", "provider")
    everything = {
        name: dict.fromkeys(("eq", "neq", "contains", "starts_with", "is_null"), "1") for name in names
    }
    with pytest.raises(InvalidFilter, match="at most 20"):
        CallFilter.from_json(everything)
