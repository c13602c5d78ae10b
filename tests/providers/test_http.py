"""The transport and misbehaving servers: deadlines, sizes, known and unknown outcomes, errors."""

import gzip
import json
import ssl
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from providers import http
from providers.breaker import BREAKER_FAILURES
from providers.errors import NotConfigured, Rejected, Unavailable, UnknownOutcome
from providers.http import Transport, TransportOptions, parse_retry_after
from providers.registry import build_adapter
from tests.support.misbehaving_server import drips, misbehaving_server, responds


def read_error(status, body):
    return str(body.get("code") or ""), f"error {body.get('code', '')} ({status})", ""


def ask(base_url, method="POST", timeout=0.5):
    transport = Transport(
        "Acme", TransportOptions(base_url, timeout=timeout), base_url="", read_error=read_error
    )
    return transport.request(method, "/x", form=[("To", "+14155550111")], auth=(b"sid", b"s3cret"))


def error_of(conduct, error=UnknownOutcome, **how):
    """The error that this behaviour of the server becomes."""
    with misbehaving_server(conduct) as url, pytest.raises(error) as raised:
        ask(url, **how)
    assert "s3cret" not in repr(raised.value) and "4155550111" not in repr(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return raised.value


@pytest.mark.parametrize(
    "conduct",
    [
        drips(b"", b"H"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "),
        drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        drips(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["status", "headers", "one header", "body", "chunks", "continues"],
)
def test_the_deadline_holds_however_the_answer_drips(conduct):
    began = time.monotonic()
    assert error_of(conduct).code == "timeout"
    assert time.monotonic() - began < 0.75


def test_the_deadline_holds_when_silence_follows_a_late_first_byte():
    def conduct(peer):
        time.sleep(0.4)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        time.sleep(2)

    began = time.monotonic()
    assert error_of(conduct).code == "timeout"
    assert time.monotonic() - began < 0.75


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_answer_is_given_up_even_when_it_came_small(packed):
    body = b" " * (50 * http.MAX_RESPONSE_BYTES)
    body, header = (gzip.compress(body), "Content-Encoding: gzip") if packed else (body, "X-A: b")
    assert error_of(responds("200 OK", body, header), timeout=5).code == "too_large"


def test_a_packed_answer_is_read():
    body = gzip.compress(b'{"sid": "CA1"}')
    with misbehaving_server(responds("200 OK", body, "Content-Encoding: gzip")) as url:
        assert ask(url).data == {"sid": "CA1"}


def _reset(peer):
    peer.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER 0: RST instead of FIN
    peer.close()


@pytest.mark.parametrize(
    "conduct",
    [
        _reset,
        lambda peer: peer.close(),
        lambda peer: peer.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"),
        lambda peer: (peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), peer.close()),
        responds("200 OK", b"<html>", "Content-Type: text/html"),
        responds("200 OK", b"[" * 500_000),
        responds("200 OK", b"{}", "Content-Encoding: gzip"),
        responds("302 Found", b"", "Location: http://127.0.0.1:9/"),
        responds("408 Request Timeout"),
        responds("500 Oops", b"\xff\xfe"),
        responds("503 Busy", b"{}"),
    ],
    ids=["reset", "eof", "no http", "cut", "html", "nested", "not gzip", "redirect", "408", "500", "503"],
)
def test_a_lost_answer_is_an_unknown_outcome_and_of_a_read_just_unavailable(conduct):
    error_of(conduct)
    assert type(error_of(conduct, Unavailable, method="GET")) is Unavailable


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9", "http://nowhere.invalid", "http://a..b"])
def test_what_was_never_sent_did_not_happen(base_url):
    with pytest.raises(Unavailable) as raised:
        ask(base_url)
    assert type(raised.value) is Unavailable
    assert raised.value.code == "unreachable"


def test_a_server_without_tls_has_received_nothing():
    with misbehaving_server(responds("200 OK", b"{}")) as url, pytest.raises(Unavailable) as raised:
        ask(url.replace("http:", "https:"))
    assert type(raised.value) is Unavailable


def test_a_tls_connection_that_breaks_after_the_request_is_an_unknown_outcome(monkeypatch):
    def broken(self, data):
        http.sockets.current_request.sent = True
        raise ssl.SSLEOFError("EOF occurred in violation of protocol")

    monkeypatch.setattr(http.sockets._Connection, "send", broken)
    error_of(responds("200 OK", b"{}"))


@pytest.mark.parametrize("base_url", ["api.acme.example", "ftp://acme.example", "http://"])
def test_an_address_that_is_none_is_not_configured(base_url):
    with pytest.raises(NotConfigured, match="Acme"):
        ask(base_url)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("9" * 400, http.MAX_RETRY_AFTER),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 9999 07:28:00 GMT", http.MAX_RETRY_AFTER),
        ("-5", None),
        ("²", None),
        ("soon", None),
        ("Wed, 99 Oct 2015 99:28:00 GMT", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(header, seconds):
    def conduct(peer):
        peer.sendall(f"HTTP/1.1 429 Slow\r\nRetry-After: {header}\r\n".encode("latin-1"))
        peer.sendall(b"Content-Length: 0\r\n\r\n")

    error = error_of(conduct, Unavailable)
    assert type(error) is Unavailable, "it was never processed"
    assert error.retry_after == seconds


def test_retry_after_may_be_a_date_to_come():
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    error = error_of(responds("429 Slow", b"", f"Retry-After: {date}"), Unavailable)
    assert 50 < error.retry_after <= 60


@pytest.mark.parametrize(("status", "code"), [("401 No", "auth"), ("403 No", "auth"), ("422 No", "90018")])
def test_a_refusal_has_the_providers_code_or_says_that_it_is_the_credentials(status, code):
    body = json.dumps({"code": 90018, "message": "+14155550111 s3cret"}).encode()
    assert error_of(responds(status, body), Rejected).code == code


@pytest.mark.parametrize(
    "conduct", [responds("429 Slow"), responds("400 No", b"{}"), responds("404 No", b"<p>")]
)
def test_the_breaker_stays_closed_for_a_provider_that_answers(conduct):
    with misbehaving_server(conduct) as url:
        for _ in range(BREAKER_FAILURES + 2):
            with pytest.raises((Unavailable, Rejected)) as raised:
                ask(url)
            assert raised.value.code != "breaker_open"


def test_one_connections_breaker_is_not_anothers():
    with (
        misbehaving_server(responds("503 Busy")) as bad,
        misbehaving_server(responds("200 OK", b"{}")) as good,
    ):
        for _ in range(BREAKER_FAILURES + 1):
            with pytest.raises(Unavailable):
                ask(bad)
        assert ask(good).status == 200


def test_a_connection_is_kept_and_shared_between_threads():
    peers, whole = set(), responds("200 OK", b"{}")

    def conduct(peer):
        peers.add(peer.getpeername())
        whole(peer)

    with misbehaving_server(conduct) as url:
        for _ in range(5):
            ask(url)
        assert len(peers) == 1
        with ThreadPoolExecutor(4) as threads:
            assert {answer.status for answer in threads.map(lambda _: ask(url), range(40))} == {200}


def test_the_least_recently_used_connections_are_dropped(monkeypatch):
    monkeypatch.setattr(http, "MAX_CONNECTIONS_KEPT", 3)
    monkeypatch.setattr(http, "_states", type(http._states)())
    for key in "abcad":
        http._state_of(key)
    assert list(http._states) == ["c", "a", "d"]


def test_the_environment_and_cookies_are_ignored(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    heads, whole, lock = [], responds("200 OK", b"{}", "Set-Cookie: session=one"), threading.Lock()
    with misbehaving_server(whole) as url:
        line = http._state_of(f"Acme {url}")
        line.session.hooks["response"].append(lambda r, **_: lock and heads.append(r.request.headers))
        ask(url)
        ask(url)
    assert len(heads) == 2 and all("Cookie" not in head for head in heads)


@pytest.mark.parametrize("token", ["tökén-€-токен", "a:b c\n"])
def test_odd_credentials_are_sent_as_they_are_and_never_shown(sandbox_url, account_sid, token):
    credentials = {"account_sid": account_sid, "auth_token": token}
    twilio = build_adapter("twilio", credentials, base_url=sandbox_url, key=account_sid)
    call = twilio.make_call(to="+14155550111", from_="+14155550100")
    assert twilio.end_call(call.id).status == "ended"
    other = build_adapter("twilio", credentials | {"auth_token": "x"}, base_url=sandbox_url, key=account_sid)
    with pytest.raises(Rejected) as raised:
        other.end_call(call.id)
    assert raised.value.code == "auth"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
    ],
)
def test_retry_after_in_seconds(header, seconds):
    assert parse_retry_after(header) == seconds


def test_retry_after_as_a_date():
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert parse_retry_after("Fri, 31 Dec 2100 23:59:59 GMT", 7200) == 7200
    assert parse_retry_after("Fri, 31 Dec 99999 23:59:59 GMT") is None


def test_slow_answers_are_not_waited_for_but_still_asked_for(monkeypatch):
    monkeypatch.setattr(http, "SLOW_SECONDS", 0.05)

    def slowly(peer):
        time.sleep(0.1)
        responds("200 OK", b"{}")(peer)

    with misbehaving_server(slowly) as url:
        for _ in range(BREAKER_FAILURES):
            assert ask(url).status == 200
        with pytest.raises(Unavailable):
            http.require_quick(f"Acme {url}", "Acme")
        assert ask(url).status == 200  # a worker, which nobody waits for
    with misbehaving_server(responds("200 OK", b"{}")) as url:
        for _ in range(BREAKER_FAILURES + 1):
            assert ask(url).status == 200
        http.require_quick(f"Acme {url}", "Acme")
