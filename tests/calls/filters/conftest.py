"""Calls of all kinds, and limits small enough to be reached."""

import pytest

from calls.filters import filter_sort, planner
from calls.models import Call
from tests.support.random_calls import COUNT, random_calls


@pytest.fixture
def small_bounds(monkeypatch):
    """Row limits far below the number of calls."""
    monkeypatch.setattr(planner, "MAX_ROWS", 40)
    monkeypatch.setattr(planner, "MAX_SCATTERED_ROWS", 30)
    monkeypatch.setattr(planner, "MAX_WIDE_ROWS", 20)
    monkeypatch.setattr(planner, "FIRST_SCAN_ROWS", 10)
    monkeypatch.setattr(filter_sort, "MAX_INDEX_ENTRIES", 60)
    monkeypatch.setattr(filter_sort, "FEW_ROWS", 2)


@pytest.fixture
def calls(account) -> list[Call]:
    return random_calls(account, COUNT)
