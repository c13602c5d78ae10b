"""Filters of the call list."""

import pytest

from tests.support.factories import phone_call


@pytest.mark.parametrize(
    "filters",
    [
        "",
        "?attention=failed",
        "?attention=billed",
        "?attention=open",
        "?end_code=ended_by_api",
        "?sentiment=negative",
        "?channel=video",
    ],
)
def test_the_list_costs_the_same_for_five_and_for_fifty(
    staff, account, filters, django_assert_max_num_queries
):
    for _ in range(50):
        phone_call(account)
    staff.get(f"/admin/calls/call/{filters}")
    with django_assert_max_num_queries(12):
        text = staff.get(f"/admin/calls/call/{filters}").content.decode()
    is_listed = filters in ("", "?attention=open")
    assert ("+14155550111" in text) == is_listed
