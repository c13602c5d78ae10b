"""Bad bodies, queries and addresses get a 4xx in the surface's shape, never a 500."""

import json

import pytest

from calls.models import Call

MIB = 1024 * 1024
GOOD = {"host_user_id": "h", "title": "t"}
DEEP = b'{"host_user_id":"h","title":"t","metadata":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}"

BAD = {
    "no JSON": (b"{", 400),
    "a list": (b"[]", 400),
    "a number": (b"7", 400),
    "null": (b"null", 400),
    "text": (b'"x"', 400),
    "not UTF-8": (b'{"title": "\xff"}', 400),
    "half a surrogate": (b'{"host_user_id": "h", "title": "\\ud800"}', 400),
    "a NUL": (b'{"host_user_id": "h", "title": "a\\u0000b"}', 400),
    "a NUL in a key": (b'{"host_user_id": "h", "title": "t", "metadata": {"a\\u0000": 1}}', 400),
    "a raw NUL": (b'{"host_user_id": "h", "title": "a\0b"}', 400),
    "infinity": (b'{"host_user_id": "h", "title": "t", "metadata": {"a": 1e999}}', 400),
    "NaN": (b'{"host_user_id": "h", "title": "t", "metadata": {"a": NaN}}', 400),
    "a number beyond 64 bits": (
        b'{"host_user_id": "h", "title": "t", "metadata": {"a": [9223372036854775808]}}',
        400,
    ),
    "a float beyond 64 bits": (b'{"host_user_id": "h", "title": "t", "metadata": {"a": {"b": -1e20}}}', 400),
    "deep": (DEEP, 400),
    "very deep": (b"[" * 100_000, 400),
    "too large": (b'{"title": "' + b"x" * MIB + b'"}', 413),
    "far too large": (b" " * (8 * MIB), 413),
    "nothing": (b"", 400),
    "wrong types": (json.dumps({"host_user_id": 7, "title": ["t"]}).encode(), 400),
    "too long": (json.dumps(GOOD | {"title": "t" * 501}).encode(), 400),
    "no time": (json.dumps(GOOD | {"scheduled_at": "soon"}).encode(), 400),
    "a time beyond time": (json.dumps(GOOD | {"scheduled_at": "9999-12-31T23:59:59-23:59"}).encode(), 400),
}


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k"}], ids=["without key", "with key"])
@pytest.mark.parametrize(("body", "status"), BAD.values(), ids=BAD)
def test_a_bad_body_is_refused_in_the_live_shape(api, body, status, key):
    before = Call.objects.count()
    answer = api("POST", "/v1/live/calls", body, **key)
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"error", "message"}
    assert Call.objects.count() == before


@pytest.mark.parametrize(("body", "status"), BAD.values(), ids=BAD)
def test_a_bad_body_is_refused_in_the_telephony_envelope(api, body, status):
    answer = api("POST", "/calls/make-call", body)
    assert answer.status_code == status, answer.content
    assert (answer.json()["status"], answer.json()["data"]) == ("error", None)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "x",
    ],
)
@pytest.mark.parametrize("path", ["/v1/live/calls", "/calls/make-call", "/v1/api-keys"])
def test_another_content_type_is_415(api, kind, path):
    answer = api("POST", path, b'{"a": 1}', Content_Type=kind)
    assert answer.status_code == 415
    assert answer.json()["error"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "application/vnd.api+json", "APPLICATION/JSON"]
)
def test_other_json_media_types_are_parsed(api, kind):
    answer = api("POST", "/v1/api-keys", b'{"name": "x", "scopes": ["read:live"]}', Content_Type=kind)
    assert answer.status_code == 201


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense"])
def test_responses_are_json_for_every_accept_header(api, accept):
    answer = api("GET", "/v1/live/calls", Accept=accept)
    assert answer["Content-Type"] == "application/json"


def test_an_escaped_backslash_before_u0000_is_no_nul(api):
    answer = api("POST", "/v1/api-keys", rb'{"name": "\\u0000", "scopes": ["read:live"]}')
    assert (answer.status_code, answer.json()["name"]) == (201, r"\u0000")
