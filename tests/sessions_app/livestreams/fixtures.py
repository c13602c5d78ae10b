"""Fixtures of livestreams: the studio, a connection to it, an app and a meeting, and requests about them."""

import pytest
from django.utils import timezone

from liveplatform.accounts.models import Connection
from providers.registry import PROVIDERS, Provider
from sessions_app.livestreams.apps import create_app, get_app
from sessions_app.livestreams.meetings import create_meeting, get_meeting
from tests.sessions_app.factories import session
from tests.sessions_app.livestreams import studio as company
from tests.support.factories import video_call


@pytest.fixture
def studio(monkeypatch):
    """The company, as new."""
    entry = Provider("Studio", company.Studio.credentials, company.Studio)
    monkeypatch.setitem(PROVIDERS, company.NAME, entry)
    # The only one that broadcasts: the tests do not depend on the order of the others.
    monkeypatch.setattr("sessions_app.livestreams.rooms.broadcasting_providers", lambda: [company.NAME])
    company.WORLD.__init__()
    return company.WORLD


@pytest.fixture
def connection(account, studio):
    made = Connection(account=account, provider=company.NAME)
    made.set_secrets({"api_key": "k"})
    made.save()
    return made


@pytest.fixture
def app(account, connection):
    return get_app(account.pk, create_app(account.pk, "an app").pk)


@pytest.fixture
def meeting(app):
    return get_meeting(app, create_meeting(app, {"title": "Open day"}).pk)


@pytest.fixture
def kit(api, app):
    """Requests below `…/realtime/kit/{app_id}`."""

    def ask(method, path, body=None, *, prefix="/client/v4", **headers):
        account = api.account.account_id
        return api(method, f"{prefix}/accounts/{account}/realtime/kit/{app.app_id}{path}", body, **headers)

    return ask


@pytest.fixture
def live_session(account, connection):
    """A session that is live in a room of the studio, which is broadcast as a meeting."""
    call = video_call(account, connection=connection, provider=company.NAME, provider_call_id="the-room")
    return session(account, status="live", call=call, started_at=timezone.now())
