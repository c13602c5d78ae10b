"""Fetching a small document over checked connections."""

import pytest

from liveplatform.egress import fetch
from liveplatform.egress.fetch import fetch_text
from liveplatform.egress.url_policy import DestinationForbidden


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOW_LOOPBACK = True


def test_the_text_of_a_200(receiver):
    assert fetch_text(receiver.url("/ok")) == "thank you"


@pytest.mark.parametrize("path", ["/status/404", "/status/500", "/redirect?to=/ok"])
def test_any_other_status_is_an_error(receiver, path):
    with pytest.raises(ValueError, match="the answer was"):
        fetch_text(receiver.url(path))


def test_an_internal_address_gets_no_request(receiver, settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    with pytest.raises(DestinationForbidden):
        fetch_text(receiver.url("/ok/internal"))
    assert receiver.received("/ok/internal") == []


@pytest.mark.parametrize("path", ["/reset", "/drop"])
def test_a_broken_connection_is_an_os_error(receiver, path):
    with pytest.raises(OSError, match="the request failed"):
        fetch_text(receiver.url(path))


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_one_timeout_covers_the_whole_fetch(receiver, monkeypatch, path):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.3)
    with pytest.raises(TimeoutError):
        fetch_text(receiver.url(path))
