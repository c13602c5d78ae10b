"""A page request: its cursor, and which part of its filter an index settles."""

import pytest

from calls.filters import CallFilter
from calls.filters.indexes import candidate_paths
from calls.filters.ordering import Order
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from tests.support.parameter_ids import timeless
from tests.support.random_calls import CAMPAIGNS, COUNT, ago


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        ({"campaign_id": str(CAMPAIGNS[0])}, True),
        ({"campaign_id": str(CAMPAIGNS[0]), "created_at": {"lt": "1h"}}, True),
        ({"campaign_id": str(CAMPAIGNS[0]), "notes": "x"}, False),
        ({"campaign_id": str(CAMPAIGNS[0]), "search": "x"}, False),
    ],
    ids=timeless,
)
def test_an_index_covers_the_filter_or_leaves_a_part_of_it(account, given, covered):
    request = PageRequest(account.pk, CallFilter.from_json(given))
    assert request.is_covered_by(candidate_paths(request.conditions)[0]) is covered


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"direction": "inbound"},
        {"campaign_id": str(CAMPAIGNS[0])},
        {"search": "refund"},
        {"started_at": {"lt": ago(50)}},
    ],
    ids=timeless,
)
def test_a_cursor_goes_on_where_the_page_before_ended(account, calls, given, descending):
    filters, order = CallFilter.from_json(given), Order(descending=descending)
    whole = fetch_page(PageRequest(account.pk, filters, order, limit=COUNT))
    found, after = [], None
    while rows := fetch_page(PageRequest(account.pk, filters, order, limit=9, after=after)):
        found += rows
        after = rows[-1].created_at, rows[-1].pk
    assert found == whole
