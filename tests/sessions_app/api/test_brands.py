"""A brand binds every route of sessions, whether a token's claim or the header names it."""

import pytest

from liveplatform.accounts.scopes import SCOPES
from liveplatform.webhooks.models import Event
from sessions_app.api.base import SessionsViewSet
from sessions_app.models import Registration
from tests.api.test_tenants import body_for, filled
from tests.sessions_app import tenancy
from tests.sessions_app.factories import user_token
from tests.support.routes import routes, scopes_of

BRAND = "theirs"  # of tenancy.ids()
ROUTES = sorted(
    (path, method)
    for path, view in routes()
    if "<" in path and issubclass(view.cls, SessionsViewSet)
    for method in scopes_of(view)
)


@pytest.fixture
def rows(account):
    return {name: str(value) for name, value in tenancy.ids(account).items()}


@pytest.fixture(params=["claim", "header"])
def other_brand(request, account):
    """The headers of a caller of another brand, who may do everything and is registered."""
    if request.param == "header":
        return {"X_Brand_Id": "other", "X_User_Id": "anna"}
    bearer = user_token(account, "anna", *SCOPES, brand_id="other")
    return {"Authorization": f"Bearer {bearer}", "X_Brand_Id": BRAND}


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_another_brands_id_is_404(api, rows, other_brand, path, method):
    answer = api(method, filled(path, rows), body_for(path, method), **other_brand)
    assert answer.status_code == 404, answer.content
    assert not Event.objects.exists() and Registration.objects.count() == 1


@pytest.mark.parametrize("path", tenancy.LISTS)
def test_lists_hold_only_the_callers_brand(api, rows, other_brand, path):
    for query in ("", f"?brand_id={BRAND}"):
        assert not any(api("GET", path + query, **other_brand).json().values())
    (found,) = filter(None, api("GET", path, X_Brand_Id=BRAND).json().values())
    assert len(found) == 1


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/session-series"])
def test_nothing_is_made_in_another_brand(api, other_brand, path):
    body = {"host_id": "host", "brand_id": BRAND, "title": "t", "max_participants": 1}
    when = {"scheduled_at": "2031-01-01T10:00:00Z"}
    if "series" in path:
        when = {"starts_at": "2031-01-01T10:00:00Z", "rule": "FREQ=WEEKLY;COUNT=2"}
    answer = api("POST", path, body | when, **other_brand)
    assert (answer.status_code, answer.json()["message"][:8]) == (400, "brand_id"), answer.content


def test_an_answer_is_replayed_to_the_same_user_and_brand_only(api, rows):
    path, key = f"/v1/sessions/{rows['session_id']}/registrations", {"Idempotency_Key": "k"}
    mine = api("POST", path, {}, X_User_Id="ben", X_Brand_Id=BRAND, **key)
    assert mine.json()["user_id"] == "ben"
    again = api("POST", path, {}, X_User_Id="ben", X_Brand_Id=BRAND, **key)
    assert (again.json(), again["Idempotency-Replayed"]) == (mine.json(), "true")
    assert api("POST", path, {}, X_User_Id="cora", X_Brand_Id=BRAND, **key).json()["user_id"] == "cora"
    assert api("POST", path, {}, X_User_Id="ben", X_Brand_Id="other", **key).status_code == 404
