"""Pages: in one total order whichever way they are found, and never more is looked at than the bound."""

import itertools
from datetime import timedelta

import pytest

from calls.filters import CallFilter
from calls.filters.exceptions import FilterTooBroad
from calls.filters.fields import COLUMNS, Column
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from calls.models import Call
from tests.calls.filters.conftest import CAMPAIGNS, NOW, random_calls

COUNT = 150


@pytest.fixture
def calls(account) -> list[Call]:
    return random_calls(account, COUNT)


def ago(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


SELECTIONS = [
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


def pages(account, selection: CallFilter, order: Order, limit: int) -> list[Call]:
    found = fetch_page(PageRequest(account.pk, selection, order, 0, limit))
    while len(found) % limit == 0:
        more = fetch_page(PageRequest(account.pk, selection, order, len(found), limit))
        if not more:
            break
        found += more
    return found


def value(call: Call, column: Column):
    return getattr(call, column.field) or (None if column.blank else getattr(call, column.field))


@pytest.mark.parametrize("given", SELECTIONS, ids=str)
def test_pages_hold_every_call_that_is_meant_once_in_order(account, calls, given):
    selection = CallFilter.from_json(given)
    meant = set(selection.queryset(account.pk).values_list("pk", flat=True))
    for name, descending in itertools.product(ORDERS, (True, False)):
        column = COLUMNS[name]
        whole = fetch_page(PageRequest(account.pk, selection, Order(column, descending), limit=COUNT))
        assert {call.pk for call in whole} == meant
        assert len(whole) == len(meant)
        assert [c.pk for c in pages(account, selection, Order(column, descending), 23)] == [
            c.pk for c in whole
        ]
        known = [value(call, column) for call in whole]
        there = [v for v in known if v is not None]
        assert known == sorted(there, reverse=descending) + [None] * (len(known) - len(there))


@pytest.mark.parametrize("given", SELECTIONS, ids=str)
def test_however_little_is_looked_at_a_page_is_right_or_refused(account, calls, given, small_bounds):
    selection = CallFilter.from_json(given)
    for name, descending in itertools.product(ORDERS, (True, False)):
        order = Order(COLUMNS[name], descending)
        meant = list(
            selection.queryset(account.pk).order_by(*order.full_ordering()).values_list("pk", flat=True)
        )
        for offset in (0, 7, 28):
            try:
                found = fetch_page(PageRequest(account.pk, selection, order, offset, 7))
            except FilterTooBroad:
                continue
            assert [call.pk for call in found] == meant[offset : offset + 7], (name, descending, offset)


@pytest.mark.parametrize(
    "given",
    [
        given
        for given in SELECTIONS
        if given
        in (
            {},
            {"status": "live"},
            {"campaign_id": str(CAMPAIGNS[0])},
            {"to": "+14155550000"},
            {"created_at": {"gte": ago(60)}, "campaign_id": str(CAMPAIGNS[1])},
        )
    ],
    ids=str,
)
def test_what_one_index_answers_is_never_refused(account, calls, given, small_bounds):
    selection = CallFilter.from_json(given)
    meant = selection.queryset(account.pk).order_by("-created_at", "-id")
    assert pages(account, selection, NEWEST_FIRST, 11) == list(meant)


def test_what_is_rare_and_known_to_no_index_is_refused(account, calls, small_bounds):
    Call.objects.filter(pk=min(calls, key=lambda call: call.created_at).pk).update(direction="sideways")
    with pytest.raises(FilterTooBroad, match="Narrow it"):
        fetch_page(PageRequest(account.pk, CallFilter.from_json({"direction": "sideways"})))


@pytest.mark.parametrize(
    ("sort", "said"),
    [
        ("", "filter: Too many calls would have to be looked through"),
        (
            "sort_column=record_url",
            "sort_column: Too many calls would have to be sorted by record_url. Narrow",
        ),
        ("sort_column=metadata", "sort_column: Too many calls would have to be sorted by metadata. Narrow"),
    ],
)
def test_a_refusal_names_the_sort_where_there_is_one(api, calls, small_bounds, sort, said):
    answer = api("GET", f"/calls/query?{sort}&filter_columns=notes&filter_operator=eq&filter_values=none")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(said)


@pytest.mark.parametrize("field", ["scheduled_at", "started_at"])
def test_a_range_long_ago_is_found_from_its_own_end(account, calls, small_bounds, field):
    Call.objects.update(**{field: None})
    Call.objects.filter(created_at__lt=NOW - timedelta(minutes=100)).update(
        **{field: NOW - timedelta(minutes=100)}
    )
    selection = CallFilter.from_json({field: {"lt": ago(99)}})
    assert len(fetch_page(PageRequest(account.pk, selection, limit=5))) == 5


def test_calls_that_were_imported_are_found_by_their_start_as_well(account, calls, small_bounds):
    Call.objects.update(started_at=None)
    imported = sorted(calls, key=lambda call: call.created_at)[-20:]
    Call.objects.filter(pk__in=[c.pk for c in imported]).update(started_at=NOW - timedelta(days=30))
    selection = CallFilter.from_json({"started_at": {"lt": ago(24 * 60)}})
    assert len(fetch_page(PageRequest(account.pk, selection, limit=20))) == 20


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
    ids=str,
)
def test_a_cursor_goes_on_where_the_page_before_ended(account, calls, given, descending):
    selection, order = CallFilter.from_json(given), Order(descending=descending)
    whole = fetch_page(PageRequest(account.pk, selection, order, limit=COUNT))
    found, after = [], None
    while rows := fetch_page(PageRequest(account.pk, selection, order, limit=9, after=after)):
        found += rows
        after = rows[-1].created_at, rows[-1].pk
    assert found == whole


def test_one_index_means_two_statements(account, calls, django_assert_num_queries):
    with django_assert_num_queries(2):  # ids, then rows
        fetch_page(PageRequest(account.pk, CallFilter.from_json({"campaign_id": str(CAMPAIGNS[0])}), limit=5))
    with django_assert_num_queries(2):  # ids, then rows
        fetch_page(PageRequest(account.pk, CallFilter(), offset=50, limit=5))


def test_no_index_invites_to_walk_over_the_calls_of_all_accounts():
    """The planner takes one in the order of creation that knows no account, and passes over everybody else's."""
    leading = {index.name: index.fields[:1] or [str(index.expressions[0])] for index in Call._meta.indexes}
    assert not [name for name, (first,) in leading.items() if "created_at" in first]


def test_a_part_of_a_number_is_found_by_its_digits_however_long_ago(account, calls, small_bounds):
    oldest = min((c for c in calls if c.to_number not in ("", "+14155550000")), key=lambda c: c.created_at)
    found = fetch_page(
        PageRequest(account.pk, CallFilter.from_json({"to": {"contains": oldest.to_number[5:]}}))
    )
    assert found == [oldest]
