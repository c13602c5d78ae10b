"""Pages of filtered calls: of the account alone, in either order, from a cursor to the next."""

from urllib.parse import urlencode

import pytest

from tests.support.factories import phone_call, video_call


@pytest.fixture
def calls(account) -> list[str]:
    """Ids in the order of creation."""
    return [str(make(account).pk) for make in (phone_call, video_call, phone_call, video_call)]


@pytest.mark.parametrize(("order", "step"), [("asc", 1), ("desc", -1)])
def test_pages_hold_every_call_of_the_account_once(api, calls, order, step):
    found, cursor = [], {}
    while cursor is not None:
        page = api("GET", f"/v1/calls?{urlencode({'order': order, 'limit': 3} | cursor)}").json()
        found += [call["id"] for call in page["calls"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert found == calls[::step]


def test_a_filter_of_the_viewset_holds_on_every_page(api, calls):
    first = api("GET", "/v1/live/calls?limit=1").json()
    second = api("GET", f"/v1/live/calls?limit=1&cursor={first['next_cursor']}").json()
    assert [page["calls"][0]["id"] for page in (first, second)] == [calls[3], calls[1]]
    assert second["next_cursor"] is None
