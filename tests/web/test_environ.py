"""ASGI scopes as WSGI environs."""

from liveplatform.web.environ import address_of, body_length, make_environ

SCOPE = {
    "method": "POST",
    "path": "/v1/calls/ä",
    "query_string": b"a=%20b",
    "http_version": "1.1",
    "scheme": "http",
    "server": ("127.0.0.1", 8000),
    "client": ("10.1.2.3", 5555),
    "headers": [],
}


def environ(*headers: tuple[str, str]) -> dict:
    return make_environ(SCOPE | {"headers": [(name.encode(), value.encode()) for name, value in headers]})


def test_the_request_line_and_addresses():
    made = environ()
    assert made["PATH_INFO"].encode("latin-1").decode() == "/v1/calls/ä"
    assert (made["REQUEST_METHOD"], made["QUERY_STRING"]) == ("POST", "a=%20b")
    assert (made["SERVER_NAME"], made["SERVER_PORT"], made["REMOTE_ADDR"]) == (
        "127.0.0.1",
        "8000",
        "10.1.2.3",
    )


def test_headers():
    made = environ(
        ("content-type", "application/json"),
        ("content-length", "7"),
        ("x-auth-token", "t"),
        ("x_auth_token", "forged"),
        ("accept", "a"),
        ("accept", "b"),
        ("cookie", "c=1"),
        ("cookie", "d=2"),
    )
    assert (made["CONTENT_TYPE"], made["CONTENT_LENGTH"], made["HTTP_X_AUTH_TOKEN"]) == (
        "application/json",
        "7",
        "t",
    )
    assert (made["HTTP_ACCEPT"], made["HTTP_COOKIE"]) == ("a,b", "c=1; d=2")


def test_a_body_has_a_length_none_or_an_unknown_one():
    assert body_length(environ()) == 0
    assert body_length(environ(("content-length", "12"))) == 12
    assert body_length(environ(("transfer-encoding", "chunked"))) is None


def test_the_address_is_the_peers_or_what_a_trusted_proxy_tells(settings):
    forwarded = environ(("x-forwarded-for", "203.0.113.9"))
    assert address_of(forwarded) == "10.1.2.3"
    settings.TRUSTED_PROXIES = ["10.1.2.3"]
    assert address_of(forwarded) == "203.0.113.9"
