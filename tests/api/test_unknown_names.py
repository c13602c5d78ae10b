"""Unknown fields and parameters are refused by name at every operation, except where an end is asked for."""

import re
from uuid import uuid4

import pytest

from calls.models import Call
from liveplatform.api.schema import PlatformSchemaGenerator
from tests.support.factories import phone_call

# No end is refused because of a superfluous name; events are the providers' own.
LENIENT = {
    ("POST", "/calls/end"),
    ("POST", "/v1/calls/end"),
    ("POST", "/v1/calls/{call_id}/end"),
    ("POST", "/v1/live/calls/{call_id}/end"),
    ("POST", "/v1/streams/{stream_id}/stop"),
    ("POST", "/v1/sessions/{session_id}/livestream/stop"),
    ("POST", "/v1/providers/{connection_id}/events"),
}
# Bodies of sessions, whose vendor ignores what it does not know.
LENIENT_BODIES = {("POST", "/v1/sessions"), ("PATCH", "/v1/sessions/{session_id}")}
METHODS = ("get", "post", "put", "patch", "delete")


def schema() -> dict:
    return PlatformSchemaGenerator().get_schema(public=True)


# Vobiz and Plivo ignore what they do not know, and Plivo's SDK sends the ids of the path as fields too.
# So does Cloudflare.
LENIENT_PATH = re.compile(r"/(api/)?v1/Account/|(/client/v4)?/accounts/")
OPERATIONS = sorted(
    (method.upper(), path)
    for path, operations in schema()["paths"].items()
    for method in operations
    if method in METHODS and not LENIENT_PATH.match(path)
)


def address(path: str) -> str:
    return re.sub(r"\{\w+\}", str(uuid4()), path.replace("{kind}", "terminate"))


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each not in LENIENT], ids=str)
def test_unknown_names_are_refused_by_name(api, method, path):
    answer = api(method, f"{address(path)}?no_such_filter=1")
    assert (answer.status_code, "no_such_filter" in answer.json()["message"]) == (400, True), answer.content
    if method != "GET" and (method, path) not in LENIENT_BODIES:
        answer = api(method, address(path), {"no_such_field": 1})
        assert (answer.status_code, "no_such_field" in answer.json()["message"]) == (400, True), (
            answer.content
        )
        assert answer.json()["error"] == "validation_error"


def test_every_parameter_of_the_schema_is_known(api):
    for path, operations in schema()["paths"].items():
        for method, operation in operations.items():
            names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
            for name in names:
                answer = api(method.upper(), f"{address(path)}?{name}=")
                refused = answer.content.decode() if answer.status_code == 400 else ""
                assert not re.search("no such (parameter|filter)", refused), (path, name)


@pytest.mark.parametrize("path", sorted(path for _, path in LENIENT if "providers" not in path))
def test_an_end_ignores_them(api, path):
    call = phone_call(api.account)
    body = {"call_id": str(call.pk), "no_such_field": 1}
    answer = api("POST", f"{address(path)}?no_such_filter=1", body)
    assert "no_such" not in answer.content.decode()
    assert Call.objects.get(pk=call.pk).is_over is ("_id}" not in path)


def test_names_inside_lists_are_refused_too(api):
    phone_call(api.account)
    body = {"call_from": "+14155550100", "call_to": "+14155550111", "twiml": "<Response/>"}
    wrong = body | {"dynamic_variables": [{"name": "n", "value": "v", "no_such_field": 1}]}
    assert "no_such_field" in api("POST", "/calls/make-call", wrong).json()["message"]
