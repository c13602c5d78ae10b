"""Filter and sort: used where some index, or several together, leave few calls."""

from calls.filters import CallFilter
from calls.filters.fields import COLUMNS
from calls.filters.filter_sort import filter_then_sort
from calls.filters.ordering import Order
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from tests.support.random_calls import CAMPAIGNS


def request(account, given: dict) -> PageRequest:
    return PageRequest(account.pk, CallFilter.from_json(given), Order(COLUMNS["cost"]), limit=200)


def test_too_many_calls_are_not_sorted(account, calls):
    assert filter_then_sort(request(account, {}), 100) is None
    assert len(filter_then_sort(request(account, {}), len(calls)) or []) == len(calls)


def test_indexes_are_intersected_where_each_alone_leaves_too_many(account, calls, small_bounds):
    given = {"campaign_id": str(CAMPAIGNS[0]), "end_code": "busy", "call_status": "busy"}
    meant = CallFilter.from_json(given).queryset(account.pk)
    found = filter_then_sort(request(account, given), meant.count())
    assert {call.pk for call in found or []} == set(meant.values_list("pk", flat=True))


def test_a_part_of_a_number_is_found_by_its_digits_however_long_ago(account, calls, small_bounds):
    oldest = min((c for c in calls if c.to_number not in ("", "+14155550000")), key=lambda c: c.created_at)
    found = fetch_page(
        PageRequest(account.pk, CallFilter.from_json({"to": {"contains": oldest.to_number[5:]}}))
    )
    assert found == [oldest]
