"""A scan starts where calls of the requested time can be, and stops at its maximum of rows."""

from datetime import timedelta

import pytest

from calls.filters import CallFilter
from calls.filters.index_scan import scan_index
from calls.filters.indexes import path_for_order
from calls.filters.ordering import NEWEST_FIRST
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from calls.models import Call
from tests.support.random_calls import NOW, ago


def scan(account, given: dict, most: int | None, limit: int = 5):
    request = PageRequest(account.pk, CallFilter.from_json(given), limit=limit)
    path = path_for_order(NEWEST_FIRST, request.conditions)
    assert path is not None
    return scan_index(request, path, most)


def test_a_scan_that_reaches_its_maximum_is_incomplete(account, calls):
    result = scan(account, {"notes": {"contains": "nowhere"}}, 10)
    assert (result.calls, result.is_complete) == ([], False)


def test_a_scan_of_all_calls_is_complete_whatever_it_finds(account, calls):
    result = scan(account, {"notes": {"contains": "nowhere"}}, len(calls))
    assert (result.calls, result.is_complete) == ([], True)


@pytest.mark.parametrize("field", ["scheduled_at", "started_at"])
def test_a_range_long_ago_is_found_from_its_own_end(account, calls, small_bounds, field):
    Call.objects.update(**{field: None})
    Call.objects.filter(created_at__lt=NOW - timedelta(minutes=100)).update(
        **{field: NOW - timedelta(minutes=100)}
    )
    filters = CallFilter.from_json({field: {"lt": ago(99)}})
    assert len(fetch_page(PageRequest(account.pk, filters, limit=5))) == 5


def test_calls_that_were_imported_are_found_by_their_start_as_well(account, calls, small_bounds):
    Call.objects.update(started_at=None)
    imported = sorted(calls, key=lambda call: call.created_at)[-20:]
    Call.objects.filter(pk__in=[c.pk for c in imported]).update(started_at=NOW - timedelta(days=30))
    filters = CallFilter.from_json({"started_at": {"lt": ago(24 * 60)}})
    assert len(fetch_page(PageRequest(account.pk, filters, limit=20))) == 20
