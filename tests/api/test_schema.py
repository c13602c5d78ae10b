"""The OpenAPI document: valid, without warnings, and true (schemathesis walks the whole API)."""

import json
import re
from contextlib import suppress

import pytest
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import validate

from tests.support.client import Customer
from tests.support.routes import routes, scopes_of


@pytest.fixture(scope="session")
def document(tmp_path_factory) -> dict:
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(path), "--fail-on-warn")
    return json.loads(path.read_text())


def test_a_tokens_promise_is_what_the_providers_keep(document):
    """GetStream's tokens add access to a call, and restrict nobody to it."""
    (path,) = (
        path for path in document["paths"] if path.startswith("/v1/live/calls/") and path.endswith("/token")
    )
    text = document["paths"][path]["post"]["description"]
    assert "takes no other access away" in text and "this user and call only" not in text


def test_the_document_is_valid_openapi_3_1(document, tmp_path):
    assert document["openapi"].startswith("3.1")
    validate(document)
    path = str(tmp_path / "schema.json")
    call_command("spectacular", "--format", "openapi-json", "--file", path, "--validate", "--fail-on-warn")


# Authenticated by the provider's signature; every other route needs a key.
SIGNED = "/v1/providers/{connection_id}/events"


def test_only_provider_events_need_no_key(document):
    open_to_all = [path for path, view in routes() if not view.cls.authentication_classes]
    assert [f"/{path.replace('<id:', '{').replace('>', '}')}" for path in open_to_all] == [SIGNED]
    assert not document["paths"][SIGNED]["post"].get("security")
    assert {"400", "403", "404", "413"} <= set(document["paths"][SIGNED]["post"]["responses"])


def test_every_operation_names_its_scope_and_its_errors(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path == SIGNED:
                continue
            assert operation["security"], (method, path)
            assert operation["x-required-scope"].split(":")[0] in ("read", "write", "admin"), (method, path)
            assert {"401", "403"} <= set(operation["responses"]), (method, path)
            assert operation["summary"], (method, path)


def test_every_scheme_that_an_operation_refers_to_is_described(document):
    referred = {
        name
        for operations in document["paths"].values()
        for operation in operations.values()
        for way in operation.get("security", [])
        for name in way
    }
    schemes = document["components"]["securitySchemes"]
    assert referred == set(schemes) == {"bearer", "authToken", "basic"}
    assert schemes["bearer"] | {"description": ""} == {"type": "http", "scheme": "bearer", "description": ""}
    assert schemes["authToken"]["name"] == "X-Auth-Token"


def test_every_operation_declares_the_errors_of_its_kind(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            said = (method, path, set(operation["responses"]))
            takes = {p["name"] for p in operation.get("parameters", [])}
            assert "400" in operation["responses"], said
            if "requestBody" in operation:
                assert {"413", *(() if path == SIGNED else ("415",))} <= said[2], said
            if "Idempotency-Key" in takes:
                assert {"409", "413", "422"} <= said[2], said  # its body is compared, whatever it is


def test_the_errors_have_the_shape_of_the_surface(document):
    def body(path: str, method: str, status: str) -> str:
        answer = document["paths"][path][method]["responses"][status]
        return str(answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2])

    assert body("/calls", "post", "415") == body("/calls/end", "post", "413") == "TelephonyErrorBody"
    assert body("/v1/calls", "post", "415") == "CallsErrorBody", "one shape per address"
    assert body("/v1/live/calls", "post", "422") == "ShortErrorBody"
    assert body("/v1/webhooks/endpoints", "get", "400") == "ErrorBody"


def test_every_route_of_the_api_is_in_the_document(document):
    described = {
        _described(path)
        for path, view in routes()
        if getattr(view, "initkwargs", {}).get("schema", "") is not None
    }
    assert described == set(document["paths"])


def test_what_is_not_in_it_is_served_there_without_a_slash(document):
    """Vendors whose SDKs differ about the last slash get both addresses, and one description."""
    left_out = {_described(path) for path, _ in routes()} - set(document["paths"])
    assert {path.removesuffix("/") for path in left_out} <= set(document["paths"])


def _described(path: str) -> str:
    return "/" + re.sub(r"<\w+:", "{", path).replace(">", "}")


def test_every_view_declares_a_scope_for_every_method_it_has():
    for path, view in routes():
        assert all(scopes_of(view).values()) or not view.cls.authentication_classes, path


# Which 5xx may come is said below: a provider that is away is 502 or 503 by design.
CHECKS = [
    schemathesis.checks.response_schema_conformance,
    schemathesis.checks.content_type_conformance,
]
# What every endpoint may answer to a broken request; the document names each operation's own errors.
ANYWHERE = {400, 404, 405, 406, 409, 413, 415, 422, 429}
BOUNDED = settings(
    max_examples=6, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.timeout(600)  # beside other work on few cores
def test_no_500_and_no_answer_that_the_document_does_not_know(document, platform):
    """A bounded walk over the whole API as it is served, with a key that may do everything."""
    account = Customer(platform, "schemathesis")
    schema = schemathesis.openapi.from_dict(document)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 35
    for operation in operations:
        for mode in schemathesis.GenerationMode:
            walk(operation, mode, platform.url, {"Authorization": f"Bearer {account.key}"})


def walk(operation, mode, url, headers):
    """Requests as the document has them, and (negative) as it forbids them."""

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def probe(case):
        answer = case.call(base_url=url, headers=headers)
        said = (operation.label, answer.status_code, answer.text)
        assert answer.status_code < 500 or answer.status_code in (502, 503), said
        known = {int(status) for status in operation.definition.raw["responses"]}
        assert answer.status_code in known | ANYWHERE, said
        if answer.status_code in known and answer.content:
            case.validate_response(answer, checks=CHECKS)

    with suppress(Unsatisfiable):  # nothing that the document forbids can be said here
        probe()
