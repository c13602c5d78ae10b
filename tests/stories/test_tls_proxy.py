"""Behind a proxy that ends TLS: staff log in, and nobody else is believed about scheme and address."""

import re
import time

import pytest
import requests
from requests.adapters import HTTPAdapter

from liveplatform.dev.stack import LocalStack, free_port
from tests.conftest import QUICK
from tests.support.servers import sql
from tests.support.stories import VAR
from tests.support.tls_proxy import tls_proxy

PASSWORD = "correct horse battery staple"
CLIENT, STRANGER, SPOOFED = "127.0.0.3", "127.0.0.2", "203.0.113.9"


class From(HTTPAdapter):
    """Connections from one of this machine's loopback addresses."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


def browser(address: str, ca=None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(ca) if ca else False
    session.mount("https://", From(address))
    session.mount("http://", From(address))
    return session


@pytest.fixture(scope="module")
def web(running: LocalStack, tmp_path_factory):
    """A second web process of the platform whose public address is the proxy's: (platform, URL, certificate)."""
    port = free_port()
    url = f"https://localhost:{port}"
    second = LocalStack(VAR, QUICK | {"PUBLIC_URL": url, "TRUSTED_PROXIES": "127.0.0.1"})
    second.env |= {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    second.manage("createsuperuser", "--noinput", "--username", "first", "--email", "first@example.com")
    second.start("web-tls")
    try:
        _wait_for(f"{second.url}/healthz")
        with tls_proxy(port, second.port, tmp_path_factory.mktemp("tls")) as certificate:
            yield second, url, certificate
    finally:
        second.kill("web-tls")


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            assert requests.get(url, timeout=2).status_code == 200
            return
        except requests.ConnectionError:
            assert time.monotonic() < until
            time.sleep(0.1)


def token(page: requests.Response) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text).group(1)


def log_in(session: requests.Session, url: str, password: str = PASSWORD, **headers: str):
    page = session.get(f"{url}/admin/login/?next=/admin/")
    form = {"username": "first", "password": password, "csrfmiddlewaretoken": token(page), "next": "/admin/"}
    headers = {"Referer": page.url, **headers}
    return session.post(f"{url}/admin/login/", form, headers=headers, allow_redirects=False)


def test_staff_log_in_and_post_a_form(web):
    _, url, certificate = web
    staff = browser(CLIENT, certificate)
    answer = log_in(staff, url)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    cookies = answer.raw.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"csrftoken", "sessionid"}
    assert all("; Secure" in cookie and "; HttpOnly" in cookie for cookie in cookies)

    add = staff.get(f"{url}/admin/accounts/account/add/")
    assert add.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "script-src 'self';" in add.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in add.headers["Content-Security-Policy"]
    form = {
        "name": "made over TLS",
        "is_active": "on",
        "call_join_limit": "3600",
        "stream_time_limit": "14400",
        "csrfmiddlewaretoken": token(add),
    }
    made = staff.post(add.url, form, headers={"Referer": add.url})
    assert (made.status_code, made.url) == (200, f"{url}/admin/accounts/account/")
    assert "made over TLS" in made.text
    foreign = staff.post(add.url, form, headers={"Referer": "https://evil.example/"})
    assert foreign.status_code == 403


def test_plain_http_is_sent_to_the_public_address(web):
    platform, url, _ = web
    answer = browser(STRANGER).get(f"{platform.url}/admin/?a=1", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{url}/admin/?a=1")
    for probe in ("healthz", "readyz", "metrics"):
        assert browser(STRANGER).get(f"{platform.url}/{probe}", allow_redirects=False).status_code == 200


def test_a_stranger_is_not_believed(web):
    """The headers of a trusted proxy, sent by somebody else who reaches the port."""
    platform, url, _ = web
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-For": SPOOFED, "Host": url.removeprefix("https://")}
    trusted = browser("127.0.0.1").get(f"{platform.url}/admin/login/", headers=claims, allow_redirects=False)
    assert trusted.status_code == 200
    stranger = browser(STRANGER).get(f"{platform.url}/admin/login/", headers=claims, allow_redirects=False)
    assert stranger.status_code == 301
    assert "Strict-Transport-Security" not in stranger.headers
    assert '"peer": "127.0.0.2"' in platform.log("web-tls")
    assert "forwarded_headers_dropped" in platform.log("web-tls")


def test_failures_lock_the_clients_own_address(web):
    """Behind the proxy all clients share a peer; what a client adds to X-Forwarded-For changes nothing."""
    _, url, certificate = web
    guesser = browser("127.0.0.4", certificate)
    codes = [
        log_in(guesser, url, f"wrong {n}", **{"X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(6)
    ]
    assert codes[:4] == [200] * 4
    assert codes[-1] == 429
    recorded = (
        "SELECT string_agg(DISTINCT host(ip_address), ',') FROM axes_accessattempt WHERE username = 'first'"
    )
    assert sql(VAR, recorded) == "127.0.0.4"
    assert log_in(guesser, url).status_code == 429
    assert log_in(browser(CLIENT, certificate), url).status_code == 302
