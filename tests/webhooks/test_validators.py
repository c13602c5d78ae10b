"""What an endpoint's fields may hold."""

import pytest
from django.core.exceptions import ValidationError

from liveplatform.webhooks.validators import validate_events, validate_url


@pytest.mark.parametrize("url", ["https://hooks.example.com/live", "https://8.8.8.8/"])
def test_public_urls_are_valid(url):
    validate_url(url)


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://10.0.0.1/", "https://localhost/"])
def test_other_urls_are_refused_with_the_reason(settings, url):
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = False
    with pytest.raises(ValidationError) as caught:
        validate_url(url)
    assert caught.value.code == "forbidden_url"


def test_unknown_types_are_named_five_at_most():
    validate_events(["call.ended", "endpoint.*"])
    with pytest.raises(ValidationError) as caught:
        validate_events(["call.ended", *(f"no.{n}" for n in range(9))])
    assert caught.value.messages == ["Unknown event types: no.0, no.1, no.2, no.3, no.4."]
