"""What staff are told once is in no cookie, and sealed in the database."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


NEW = {
    "/admin/accounts/apikey/add/": ({"name": "ci", "scopes": ["read:live"]}, r"lp_[\w-]+"),
    "/admin/webhooks/endpoint/add/": (
        {"url": "https://hooks.example.com/", "payload": "full"},
        r"whsec_[\w+/=-]+",
    ),
}


@pytest.mark.parametrize("path", NEW)
def test_a_new_secret_is_in_no_cookie(staff, account, path):
    form, secret = NEW[path]
    posted = staff.post(path, {"account": account.pk, **form})
    cookies = "".join(f"{cookie.key}={cookie.value}" for cookie in staff.cookies.values())
    shown = re.search(secret, posted.content.decode())
    assert shown and "no-store" in posted["Cache-Control"]
    assert set(staff.cookies) <= {"sessionid", "csrftoken"}
    assert shown.group() not in cookies
    assert shown.group() not in staff.get("/admin/").content.decode()


def test_it_is_sealed_until_it_is_shown(staff, account):
    staff.post(
        "/admin/accounts/account/add/",
        {"name": "canary", "is_active": "on", "call_join_limit": "3600", "stream_time_limit": "14400"},
    )
    kept = str([row.get_decoded() for row in Session.objects.all()])
    assert "_messages" in kept and "canary" not in kept
    assert "canary" in staff.get("/admin/").content.decode()
