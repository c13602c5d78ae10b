"""Bad bodies, queries and addresses get a 4xx in the surface's shape, never a 500."""

import json
from urllib.parse import quote

import pytest

from calls.models import Call
from liveplatform.accounts.models import Account
from tests.support.factories import phone_call

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
def test_json_by_another_name_is_read(api, kind):
    answer = api("POST", "/v1/api-keys", b'{"name": "x"}', Content_Type=kind)
    assert answer.status_code == 201


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense"])
def test_answers_are_json_whatever_is_asked_for(api, accept):
    answer = api("GET", "/v1/live/calls", Accept=accept)
    assert answer["Content-Type"] == "application/json"


def test_a_backslash_before_u0000_is_no_nul(api):
    answer = api("POST", "/v1/api-keys", rb'{"name": "\\u0000"}')
    assert (answer.status_code, answer.json()["name"]) == (201, r"\u0000")


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/nothing", {"error", "message"}),
        ("/nothing", {"error", "message"}),
        ("/v1/live/nothing", {"error", "message"}),
        ("/v1/live/calls/not-an-id", {"error", "message"}),
        ("/v1/live/calls/0d9a3f0e-0000-4000-8000-00000000000z", {"error", "message"}),
        ("/v1/live/calls/------------------------------------", {"error", "message"}),
        ("/v1/live/calls/%00", {"error", "message"}),
        ("/calls/nothing/at/all", {"status", "message", "data", "error"}),
        ("/v1/calls/nothing/at/all", {"error", "message"}),
        ("/calls/%00", {"status", "message", "data", "error"}),
    ],
)
def test_an_unknown_address_is_404_in_the_shape_of_its_surface(api, path, shape):
    answer = api("GET", path)
    assert answer.status_code == 404
    assert set(answer.json()) == shape


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=²", "limit=000000005000"]
)
def test_a_limit_out_of_bounds_is_400(api, query):
    assert api("GET", f"/v1/live/calls?{query}").status_code == 400


@pytest.mark.parametrize("query", ["host_user_id=%00", "cursor=%00", "status=%00"])
def test_a_nul_in_the_query_is_400(api, query):
    assert api("GET", f"/v1/live/calls?{query}").status_code == 400


def test_the_house_names_what_is_wrong_with_which_field(api):
    answer = api("POST", "/v1/api-keys", {"name": "x" * 101, "scopes": ["all"], "nmae": "x"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "validation_error"
    assert answer.json()["fields"] == {"nmae": ["There is no such field."]}
    answer = api("POST", "/v1/api-keys", {"name": "x" * 101, "scopes": ["all"]})
    assert set(answer.json()["fields"]) == {"name", "scopes"}
    assert answer.json()["message"].startswith("name: ")


def test_a_host_that_is_not_ours_is_400(api):
    answer = api("GET", "/v1/live/calls", Host="evil.example.com")
    assert answer.status_code == 400
    assert Account.objects.exists()


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SOON = "2031-01-02T10:00:00Z"
NO_IDS = [1, 10**37, True, None, ["0" * 32], "1" * 31 + "_1", "1" * 33, ("1" * 32).translate(ARABIC)]


@pytest.mark.parametrize("given", NO_IDS)
def test_an_id_is_text_of_a_uuid_and_nothing_else(api, given):
    strictly = {"Prefer": "handling=strict"}
    assert api("POST", "/calls/end", {"call_id": given}, **strictly).status_code == 400
    assert api("POST", "/v1/calls/bulk-end", {"ids": [given]}).status_code == 400
    for operator in ({"eq": given}, {"in": [given]}):
        wanted = {"filter": {"id": operator}, "dry_run": True}
        assert api("POST", "/v1/calls/bulk-end", wanted).status_code == 400, operator


@pytest.mark.parametrize("spelling", [str, str.upper, lambda text: text.replace("-", "")])
def test_an_id_may_be_spelled_as_uuids_are(api, spelling):
    call = phone_call(api.account, provider_call_id="")
    body = {"call_id": spelling(str(call.pk))}
    assert api("POST", "/calls/end", body).json()["data"]["id"] == str(call.pk)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/live/calls", GOOD | {"scheduled_at": SOON}),
        ("POST", "/v1/api-keys", {"expires_at": SOON}),
        ("GET", f"/v1/calls?created_at[lt]={SOON}", None),
        ("GET", "/v1/calls?created_at[lt]=7d", None),
        ("GET", "/v1/calls?duration=61", None),
        ("GET", "/calls/query?start_date=2031-01-02", None),
    ],
)
def test_digits_of_other_scripts_are_no_digits_here(api, method, path, body):
    told = {name: text.translate(ARABIC) if text == SOON else text for name, text in (body or {}).items()}
    route, _, query = path.partition("?")
    name, _, value = query.partition("=")
    foreign = f"{route}?{name}={quote(value.translate(ARABIC))}" if query else path
    assert api(method, path, body).status_code != 400
    assert api(method, foreign, told or None).status_code == 400
