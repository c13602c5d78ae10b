"""The admin of livestreams: what runs, for how long, stops; and no secret."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from calls.models import MediaStream
from liveplatform.accounts.models import Account
from sessions_app.models import App, Livestream, LivestreamSession, Meeting
from tests.sessions_app.factories import session
from tests.support.admin_pages import act


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("alice", password="x"))
    return client


@pytest.fixture
def livestream(account: Account) -> Livestream:
    app = App.objects.create(account=account, name="the app")
    meeting = Meeting(account=account, app=app, title="All hands")
    meeting.set_secrets({"rtmp_url": "rtmp://live.example/app/hush"})
    meeting.save()
    live = Livestream(account=account, app=app, meeting=meeting, name="stage", status="LIVE", is_active=True)
    live.stream_key = "hush"
    live.save()
    now = timezone.now()
    stream = MediaStream.objects.create(
        account=account,
        kind="livestream",
        status="live",
        parent_id="m",
        max_seconds=60,
        started_at=now,
        expires_at=now + timedelta(hours=1),
    )
    LivestreamSession.objects.create(stream=stream, livestream=live)
    return live


def test_pages_show_runs_and_no_secret(staff, livestream):
    for path in (
        "livestream/",
        "livestream/?state=active",
        f"livestream/{livestream.pk}/change/",
        f"meeting/?q={livestream.meeting_id}",
        f"meeting/{livestream.meeting_id}/change/",
        f"app/{livestream.app_id}/change/",
    ):
        answer = staff.get(f"/admin/sessions_app/{path}")
        assert answer.status_code == 200
        assert "hush" not in answer.content.decode()
    for path in ("", f"{livestream.pk}/change/"):
        assert "live for" in staff.get(f"/admin/sessions_app/livestream/{path}").content.decode()
    run = f"/admin/calls/mediastream/{livestream.sessions.get().pk}/change/"
    assert run in staff.get(f"/admin/sessions_app/livestream/{livestream.pk}/change/").content.decode()


def test_they_are_stopped_from_the_list(staff, livestream):
    act(staff, "sessions_app/livestream", "stop_livestreams", livestream)
    assert livestream.sessions.get().stream.status == "stopping"


def test_a_sessions_page_links_its_meeting(staff, livestream, account):
    held = session(account)
    Meeting.objects.filter(pk=livestream.meeting_id).update(session=held)
    shown = staff.get(f"/admin/sessions_app/session/{held.pk}/change/").content.decode()
    assert f"/admin/sessions_app/meeting/{livestream.meeting_id}/change/" in shown
    assert "(live)" in shown
