"""Surfaces: an app brings its own; the base and the other apps stay as they are."""

import importlib
import sys

import pytest
from django.urls import clear_url_caches, resolve
from drf_spectacular.settings import spectacular_settings

from liveplatform.accounts.models import Account
from liveplatform.api import surfaces
from liveplatform.webhooks.event_types import event_types
from tests.support.api_client import ApiClient

PLATFORM_PATHS = ["/v1/calls", "/v1/auto-end-rules/abc", "/v1/calls/abc/timeline", "/v1/nothing"]
TELEPHONY_PATHS = ["/calls/abc", "/calls/abc/timeline", "/v1/calls/abc", "/phone_number"]
RESOLVED = {
    ("GET", "/v1/calls"): "platform",
    ("POST", "/v1/calls"): "telephony",
    ("GET", "/v1/auto-end-rules"): "platform",
    ("GET", "/v1/calls/export"): "platform",
    ("POST", "/calls/end"): "telephony",
    ("POST", "/v1/live/calls"): "live",
}


@pytest.mark.parametrize("path", TELEPHONY_PATHS)
def test_a_surface_claims_paths_where_no_view_answers(path):
    assert surfaces.surface_for_path(path).name == "telephony"
    assert surfaces.surface_for_path("/v1/live/calls/abc").name == "live"


@pytest.mark.parametrize("path", PLATFORM_PATHS)
def test_paths_that_no_surface_claims_are_the_platforms(path):
    assert surfaces.surface_for_path(path) is surfaces.PLATFORM


@pytest.mark.parametrize(("method", "path"), RESOLVED)
def test_a_view_declares_its_surface_by_action(rf, method, path):
    request = rf.generic(method, path)
    request.resolver_match = resolve(path)
    assert surfaces.surface_for_request(request).name == RESOLVED[method, path]


@pytest.fixture
def wing(settings, monkeypatch):
    """The minimal wing of tests/support/wing, registered by settings alone."""
    importlib.import_module("liveplatform.urls")  # without the wing: restored afterwards
    settings.SURFACES = [*settings.SURFACES, "tests.support.wing.surface.WING"]
    settings.EVENT_TYPES = [*settings.EVENT_TYPES, "tests.support.wing.events.EVENT_TYPES"]
    monkeypatch.delitem(sys.modules, "liveplatform.urls")
    _clear_caches()
    yield
    monkeypatch.undo()
    _clear_caches()


def _clear_caches() -> None:
    surfaces.surfaces.cache_clear()
    event_types.cache_clear()
    clear_url_caches()


def test_a_wing_is_served_once_its_settings_name_it(wing, api):
    answer = api("GET", "/wing/badges").json()
    assert answer == {"badges": [{"id": str(api.key.pk), "label": None}], "next_cursor": None}
    assert api("GET", f"/wing/badges/{api.key.pk}").json()["id"] == str(api.key.pk)


def test_a_wing_has_its_own_error_shape_everywhere(wing, api):
    other = ApiClient(Account.objects.create(name="other"))
    fault = {"fault": "not_found", "status": 404}
    assert api("GET", f"/wing/badges/{other.key.pk}").json() == fault
    assert api("GET", "/wing/nothing").json() == fault
    assert ApiClient(api.account, ())("GET", "/wing/badges").json()["fault"] == "insufficient_scope"
    assert api("POST", "/wing/badges").json() == {"fault": "method_not_allowed", "status": 405}


def test_a_wing_is_in_the_openapi_document(wing):
    urls = importlib.import_module("liveplatform.urls")
    document = spectacular_settings.DEFAULT_GENERATOR_CLASS(urlconf=urls).get_schema(public=True)
    operations = document["paths"]
    assert operations["/wing/badges"]["get"]["operationId"] == "wing_badges_list"
    responses = operations["/wing/badges/{key_id}"]["get"]["responses"]
    assert (responses["404"]["description"], responses["410"]["description"]) == ("Not found", "Gone")
    assert {"Fault", "Badge", "BadgeList"} <= set(document["components"]["schemas"])


def test_customers_can_subscribe_to_a_wings_events(wing, api):
    body = {"url": "https://hooks.example.com/", "events": ["badge.shown"]}
    assert api("POST", "/v1/webhooks/endpoints", body).status_code == 201


def test_without_its_settings_the_wing_is_not_there(api):
    assert api("GET", "/wing/badges").json()["error"] == "not_found"
