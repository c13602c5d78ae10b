"""The list of upcoming sessions, in a frame."""

from datetime import timedelta
from uuid import uuid4

from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from liveplatform.accounts.models import Account
from tests.sessions_app.factories import session
from tests.sessions_app.pages.support import text


def test_a_brands_upcoming_public_sessions(account):
    now = timezone.now()
    session(account, title="Second", scheduled_at=now + timedelta(days=2))
    session(account, title="First", scheduled_at=now + timedelta(days=1))
    session(account, title="Running", status="live", scheduled_at=now - timedelta(hours=1))
    session(account, title="Hidden", is_public=False)
    session(account, title="Cancelled", status="cancelled")
    session(account, title="Elsewhere", brand_id="other")
    session(account, title="Past", scheduled_at=now - timedelta(days=1))
    session(Account.objects.create(name="x"), title="Theirs")
    page = Client().get(f"/sessions/embed/{account.pk}/acme")
    said = text(page)
    assert [said.find(name) for name in ("Hidden", "Cancelled", "Elsewhere", "Past", "Theirs")] == [-1] * 5
    assert 0 < said.find("Running") < said.find("First") < said.find("Second")


def test_only_this_page_may_be_framed(account):
    page = Client().get(f"/sessions/embed/{account.pk}/acme")
    assert "X-Frame-Options" not in page.headers
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "No sessions are planned" in text(page)


def test_what_is_not_known(account):
    assert Client().get(f"/sessions/embed/{uuid4()}/acme").status_code == 404
    assert Client().get(f"/sessions/embed/{account.pk}/{'x' * 65}").status_code == 404
    assert Client().get(f"/sessions/embed/{account.pk}/%00").status_code == 404
    assert Client().get(f"/sessions/embed/{account.pk}/unknown").status_code == 200


def test_the_script_is_served():
    assert finders.find("sessions/embed.js") and finders.find("sessions/page.css")


def test_a_brand_with_a_slash(account):
    session(account, title="First", brand_id="acme/eu")
    assert "First" in text(Client().get(f"/sessions/embed/{account.pk}/acme%2Feu"))
    assert "First" not in text(Client().get(f"/sessions/embed/{account.pk}/acme"))
