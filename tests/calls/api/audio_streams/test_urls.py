"""Both slashes, no redirect; and no request that a client can make is a 500."""

import pytest

from tests.calls.streams.streams import stream
from tests.support.factories import phone_call

pytestmark = pytest.mark.django_db(transaction=True)

ROOTS = ("/api/v1", "/v1")
RESTS = ("Call", "Call/{call}", "Call/{call}/Stream", "Call/{call}/Stream/{stream}")
ADDRESSES = [
    f"{root}/Account/{{auth}}/{rest}{slash}" for root in ROOTS for rest in RESTS for slash in ("", "/")
]
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE")
BODIES = [
    (b"", "application/json"),
    (b"", ""),
    (b"{", "application/json"),
    (b"[]", "application/json"),
    (b'"text"', "application/json"),
    (b"null", "application/json"),
    (b'{"service_url": {"a": []}, "bidirectional": [1], "stream_timeout": 1e400}', "application/json"),
    (b'{"service_url": 1, "extra_headers": {"a": {"b": 1}}, "audio_track": true}', "application/json"),
    (b'{"service_url": "wss://[::1", "stream_timeout": true, "content_type": 5}', "application/json"),
    (b'{"service_url": "wss://bot.example.com:99999/", "to": [], "from": {}}', "application/json"),
    (b'{"service_url": "wss://\xc3\xbc.example.com/", "extra_headers": "\xc3\xbc:1"}', "application/json"),
    (b'{"service_url": "wss://a.example.com/\\u0000"}', "application/json"),
    (b'{"service_url": "wss://a.example.com/\\ud800"}', "application/json"),
    (b'{"from": "+1", "to": "<<<", "answer_url": "https://", "time_limit": "9e9"}', "application/json"),
    (
        b'{"from": "+14155550100", "to": "+1415<", "answer_url": "https://a.b/%s"}' % (b"x" * 3000),
        "application/json",
    ),
    (b"\xff\xfe", "application/x-www-form-urlencoded"),
    (b"service_url=%00&to=%00", "application/x-www-form-urlencoded"),
    (b"&".join([b"a=1"] * 2000), "application/x-www-form-urlencoded"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\n", "multipart/form-data"),
    (b"<a/>", "application/xml"),
    (b"a" * 2_000_000, "application/json"),
]
QUERIES = (
    "?status=live&limit=",
    "?status=%ff&limit=x",
    "?%00=1",
    "?status=live&status=queued",
    "?limit=-1&offset=9e9",
)
IDS = (
    "x",
    "null",
    "..",
    "%00",
    "ü",
    "0" * 36,
    "-" * 36,
    "%2e%2e",
    "a b",
    "1" * 5000,
    "D2F7CB55-1433-4815-A413-2C53BBB372F1",
)


@pytest.fixture
def fill(api):
    call = phone_call(api.account, connection=None)
    names = {"auth": api.account.auth_id, "call": call.pk, "stream": stream(api.account, call=call).pk}
    return lambda address, **others: address.format(**names | others)


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_address_answers_itself(api, fill, address):
    """A redirect would turn a POST into a GET, and lose the body of both."""
    for method in METHODS:
        answer = api(method, fill(address))
        assert answer.status_code < 300 or 400 <= answer.status_code < 500, (method, answer.status_code)


@pytest.mark.parametrize("address", ADDRESSES[1::2])
def test_no_body_and_no_query_is_a_500(api, fill, address):
    for method in ("POST", "DELETE", "GET"):
        for body, kind in BODIES:
            answer = api(method, fill(address), body, Content_Type=kind)
            assert answer.status_code < 500 or answer.status_code == 503, (method, body[:80], answer.content)
        for query in QUERIES:
            assert api(method, fill(address) + query, {}).status_code in (*range(200, 500), 503), query


@pytest.mark.parametrize("odd", IDS, ids=[f"{odd:.12}" for odd in IDS])
def test_no_id_is_a_500(api, fill, odd):
    for address in ADDRESSES[1::2]:
        for name in ("auth", "call", "stream"):
            for method in ("GET", "POST", "DELETE"):
                answer = api(method, fill(address, **{name: odd}), {})
                assert answer.status_code < 500, (method, address, name, answer.content)


@pytest.mark.parametrize(
    "headers",
    [
        {"Idempotency_Key": "ü"},
        {"Idempotency_Key": "k" * 300},
        {"X_Auth_Token": "\x01"},
        {"X_Auth_ID": "ü"},
        {"Authorization": "Basic " + "A" * 9000},
        {"Authorization": "Basic /w=="},
        {"Accept": "text/xml"},
        {"X_Request_ID": "\t"},
    ],
)
def test_no_header_is_a_500(api, fill, headers):
    for address in ADDRESSES[1::2]:
        for method in ("GET", "POST", "DELETE"):
            assert api(method, fill(address), {}, **headers).status_code < 500


@pytest.mark.parametrize(
    "path", ["/v1/account/x/Call/", "/api/v1/Accounts/x/Call/", "/api/v1/Account/x/call/"]
)
def test_the_case_of_an_address_counts(api, path):
    assert api("GET", path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/v1/Account", "/api/v1/Account/x/Recording/", "/v1/Account/x/Call/y/Play/"]
)
def test_what_is_not_served_is_404_in_the_vendors_shape(api, path):
    answer = api("GET", path)
    assert answer.status_code == 404 and set(answer.json()) == {"api_id", "error"}
