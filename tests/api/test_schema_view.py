"""GET /api/schema/: built once, sent with an ETag, and by one request at a time."""

import json

import pytest

from liveplatform.api import schema_view


@pytest.fixture(autouse=True)
def unbuilt():
    schema_view._document.clear()
    schema_view._texts.clear()


def test_the_document_is_built_once_and_not_sent_again(client, db, monkeypatch):
    first = client.get("/api/schema/?format=json")
    assert (first.status_code, json.loads(first.content)["openapi"]) == (200, "3.1.1")
    monkeypatch.setattr(schema_view, "PlatformSchemaGenerator", None)  # to build again would fail
    assert client.get("/api/schema/?format=json").content == first.content
    again = client.get("/api/schema/?format=json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/schema/").content.startswith(b"openapi: 3.1.1")


def test_a_request_beside_the_one_that_builds_it_is_refused(client, db):
    with schema_view.BUILDS.hold(None):
        refused = client.get("/api/schema/?format=json")
    assert (refused.status_code, refused.json()["error"]) == (503, "busy")
    assert int(refused["Retry-After"]) >= 1
    assert client.get("/api/schema/?format=json").status_code == 200
