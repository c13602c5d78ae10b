"""Pages: every row once, newest first, flat at any depth; an invalid cursor is 400."""

import base64
from datetime import UTC, datetime

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from liveplatform.accounts.models import Account
from liveplatform.api.pagination import keyset_page

pytestmark = pytest.mark.urls("tests.support.probe_views")
SAME = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture
def rows(db) -> list[str]:
    """Seven rows, five of them of the same microsecond."""
    times = [SAME] * 5 + [SAME.replace(day=3), SAME.replace(day=1)]
    made = [Account.objects.create(name=f"page {n}") for n in range(7)]
    for row, at in zip(made, times, strict=True):
        Account.objects.filter(pk=row.pk).update(created_at=at)
    return list(
        Account.objects.filter(name__startswith="page")
        .order_by("-created_at", "-id")
        .values_list("name", flat=True)
    )


def pages(api, limit: int) -> list[list[str]]:
    found, cursor = [], ""
    while cursor is not None:
        answer = api("GET", f"/accounts?limit={limit}&cursor={cursor}").json()
        found.append(answer["names"])
        cursor = answer["next_cursor"]
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
def test_pages_hold_every_row_once_newest_first(api, rows, limit):
    found = pages(api, limit)
    assert sum(found, []) == rows
    assert all(len(page) == limit for page in found[:-1])


def test_the_last_page_has_no_next_cursor(api, rows):
    assert len(pages(api, 7)) == 1


def test_a_new_row_does_not_shift_the_next_page(api, rows):
    first = api("GET", "/accounts?limit=3").json()
    Account.objects.create(name="page new")
    second = api("GET", f"/accounts?limit=4&cursor={first['next_cursor']}").json()
    assert first["names"] + second["names"] == rows


def test_no_rows_are_one_empty_page(api):
    assert pages(api, 5) == [[]]


def test_a_page_is_one_query_however_deep(api, rows, django_assert_num_queries):
    cursor = api("GET", "/accounts?limit=5").json()["next_cursor"]
    with django_assert_num_queries(1) as queries:
        api("GET", f"/accounts?limit=5&cursor={cursor}")
    assert "OFFSET" not in queries[0]["sql"]
    assert ") < (" in queries[0]["sql"], "one comparison of rows, which an index answers"


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ID = "0d9a3f0e-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "xx",
        "!!!!",
        "é",
        "%F0%9F%98%80",
        "A" * 5000,
        encoded("|"),
        encoded(f"|{ID}"),
        encoded("2026-01-02T03:04:05+00:00|"),
        encoded("2026-01-02T03:04:05+00:00|x"),
        encoded(f"2026-01-02T03:04:05|{ID}"),
        encoded(f"2026-13-02T03:04:05+00:00|{ID}"),
        encoded(f"x|{ID}"),
        encoded("2026-01-02T03:04:05+00:00|\0"),
        base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode(),
    ],
)
def test_an_invalid_cursor_is_400(api, cursor):
    answer = api("GET", f"/accounts?cursor={cursor}")
    assert answer.status_code == 400
    assert "cursor" in answer.json()["fields"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_cursor_with_an_extreme_date_does_not_crash(api, rows, at):
    assert api("GET", f"/accounts?cursor={encoded(f'{at}|{ID}')}").status_code in (200, 400)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=²", "limit=000000005000"]
)
@pytest.mark.urls("liveplatform.urls")
def test_a_limit_out_of_bounds_is_400(api, query):
    assert api("GET", f"/v1/live/calls?{query}").status_code == 400


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_another_time_and_the_other_direction(rows, ascending, limit):
    found, cursor = [], ""
    while cursor is not None:
        request = Request(APIRequestFactory().get(f"/?limit={limit}&cursor={cursor}"))
        queryset = Account.objects.filter(name__startswith="page")
        page, cursor = keyset_page(queryset, request, "created_at", ascending=ascending)
        found += [row.name for row in page]
    assert found == (rows[::-1] if ascending else rows)
