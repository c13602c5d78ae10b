"""check_url: which URLs may be saved for an endpoint."""

import contextlib

import pytest
from django.test import override_settings
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from liveplatform.egress.url_policy import DestinationForbidden, check_url, refresh_denylist
from tests.support.ssrf_hosts import REFUSED, RESOLVING_INSIDE


@pytest.fixture(autouse=True, scope="module")
def _strict():
    with override_settings(WEBHOOK_ALLOW_HTTP=False, WEBHOOK_ALLOW_LOOPBACK=False, WEBHOOK_DENYLIST=[]):
        yield


@pytest.mark.parametrize("host", REFUSED)
def test_a_host_in_disguise_is_refused_with_and_without_a_port(host):
    for port in ("", ":8443"):
        with pytest.raises(DestinationForbidden):
            check_url(f"https://{host}{port}/hook")


def test_the_table_is_long_enough():
    assert len(set(REFUSED + RESOLVING_INSIDE)) >= 60


@pytest.mark.parametrize("host", [*RESOLVING_INSIDE, "HOOKS.example.com", "8.8.8.8", "[2606:4700::1111]"])
def test_proper_hosts_may_be_saved(host):
    assert check_url(f"https://{host}:8443/a/b?c=d") == f"https://{host}:8443/a/b?c=d"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://hooks.example.com/", "begin with https"),
        ("ftp://hooks.example.com/", "begin with https"),
        ("file:///etc/passwd", "begin with https"),
        ("gopher://hooks.example.com/", "begin with https"),
        ("hooks.example.com", "begin with https"),
        ("//hooks.example.com/", "begin with https"),
        ("https://hooks.example.com:0/", "port 0"),
        ("https://hooks.example.com:99999/", "not a URL"),
        ("https://hooks.example.com:http/", "not a URL"),
        ("https://hooks.example.com/#here", "fragment"),
        ("https://user:pass@hooks.example.com/", "user name or password"),
        ("https://hooks.example.com/a b", "spaces"),
        ("https://hooks.example.com/\r\nX-A: b", "control characters"),
        ("https://hooks.example.com/" + "a" * 2000, "longer than"),
        ("https://192.168.0.1/", "internal or special address"),
        ("https://bücher.example/", "punycode"),
        ("", "begin with https"),
    ],
)
def test_a_refusal_says_why(url, complaint):
    with pytest.raises(DestinationForbidden, match=complaint):
        check_url(url)


def test_http_only_by_setting(settings):
    settings.WEBHOOK_ALLOW_HTTP = True
    assert check_url("http://hooks.example.com/")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "[::1]", "localhost"])
def test_loopback_only_by_setting(settings, host):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    assert check_url(f"https://{host}:9000/")


@pytest.mark.parametrize("host", ["10.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "foo.localhost", "0.0.0.0"])
def test_the_loopback_setting_opens_nothing_else(settings, host):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    with pytest.raises(DestinationForbidden):
        check_url(f"https://{host}:9000/")


@pytest.mark.parametrize(
    ("denied", "host"),
    [
        ("93.184.216.34", "93.184.216.34"),
        ("93.184.216.0/24", "93.184.216.99"),
        ("2606:2800::/32", "[2606:2800::1]"),
        ("platform.example.com", "platform.example.com"),
    ],
)
def test_addresses_on_the_denylist_are_refused(settings, denied, host):
    settings.WEBHOOK_DENYLIST = [denied]
    refresh_denylist()
    with pytest.raises(DestinationForbidden):
        check_url(f"https://{host}/")


ODD = st.text(alphabet="htps:/@[]%.#?\\0123456789abcdefxX-_~ \t\u3002\u2488\u00ad\u212a", max_size=60)


@given(st.one_of(ODD.map("https://".__add__), ODD, st.text(max_size=80).map("https://".__add__)))
@example("https://[v1.a]/")
@example("https://[::1%25]/")
@example("https://\ud800.example.com/")
@example("https://xn--a.example/")
@example("https://xn--.com/")
@hypothesis_settings(max_examples=1000, deadline=None)
def test_any_text_is_checked_without_a_crash(url):
    with contextlib.suppress(DestinationForbidden):
        assert check_url(url) == url
        assert url.startswith("https://")
