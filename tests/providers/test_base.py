"""Capabilities: an adapter has those whose methods it has."""

from datetime import UTC, datetime

import pytest

from providers import base
from providers.base import Leg
from providers.registry import PROVIDERS, build_adapter

CAPABILITIES = {
    "twilio": {"EndsCalls", "ReportsCalls", "MakesCalls", "FindsCalls", "ListsLive", "HasRecordings"},
    "getstream": {"EndsRooms", "HasRooms", "PlansRooms", "ListsLive", "MintsTokens", "HasRecordings"},
    "livekit": {"EndsRooms", "HasRooms", "PlansRooms", "ListsLive", "MintsTokens"},
}
ALL = set().union(*CAPABILITIES.values())


@pytest.mark.parametrize("name", CAPABILITIES)
def test_an_adapter_has_these_capabilities_and_no_others(name):
    credentials = dict.fromkeys(PROVIDERS[name].credentials.required, "x" * 32)
    adapter = build_adapter(name, credentials, base_url="http://127.0.0.1:9")
    assert {each for each in ALL if isinstance(adapter, getattr(base, each))} == CAPABILITIES[name]


def test_the_facts_of_an_end_have_a_cost_once_it_is_known():
    at = datetime(2026, 11, 21, tzinfo=UTC)
    leg = Leg("CA1", "ended", "completed", ended_at=at, duration=5)
    assert leg.end_facts() == {"status": "completed", "ended_at": at, "duration": 5}
    priced = Leg("CA1", "ended", "completed", cost="0.01", price_unit="USD")
    assert priced.end_facts()["cost"] == "0.01"
