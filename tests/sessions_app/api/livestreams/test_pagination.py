"""Pages by number, counted up to a bound."""

import pytest

from sessions_app.api.livestreams import pagination
from sessions_app.api.livestreams.pagination import page_of
from sessions_app.models import App


@pytest.fixture
def rows(account):
    for number in range(5):
        App.objects.create(account=account, name=str(number))
    return App.objects.filter(account=account)


def test_pages_and_their_offsets(rows):
    page, paging = page_of(rows, {"page_no": 2, "per_page": 2})
    assert [app.name for app in page] == ["2", "1"]
    assert paging == {"total_count": 5, "start_offset": 3, "end_offset": 4}
    page, paging = page_of(rows, {"page_no": 3, "per_page": 2}, ascending=True)
    assert [app.name for app in page] == ["4"] and paging["end_offset"] == 5


def test_what_is_beyond_the_bound_is_neither_counted_nor_shown(rows, monkeypatch):
    monkeypatch.setattr(pagination, "MAX_ROWS", 3)
    page, paging = page_of(rows, {"page_no": 2, "per_page": 2})
    assert len(page) == 1 and paging == {"total_count": 3, "start_offset": 3, "end_offset": 3}
    assert page_of(rows, {"page_no": 9, "per_page": 2})[0] == []
