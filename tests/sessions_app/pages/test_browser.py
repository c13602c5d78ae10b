"""The public pages in a real browser: readable in light and dark, wide and narrow, and used by keyboard alone."""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from sessions_app.models import Registration
from sessions_app.registrations.registrant import Registrant
from sessions_app.series.registrations import register_for_series
from tests.sessions_app.factories import key_caller, registration, session
from tests.sessions_app.pages.support import link
from tests.sessions_app.series.support import series, sessions

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = os.environ.get("SCREENSHOTS", "")  # a folder for pictures, to look at
SIGHTS = [("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390)]
CUSTOMER = "http://localhost:9/"
# The customer's page is no real one: Chromium would not let it ask this machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
]
ASK = {"id": "why", "label": "Why do you come?", "type": "text", "required": True, "options": []}
CHOICE = {
    "id": "how",
    "label": "From where?",
    "type": "choice",
    "required": False,
    "options": ["Home", "Work"],
}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt-get install chromium)."),
]


@pytest.fixture
def browser(live_server, settings, monkeypatch) -> Iterator[Browser]:
    settings.PUBLIC_URL = live_server.url
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright has an event loop in this thread
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()
        connection.close()  # beside its event loop Django has another connection in this thread


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    """A visitor in Tokyo with a small screen."""
    opened = browser.new_context(timezone_id="Asia/Tokyo", viewport={"width": 390, "height": 800})
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context) -> Iterator[Page]:
    """A page that fails the test if the browser complains: of the policy, of a script, of a file."""
    faults: list[str] = []
    opened = context.new_page()
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    assert [fault for fault in faults if "status of 4" not in fault] == []


def test_pages_are_readable(live_server, account, browser):
    """No serious fault by axe, and no page wider than the window."""
    paths = _paths(account)
    faults: list[str] = []
    for scheme, width in SIGHTS:
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        page = context.new_page()
        for name, path in paths.items():
            page.goto(f"{live_server.url}{path}")
            if name == "errors":
                page.get_by_role("button").click()
                page.wait_for_selector("#errors")
            faults += _look(page, f"{name}-{width}-{scheme}")
        context.close()
    assert not faults, "\n".join(sorted(set(faults)))


def _paths(account) -> dict[str, str]:
    details = {"description": "Bring your questions.\n\nAll are welcome.", "timezone": "Europe/Berlin"}
    open_, full = (
        session(account, custom_questions=[ASK, CHOICE], **details),
        session(account, max_participants=1),
    )
    soon = session(account, title="A" * 200, scheduled_at=timezone.now() + timedelta(minutes=5))
    anna, ben = registration(full), registration(full, user_id="ben", status="waitlist", waitlist_number=1)
    offered = registration(open_, user_id="carl", status="offered")
    weekly = series(account)
    register_for_series(weekly.pk, Registrant(user_id="dora"), key_caller(account))
    return {
        "series": f"/sessions/{sessions(weekly)[0].pk}",
        "cancel-series": link("cancel", sessions(weekly)[0].registrations.get()),
        "open": f"/sessions/{open_.pk}",
        "errors": f"/sessions/{open_.pk}",
        "full": f"/sessions/{full.pk}",
        "cancelled": f"/sessions/{session(account, status='cancelled').pk}",
        "registered": link("join", anna),
        "waiting": link("join", ben),
        "offered": link("join", offered),
        "joinable": link("join", registration(soon)),
        "cancel": link("cancel", anna),
        "accept": link("accept", offered),
        "unknown": link("cancel", anna)[:-3],
        "embed": f"/sessions/embed/{account.pk}/acme",
    }


def _look(page: Page, name: str) -> list[str]:
    """What is wrong with the page."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    faults = [
        f"{name}: {fault['id']}: {node['html'][:160]}"
        for fault in found
        if fault["impact"] in ("moderate", "serious", "critical")
        for node in fault["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        faults.append(f"{name}: wider than the window")
    return faults


def test_register_by_keyboard_alone_then_cancel(live_server, account, page):
    made = session(account, custom_questions=[ASK], timezone="Europe/Berlin")
    page.goto(f"{live_server.url}/sessions/{made.pk}")
    _press(page, "Tab", "Anna", "Tab", "not an address", "Tab", "Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Enter a valid email address.")
    page.get_by_label("Your e-mail address").focus()
    _press(page, "Control+a", "anna@example.com", "Tab", "To learn", "Tab", "Enter")
    expect(page.get_by_role("status")).to_have_text("You are registered.")
    made_of = Registration.objects.get()
    assert (made_of.timezone, made_of.answers) == ("Asia/Tokyo", {"why": "To learn"})
    page.get_by_role("link", name="Cancel my registration").focus()
    _press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel your registration?")
    assert Registration.objects.get().status == "registered"
    page.get_by_role("button", name="Cancel my registration").focus()
    _press(page, "Enter")
    expect(page.get_by_role("status")).to_have_text("Your registration is cancelled.")
    assert Registration.objects.get().status == "cancelled"


def _press(page: Page, *keys: str) -> None:
    """Names of keys are pressed, other texts are typed."""
    for key in keys:
        if re.fullmatch(r"Tab|Enter|Control\+a", key):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def test_the_waitlist(live_server, account, page):
    made = session(account, max_participants=1)
    anna = registration(made)
    page.goto(f"{live_server.url}/sessions/{made.pk}")
    page.get_by_label("Your name").fill("Ben")
    page.get_by_label("Your e-mail address").fill("ben@example.com")
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_role("status")).to_contain_text("You are on the waitlist, in place 1")
    mine = page.url
    page.goto(f"{live_server.url}{link('cancel', anna)}")
    page.get_by_role("button", name="Cancel my registration").click()
    page.goto(mine)
    expect(page.get_by_role("status")).to_have_text("You are registered.")


def test_a_second_click_does_nothing(live_server, account, page):
    made = session(account)
    page.goto(f"{live_server.url}/sessions/{made.pk}")
    page.get_by_label("Your name").fill("Ben")
    page.get_by_label("Your e-mail address").fill("ben@example.com")
    page.get_by_role("button", name="Register").dblclick()
    expect(page.get_by_role("status")).to_have_text("You are registered.")


def test_times_are_in_the_visitors_zone(live_server, account, page):
    at = (timezone.now() + timedelta(days=3)).replace(hour=22, minute=30, second=0, microsecond=0)
    made = session(account, scheduled_at=at, timezone="Europe/Berlin", duration_minutes=60)
    page.goto(f"{live_server.url}/sessions/{made.pk}")
    day = at + timedelta(hours=9)
    when = page.locator("time").first
    expect(when).to_contain_text(f"{day.day} {day:%B} {day.year}")
    expect(when).to_contain_text("07:30")
    expect(when).to_contain_text("08:30")
    expect(page.locator(".when .quiet").first).to_contain_text("Europe/Berlin")


@pytest.mark.parametrize(("visitor", "host"), [("Europe/Berlin", "Europe/Berlin"), ("UTC", "Asia/Tokyo")])
def test_no_time_is_said_twice(live_server, account, browser, visitor, host):
    context = browser.new_context(timezone_id=visitor)
    page = context.new_page()
    at = (timezone.now() + timedelta(days=3)).replace(hour=12, minute=30, second=0, microsecond=0)
    page.goto(f"{live_server.url}/sessions/{session(account, scheduled_at=at, timezone=host).pk}")
    hour = f"{at.astimezone(ZoneInfo(visitor)):%H:%M}"
    expect(page.locator(".when")).to_contain_text(hour)
    assert page.locator(".when").inner_text().count(hour) == 1
    context.close()


def test_a_visitor_without_scripts(live_server, account, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/sessions/{session(account, timezone='Europe/Berlin').pk}")
    expect(page.locator("time").first).to_contain_text("Europe/Berlin")
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Your e-mail address").fill("anna@example.com")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("status")).to_have_text("You are registered.")
    context.close()


def test_the_list_in_a_customers_page(live_server, account, context, page):
    made = session(account, title="Sleep well")
    script = f"{live_server.url}/static/sessions/embed.js"
    body = f'<title>x</title><p>Ours</p><script src="{script}" data-account="{account.pk}" data-brand="acme" async></script>'
    context.route(CUSTOMER, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(CUSTOMER)
    frame = page.frame_locator("iframe[title='Upcoming sessions']")
    expect(frame.get_by_role("link", name="Sleep well")).to_have_attribute(
        "href", f"{live_server.url}/sessions/{made.pk}"
    )
    page.wait_for_function("document.querySelector('iframe').style.height !== '24rem'")


def test_a_registration_page_cannot_be_framed(live_server, account, context):
    made = session(account, title="Sleep well")
    body = f'<title>x</title><iframe src="{live_server.url}/sessions/{made.pk}"></iframe>'
    context.route(CUSTOMER, lambda route: route.fulfill(body=body, content_type="text/html"))
    page = context.new_page()
    page.goto(CUSTOMER)
    expect(page.frame_locator("iframe").get_by_text("Sleep well")).to_have_count(0)
