"""`GET /v1/calls`: the filter language over HTTP, pages both ways, and what is wrong with a query string."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.utils import timezone

from calls.models import Call
from tests.support.factories import phone_call, video_call

NOW = timezone.now()


@pytest.fixture
def calls(account) -> dict[str, str]:
    """Ids and the names of their calls, `live` the newest."""
    over = {"status": "ended", "started_at": NOW, "ended_at": NOW}
    made = {
        "live": phone_call(account, title="x", ended_by=""),
        "busy": phone_call(
            account, **over, end_code="busy", disconnect_reason="Busy", duration=60, notes="fee"
        ),
        "video": video_call(account, **over, end_code="stale", ended_by="watch", provider_state="live"),
    }
    for number, call in enumerate(made.values()):
        Call.objects.filter(pk=call.pk).update(created_at=NOW - timedelta(hours=number))
    return {str(call.pk): name for name, call in made.items()}


def found(api, calls, query: str) -> str:
    answer = api("GET", f"/v1/calls?{query}")
    assert answer.status_code == 200, answer.content
    return " ".join(calls[call["id"]] for call in answer.json()["calls"])


FILTERS = [
    ("", "live busy video"),
    ("order=asc", "video busy live"),
    ("status=live", "live"),
    ("status=live&status=ended", "live busy video"),
    ("status[neq]=live", "busy video"),
    ("end_code[in]=busy,stale&channel=video", "video"),
    ("disconnect_reason[contains]=BUS", "busy"),
    ("disconnect_reason[is_null]=true", "live video"),
    ("duration[gte]=60&duration[lt]=61", "busy"),
    ("created_at[gte]=90m", "live busy"),
    ("ended_by=watch", "video"),
    ("provider_state=live", "video"),
    ("search=fee", "busy"),
    ("to[starts_with]=%2B1415", "live busy"),
]


@pytest.mark.parametrize(("query", "names"), FILTERS)
def test_a_filter_finds_the_matching_calls(api, calls, query, names):
    assert found(api, calls, query) == names


@pytest.mark.parametrize("query", ["", "order=asc", "status=ended", "search=fee", "order=asc&channel=phone"])
def test_pages_of_one_hold_every_call_once(api, calls, query):
    names, cursor = [], ""
    while cursor is not None:
        answer = api("GET", f"/v1/calls?{query}&limit=1&cursor={cursor}").json()
        names += [calls[call["id"]] for call in answer["calls"]]
        cursor = answer["next_cursor"]
    assert " ".join(names) == found(api, calls, query)


WRONG = [
    ("colour=red", "colour"),
    ("status=over", "status"),
    ("status[contains]=l", "status[contains]"),
    ("duration[gte]=long", "duration[gte]"),
    ("duration[gte]=1&duration[gte]=2", "duration[gte]"),
    ("a[b][c]=1", "a[b][c]"),
    ("order=sideways", "order"),
    ("limit=201", "limit"),
    ("cursor=x", "cursor"),
    (urlencode({"notes": "x" * 501}), "notes"),
    (urlencode([("notes", f"{n}") for n in range(101)]), "notes"),
]


@pytest.mark.parametrize(("query", "field"), WRONG, ids=lambda value: value[:30])
def test_an_invalid_query_is_400_and_names_its_parameter(api, query, field):
    answer = api("GET", f"/v1/calls?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"] == "validation_error"
    assert list(answer.json()["fields"]) == [field]


PLATFORM = {"error", "message", "help", "request_id"}
BOTH = PLATFORM | {"status", "data"}


def test_errors_of_both_actions_at_one_address_have_one_shape(api):
    assert set(api("POST", "/v1/calls", b"{").json()) == BOTH
    assert set(api("GET", "/v1/calls?limit=x").json()) == BOTH | {"fields"}
    assert set(api("POST", "/v1/calls", {}).json()) == BOTH | {"fields"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_that_nothing_serves_has_the_shape_of_the_route(api, method):
    answer = api(method, "/v1/calls")
    assert (answer.status_code, set(answer.json())) == (405, BOTH)
    assert answer.json()["error"] == "method_not_allowed"
    answer = api(method, f"/v1/calls/{uuid4()}/end")
    assert (answer.status_code, set(answer.json())) == (405, PLATFORM)


def test_an_error_of_head_has_the_shape_of_the_route(api):
    get, head = (api(method, "/v1/calls?limit=x") for method in ("GET", "HEAD"))
    assert head.status_code == 400
    assert head.data.keys() == get.data.keys() == BOTH | {"fields"}


@pytest.mark.parametrize("query", ["", "channel=video", "end_code=busy", "order=asc"])
def test_a_list_over_one_index_is_two_statements(api, calls, query, django_assert_num_queries):
    api("GET", "/v1/calls")  # the key is known from here on
    with django_assert_num_queries(2):
        found(api, calls, query)


@pytest.mark.parametrize(
    ("body", "reason", "code"),
    [
        ({"reason": "x" * 501}, "x" * 500, "ended_by_api"),
        ({"reason": 5}, "Ended Via API call", "ended_by_api"),
        ({"reason": {}, "code": None}, "Ended Via API call", "ended_by_api"),
        (b'{"reason": "half \\ud800"}', "half ?", "ended_by_api"),
        (b'{"reason": "a\\u0000b"}', "ab", "ended_by_api"),
        ({"code": "whim"}, "Ended Via API call", "ended_by_api"),
        ({"code": ["busy"]}, "Ended Via API call", "ended_by_api"),
        ({"why": "x", "reason": "done", "code": "quality_control"}, "done", "quality_control"),
    ],
)
def test_no_end_is_refused_because_of_its_reason(api, account, body, reason, code):
    call = phone_call(account)
    answer = api("POST", f"/v1/calls/{call.pk}/end?why=x", body)
    assert (answer.status_code, answer.json()["status"]) == (200, "ended")
    call.refresh_from_db()
    assert (call.disconnect_reason, call.end_code) == (reason, code)
