"""Scopes: each operation needs one; without it 403 names it; an action without a declaration is denied."""

import re

import pytest

from liveplatform.accounts import tokens
from liveplatform.accounts.scopes import SCOPES
from tests.support.api_client import ApiClient
from tests.support.jwt_issuer import issuer, token
from tests.support.problems import code_of, message_of
from tests.support.routes import routes, scopes_of

NO_ID = "0d9a3f0e-0000-4000-8000-000000000000"
OPERATIONS = sorted(
    (method, "/" + re.sub("<[^>]*>", NO_ID, path), scope)
    for path, view in routes()
    for method, scope in scopes_of(view).items()
    if view.cls.authentication_classes
)


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_without_its_scope_an_operation_is_403_and_names_it(account, method, path, scope):
    lacking = ApiClient(account, tuple(set(SCOPES) - {scope}))
    answer = lacking(method, path)
    assert answer.status_code == 403, answer.content
    assert scope in message_of(answer)
    assert code_of(answer) == "insufficient_scope"
    assert answer["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{scope}"'


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_with_its_scope_alone_it_is_not_403(account, method, path, scope):
    answer = ApiClient(account, (scope,))(method, path)
    answer.close()  # an export is not read here
    assert answer.status_code not in (401, 403)


def test_a_token_has_the_scopes_of_its_claims(account):
    tokens.clear_cache()
    issuer(account, scopes=["read:live"])
    api = ApiClient(account)
    bearer = f"Bearer {token(scope='read:live write:live')}"
    assert api("GET", "/v1/live/calls", Authorization=bearer).status_code == 200
    assert api("POST", "/v1/live/calls", {}, Authorization=bearer).status_code == 403


@pytest.mark.urls("tests.support.probe_views")
def test_a_view_that_declares_no_scope_is_denied_to_all(api):
    answer = api("GET", "/undeclared")
    assert answer.status_code == 403
    assert b"secret" not in answer.content
    assert api("HEAD", "/undeclared").status_code == 403


def test_head_needs_the_scope_of_get(account):
    assert ApiClient(account, ("read:live",))("HEAD", "/v1/live/calls").status_code == 200
    assert ApiClient(account, ("write:live",))("HEAD", "/v1/live/calls").status_code == 403


def test_a_method_that_is_not_there_is_405(api):
    answer = api("DELETE", "/v1/live/calls")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST, HEAD"
    assert answer.json()["error"] == "method_not_allowed"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DISPATCH", "INITIAL", "HANDLE_EXCEPTION", "X"])
def test_no_http_method_calls_another_method_of_the_view(api, method):
    assert api(method, "/v1/live/calls").status_code == 405


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_end_users_reach_sessions_and_nothing_else(account, method, path, scope):
    """Whoever may register must not end the account's calls, or read the events about other people."""
    issuer(account, scopes=list(SCOPES), is_for_users=True)
    tokens.clear_cache()
    bearer = f"Bearer {token(sub='anna', scope=' '.join(SCOPES))}"
    answer = ApiClient(account)(method, path, Authorization=bearer)
    answer.close()
    is_refused = answer.status_code == 403 and code_of(answer) == "not_for_end_users"
    is_of_sessions = path.startswith(
        ("/v1/sessions", "/v1/live/sessions", "/v1/admin/sessions", "/v1/session-series")
    )
    assert is_refused != is_of_sessions, answer.content
