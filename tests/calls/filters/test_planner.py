"""Pages are in one total order whichever strategy finds them, and no strategy exceeds its limits."""

import pytest

from calls.filters import CallFilter, planner
from calls.filters.exceptions import FilterTooBroad
from calls.filters.fields import COLUMNS, Column
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from calls.models import Call
from tests.support.parameter_ids import timeless
from tests.support.random_calls import CAMPAIGNS, COUNT, ago

FILTERS = [
    {},
    {"status": "live"},
    {"status": ["live", "scheduled"]},
    {"status": "ended"},
    {"ended_at": None},
    {"channel": "video"},
    {"channel": "phone"},
    {"call_status": "busy"},
    {"call_status": {"contains": "in"}},
    {"call_status": {"contains": "zz"}},
    {"end_code": ["busy", "failed"]},
    {"campaign_id": str(CAMPAIGNS[0])},
    {"campaign_id": None},
    {"campaign_id": str(CAMPAIGNS[0]), "call_status": "busy"},
    {"campaign_id": str(CAMPAIGNS[0]), "started_at": {"gte": ago(90), "lt": ago(30)}},
    {"started_at": {"gte": ago(100), "lt": ago(60)}},
    {"started_at": {"lt": ago(60)}, "direction": "inbound"},
    {"ended_at": {"lte": ago(100)}},
    {"created_at": {"gte": ago(60), "lt": ago(20)}, "direction": "inbound"},
    {"created_at": {"gte": ago(60)}, "campaign_id": str(CAMPAIGNS[1])},
    {"duration": {"gt": 15}},
    {"duration": 10},
    {"rating": {"neq": 5}},
    {"to": "+14155550000"},
    {"to": {"starts_with": "+1415555001"}},
    {"to": {"contains": "5550012"}},
    {"to": {"contains": "+14155550012"}, "direction": "inbound"},
    {"to": ""},
    {"disconnect_reason": {"contains": "BUSY"}},
    {"disconnect_reason": {"contains": "reason 1"}},
    {"disconnect_reason": {"starts_with": "Agent"}},
    {"host_user_id": "ann", "channel": "video"},
    {"notes": {"contains": "refund"}},
    {"transcript": {"contains": "router"}},
    {"language": "en"},
    {"search": "refund"},
    {"search": "refund wan"},
    {"search": "router", "direction": "inbound"},
    {"search": "5550012"},
    {"search": "nowhere"},
]
ORDERS = (
    "created_at",
    "started_at",
    "ended_at",
    "duration",
    "rating",
    "call_status",
    "to",
    "disconnect_reason",
    "sentiment",
    "updated_at",
    "cost",
    "notes",
)


def pages(account, filters: CallFilter, order: Order, limit: int) -> list[Call]:
    found = fetch_page(PageRequest(account.pk, filters, order, 0, limit))
    while len(found) % limit == 0:
        more = fetch_page(PageRequest(account.pk, filters, order, len(found), limit))
        if not more:
            break
        found += more
    return found


def orders(given: dict) -> list[Order]:
    """A third of the columns, in turns from filter to filter, each in one direction, which alternates too."""
    turn = FILTERS.index(given)
    names = [name for number, name in enumerate(ORDERS) if (turn + number) % 3 == 0]
    return [Order(COLUMNS[name], bool((turn + number) % 2)) for number, name in enumerate(names)]


def value(call: Call, column: Column):
    return getattr(call, column.field) or (None if column.blank else getattr(call, column.field))


# In groups, as setting up the calls takes longer than a filter.
GROUPS = [FILTERS[number::5] for number in range(5)]


@pytest.mark.parametrize("group", GROUPS, ids=range(5))
def test_pages_hold_every_call_that_is_meant_once_in_order(account, calls, group):
    for given in group:
        filters = CallFilter.from_json(given)
        meant = set(filters.queryset(account.pk).values_list("pk", flat=True))
        for order in orders(given):
            case = (given, order)
            whole = fetch_page(PageRequest(account.pk, filters, order, limit=COUNT))
            assert {call.pk for call in whole} == meant, case
            assert len(whole) == len(meant), case
            assert [c.pk for c in pages(account, filters, order, 41)] == [c.pk for c in whole], case
            known = [value(call, order.column) for call in whole]
            there = [v for v in known if v is not None]
            nothing = [None] * (len(known) - len(there))
            assert known == sorted(there, reverse=order.descending) + nothing, case


@pytest.mark.parametrize("group", GROUPS, ids=range(5))
def test_however_little_is_looked_at_a_page_is_right_or_refused(account, calls, group, small_bounds):
    for given, order in [(each, order) for each in group for order in orders(each)]:
        filters = CallFilter.from_json(given)
        ordered = filters.queryset(account.pk).order_by(*order.full_ordering())
        meant = list(ordered.values_list("pk", flat=True))
        for offset in (0, 28):
            try:
                found = fetch_page(PageRequest(account.pk, filters, order, offset, 7))
            except FilterTooBroad:
                continue
            assert [call.pk for call in found] == meant[offset : offset + 7], (given, order, offset)


@pytest.mark.parametrize(
    "given",
    [
        given
        for given in FILTERS
        if given
        in (
            {},
            {"status": "live"},
            {"campaign_id": str(CAMPAIGNS[0])},
            {"to": "+14155550000"},
            {"created_at": {"gte": ago(60)}, "campaign_id": str(CAMPAIGNS[1])},
        )
    ],
    ids=timeless,
)
def test_what_one_index_answers_is_never_refused(account, calls, given, small_bounds):
    filters = CallFilter.from_json(given)
    meant = filters.queryset(account.pk).order_by("-created_at", "-id")
    assert pages(account, filters, NEWEST_FIRST, 11) == list(meant)


def test_what_is_rare_and_known_to_no_index_is_refused(account, calls, small_bounds):
    Call.objects.filter(pk=min(calls, key=lambda call: call.created_at).pk).update(direction="sideways")
    with pytest.raises(FilterTooBroad, match="Narrow it"):
        fetch_page(PageRequest(account.pk, CallFilter.from_json({"direction": "sideways"})))


@pytest.mark.parametrize(
    ("sort", "message"),
    [
        ("", "filter: Too many calls would have to be looked through"),
        (
            "sort_column=record_url",
            "sort_column: Too many calls would have to be sorted by record_url. Narrow",
        ),
        ("sort_column=metadata", "sort_column: Too many calls would have to be sorted by metadata. Narrow"),
    ],
)
def test_a_refusal_names_the_sort_where_there_is_one(api, calls, small_bounds, sort, message):
    answer = api("GET", f"/calls/query?{sort}&filter_columns=notes&filter_operator=eq&filter_values=none")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)


def test_one_index_means_two_statements(account, calls, django_assert_num_queries):
    with django_assert_num_queries(2):  # ids, then rows
        fetch_page(PageRequest(account.pk, CallFilter.from_json({"campaign_id": str(CAMPAIGNS[0])}), limit=5))
    with django_assert_num_queries(2):  # ids, then rows
        fetch_page(PageRequest(account.pk, CallFilter(), offset=50, limit=5))


def test_searches_of_an_account_at_a_time_are_bounded(api, account):
    path = "/v1/calls?call_status[contains]=x"
    assert api("GET", path).status_code == 200
    with planner.SEARCHES.hold(account.pk), planner.SEARCHES.hold(account.pk):
        refused = api("GET", path)
        assert (refused.status_code, refused.json()["error"]) == (503, "busy")
        assert api("GET", "/v1/calls").status_code == 200
    assert api("GET", path).status_code == 200
