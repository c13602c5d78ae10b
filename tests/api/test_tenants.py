"""Another account's id is 404 on every route: generated from the routes themselves.

Each app brings the rows for its own routes: `tests/<app>/tenancy.py`.
"""

import importlib.util
import re
from types import ModuleType

import pytest
from django.apps import apps

from calls.models import Call, Step
from liveplatform.accounts.models import Account
from tests.support.routes import routes, scopes_of

INSTALLED = [config.name for config in apps.get_app_configs()]
OURS = [name for name in INSTALLED if name.startswith("liveplatform.") or "." not in name]


def tenancies() -> list[ModuleType]:
    """The module `tenancy` of each app's tests."""
    packages = [f"tests.{name.removeprefix('liveplatform.')}" for name in OURS]
    names = [f"{package}.tenancy" for package in packages if importlib.util.find_spec(package)]
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]


ROUTES = sorted(
    {
        (path, method)
        for path, view in routes()
        if "<" in path
        for method in scopes_of(view)
        if view.cls.authentication_classes
    }
)
BODIES = {word: body for app in tenancies() for word, body in getattr(app, "BODIES", {}).items()}


@pytest.fixture
def theirs(db) -> dict[str, str]:
    """Ids of another account, which has one of everything."""
    account = Account.objects.create(name="theirs")
    return {name: str(value) for app in tenancies() for name, value in app.ids(account).items()}


def filled(path: str, values: dict[str, str]) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", lambda m: values[m[1]], path)


def body_for(path: str, method: str):
    if method in ("GET", "DELETE"):
        return None
    return next((body for word, body in BODIES.items() if word in path), {})


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_another_accounts_id_is_404(api, theirs, path, method):
    before = Step.objects.count(), Call.objects.filter(ended_at=None).count()

    # A key acts for a user where one is needed.
    answer = api(method, filled(path, theirs), body_for(path, method), X_User_Id="anna")

    assert answer.status_code == 404, answer.content
    assert (Step.objects.count(), Call.objects.filter(ended_at=None).count()) == before


def test_the_matrix_sees_every_parameter(theirs):
    assert {name for path, _ in ROUTES for name in re.findall(r"<\w+:(\w+)>", path)} == set(theirs)


def test_calls_end_with_another_accounts_id_is_not_found(api, theirs):
    body = {"call_id": theirs["call_id"]}
    assert api("POST", "/calls/end", body, Prefer="handling=strict").status_code == 404


@pytest.mark.parametrize("path", [path for app in tenancies() for path in app.LISTS])
def test_lists_hold_only_ones_own(api, theirs, path):
    (rows,) = [value for value in api("GET", path).json().values() if isinstance(value, list)]
    assert rows == []


def test_an_export_holds_only_ones_own(api, theirs):
    assert api("GET", "/v1/calls/export?format=ndjson").getvalue() == b'{"end":true,"calls":0}\n'
