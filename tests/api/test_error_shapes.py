"""Each address has one error shape, whatever goes wrong there, and each code is in the reference."""

import re

import pytest
from django.test import Client

from liveplatform.api import idempotency, throttling
from liveplatform.api.error_reference import error_reference
from tests.support.api_client import ApiClient
from tests.support.problems import code_of, message_of
from tests.support.routes import routes, scopes_of

ADDRESSES = sorted(
    (re.sub(r"<[^>]+>", "01a1fc09-0000-7000-8000-000000000009", path), path, view)
    for path, view in routes()
    if "providers" not in path
)
EVERY = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(autouse=True)
def _no_throttle_state():
    throttling.forget()
    yield
    throttling.forget()


def wrong_requests(api, path, methods, settings, monkeypatch):
    """Answers to everything that can go wrong before the action itself."""
    missing = [method for method in EVERY if method not in methods]
    yield Client().generic(methods[0], path)  # 401
    yield ApiClient(api.account, ())(methods[0], path, {})  # 403
    for method in missing[:2]:
        yield api(method, path, {})  # 405
    for method in methods:
        if method != "GET":
            yield api(method, path, b"x", Content_Type="text/plain", Idempotency_Key="k")  # 415
            yield api(method, path, b"{", Prefer="handling=strict")  # 400 or 404
            yield api(method, path, b"{}", Idempotency_Key="")  # 400
        yield api(method, f"{path}?a=%00", {})  # 400
    settings.API_RATE_PER_MINUTE = 1
    yield from (api(methods[0], path, {}, Prefer="handling=strict") for _ in range(2))  # 429
    settings.API_RATE_PER_MINUTE = 0
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "acquire", _crash)
        patch.setattr("liveplatform.api.throttling.check_rate", _crash)
        yield api("POST" if "POST" in methods else methods[0], path, {})  # 500


def _crash(*_):
    raise ZeroDivisionError


@pytest.mark.parametrize(("path", "route", "view"), ADDRESSES, ids=[route for _, route, _ in ADDRESSES])
def test_one_address_has_one_error_shape(api, path, route, view, settings, monkeypatch):
    methods = list(scopes_of(view))
    shapes, codes = set(), set()
    for answer in wrong_requests(api, f"/{path}", methods, settings, monkeypatch):
        if answer.status_code < 400:
            continue
        body = answer.json()
        assert isinstance(body["error"], str | dict) and message_of(answer)
        shapes.add(frozenset(body.keys() - {"fields"}))
        codes.add(code_of(answer))
        assert answer.status_code in error_reference()[code_of(answer)].statuses, body
    assert len(shapes) == 1, shapes
    assert len(codes) >= 3, codes
