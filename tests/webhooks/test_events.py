"""The event types about endpoints, and what they show of one."""

from liveplatform.webhooks.events import EVENT_TYPES, EndpointHealth
from liveplatform.webhooks.models import Endpoint


def test_an_endpoint_is_shown_without_url_and_secret():
    endpoint = Endpoint(url="https://hooks.example.com/?token=canary", description="CRM")
    assert EndpointHealth.write(endpoint) == {
        "id": endpoint.pk,
        "description": "CRM",
        "is_enabled": True,
        "disabled_reason": None,
        "failing_since": None,
    }


def test_all_types_are_of_the_group_that_is_never_backfilled():
    assert all(event_type.name.startswith("endpoint.") for event_type in EVENT_TYPES)
