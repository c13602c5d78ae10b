"""Counters of requests are this process's own, and empty."""

import pytest

from liveplatform.api import throttling


@pytest.fixture(autouse=True)
def _fresh_counters(monkeypatch):
    monkeypatch.setattr(throttling, "_count_in_redis", lambda limits: None)
    throttling.forget()
    yield
    throttling.forget()
