"""Pages work under their policy: no script or style that it would block."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from liveplatform.accounts.keys import make_key
from liveplatform.security.content_policy import ContentSecurityPolicy, policy
from tests.environment import ROOT
from tests.support.factories import phone_call

# Mails have no policy of ours, and their readers need styles inline.
PAGES = set((ROOT / "templates").rglob("*.html")) - set((ROOT / "templates/email").rglob("*.html"))
TEMPLATES = sorted(PAGES)
INLINE = re.compile(
    r"<(?:script|style)(?![^>]*(?:\bsrc=|\bnonce=|application/json))[^>]*>|\sstyle=|\son[a-z]+=\"", re.I
)
NONCE = re.compile(r"'nonce-([\w-]+)'")
OWN = re.compile(r'<(?:script|link|img)[^>]*(?:src|href)="(?!/|data:)[^"]*"', re.I)


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_have_nothing_inline(template: Path):
    assert INLINE.findall(template.read_text()) == []


def test_admin_pages(staff, account):
    call = phone_call(account)
    make_key(account)
    paths = [
        "",
        "calls/call/",
        f"calls/call/{call.pk}/change/",
        "accounts/connection/add/",
        "accounts/apikey/",
    ]
    paths += ["webhooks/endpoint/", "auth/user/add/", "password_change/", "axes/accessattempt/"]
    for path in paths:
        _check(staff.get(f"/admin/{path}"))


def test_the_log_in_page(db):
    _check(Client().get("/admin/login/"))


def test_the_documentation(db):
    page = _check(Client().get("/api/docs/"))
    script = re.search(r'<script src="(/api/docs/[^"]+)"', page).group(1).replace("&amp;", "&")
    started = Client().get(script)
    assert started["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in started.content


def test_a_nonce_is_new_for_each_page_that_asks_for_one(rf):
    middleware = ContentSecurityPolicy(lambda request: HttpResponse(f"{request.csp_nonce}"))
    pages = [middleware(rf.get("/")) for _ in "ab"]
    nonces = [NONCE.search(page["Content-Security-Policy"]).group(1) for page in pages]
    assert nonces == [page.content.decode() for page in pages] and nonces[0] != nonces[1]


def test_json_has_no_policy_and_no_frame(db):
    answer = Client().get("/v1/calls")
    assert "Content-Security-Policy" not in answer
    assert answer["X-Frame-Options"] == "DENY"


def _check(answer) -> str:
    assert answer.status_code == 200
    header, page = answer["Content-Security-Policy"], answer.content.decode()
    assert header.split("'nonce-")[0].split(";")[0] == policy().split(";")[0]
    assert "unsafe" not in header
    assert INLINE.findall(page) == []
    assert OWN.findall(page) == []
    return page
