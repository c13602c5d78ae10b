"""Whose X-Forwarded-* is believed, and which address is the client's."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from liveplatform.security.proxies import TrustedProxies, check_trusted_proxies, client_address

TRUSTED = ["10.0.0.0/8", "::1", "unix"]


@pytest.fixture(autouse=True)
def _trusted(settings):
    settings.TRUSTED_PROXIES = TRUSTED


def seen(peer: str, **headers: str):
    """(address, scheme) as the platform sees a request of this peer."""
    request = RequestFactory(REMOTE_ADDR=peer, **headers).get("/")
    TrustedProxies(lambda _: HttpResponse())(request)
    return request.META["REMOTE_ADDR"], request.scheme


@pytest.mark.parametrize("peer", ["10.1.2.3", "::1", "::ffff:10.1.2.3", ""])
def test_a_trusted_proxy_is_believed(peer):
    told = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}
    assert seen(peer, **told) == ("203.0.113.9", "https")


@pytest.mark.parametrize("peer", ["192.0.2.1", "2001:db8::1", "nonsense"])
def test_anybody_else_is_not(peer):
    told = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}
    assert seen(peer, **told) == (peer, "http")


def test_without_trusted_proxies_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = []
    assert seen("127.0.0.1", HTTP_X_FORWARDED_PROTO="https") == ("127.0.0.1", "http")
    assert seen("", HTTP_X_FORWARDED_PROTO="https") == ("", "http")


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),  # the first was written by the client
        ("203.0.113.9, 10.0.0.7, 10.0.0.8", "203.0.113.9"),  # proxies behind a proxy
        ("203.0.113.9:41234", "203.0.113.9"),
        ("[2001:db8::9]:443", "2001:db8::9"),
        ("1.1.1.1, unknown", ""),
        ("10.0.0.7", ""),
        ("", ""),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxys(chain, client):
    assert client_address(chain.split(",")) == client


@pytest.mark.parametrize("entry", ["0.0.0.0/0", "::/0", "proxy.example"])
def test_a_wrong_entry_is_an_error_at_start(settings, entry):
    settings.TRUSTED_PROXIES = [entry]
    (error,) = check_trusted_proxies()
    assert entry in error.msg
