"""The admin in a real browser: readable in light and dark, at 1280 and 390 px, without serious faults by axe."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from calls.models import Call
from liveplatform.webhooks.models import Delivery
from sessions_app.models import App, Livestream, Meeting
from tests.admin.test_pages import everything_of
from tests.calls.admin.test_stream import stream_of
from tests.support.admin_pages import choose
from tests.support.factories import phone_call

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = os.environ.get("SCREENSHOTS", "")  # a folder for pictures, to look at

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(400),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt-get install chromium)."),
]
# Every page is looked at in the first two, the calls in all.
SIGHTS = [("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390)]
IS_CUT = """(() => {
    const list = document.querySelector("#changelist .results")
    return list !== null && list.scrollWidth > list.clientWidth + 1
})()"""


@pytest.fixture
def paths(account, transactional_db) -> dict[str, str]:
    """The pages to look at, by name."""
    everything_of(account)
    over = account.calls.get()
    fields = {"duration": 754, "cost": "0.012500", "price_unit": "USD", "sentiment": "negative"}
    Call.objects.filter(pk=over.pk).update(**fields, scheduled_at=timezone.now() + timedelta(hours=1))
    live = [phone_call(account, duration=n * 61, sentiment="positive") for n in range(12)]
    return {
        "calls": "calls/call/",
        "call": f"calls/call/{over.pk}/change/",
        "end": f"calls/call/{live[0].pk}/end/",
        "stop": f"calls/operation/stop/{account.pk}/",
        "account": f"accounts/account/{account.pk}/change/",
        "key": "accounts/apikey/add/",
        "endpoint": f"webhooks/endpoint/{account.endpoints.get().pk}/change/",
        "delivery": f"webhooks/delivery/{Delivery.objects.filter(account=account).first().pk}/change/",
        "acts": "staff/staffaction/",
        "sessions": "sessions_app/session/",
        "session": f"sessions_app/session/{account.sessions.get().pk}/change/",
        "mails": "sessions_app/mail/",
        **stream_paths(account, live[0]),
    }


def stream_paths(account, call) -> dict[str, str]:
    """A stream whose stop is not confirmed for long, and a livestream that runs."""
    ago = timezone.now() - timedelta(minutes=3)
    late = stream_of(call, status="stopping", stop_requested_at=ago, outcome="accepted")
    meeting = Meeting.objects.create(
        account=account, app=App.objects.create(account=account, name="app"), title="All hands"
    )
    livestream = Livestream.objects.create(
        account=account, app=meeting.app, meeting=meeting, name="stage", status="LIVE", is_active=True
    )
    return {
        "streams": "calls/mediastream/",
        "stream": f"calls/mediastream/{late.pk}/change/",
        "livestreams": "sessions_app/livestream/",
        "livestream": f"sessions_app/livestream/{livestream.pk}/change/",
    }


@pytest.fixture
def session(paths) -> str:
    """The session of a superuser who has done something."""
    client = Client()
    client.force_login(User.objects.create_superuser("alice"))
    call = Call.objects.exclude(ended_at=None).get()
    client.post(f"/admin/calls/call/{call.pk}/notes/", {"notes": "called back", "rating": "4"})
    choose(client, "calls/call", "end_calls", call)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def test_pages_are_readable(live_server, paths, session):
    """No serious fault, nothing blocked by the policy, no page wider than the window, no column cut off."""
    faults: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            faults.append(f"{said.text} {said.location}")

    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme, width in SIGHTS:
            context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
            context.add_cookies([cookie])
            page = context.new_page()
            for name, path in paths.items():
                if (scheme, width) in SIGHTS[:2] or name in ("calls", "call"):
                    page.on("console", hear)
                    page.goto(f"{live_server.url}/admin/{path}")
                    page.remove_listener("console", hear)  # axe writes to it too
                    faults += look(page, f"{name}-{width}-{scheme}", width)
        browser.close()
    assert not faults, "\n".join(sorted(set(faults)))


def look(page: Page, name: str, width: int) -> list[str]:
    """What is wrong with the page."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    faults = [
        f"{name}: {fault['id']}: {node['html'][:160]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        faults.append(f"{name}: wider than the window")
    if width == 1280 and page.evaluate(IS_CUT):
        faults.append(f"{name}: columns are cut off")
    return faults
