"""Calls to list and to export."""

import pytest

from calls.filters import batches
from calls.models import Call
from tests.support.random_calls import random_calls


@pytest.fixture
def calls(account, monkeypatch) -> list[Call]:
    """Ten of them, in batches of three."""
    monkeypatch.setattr(batches, "BATCH_SIZE", 3)
    return random_calls(account, 10)
