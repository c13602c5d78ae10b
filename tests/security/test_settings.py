"""What follows from PUBLIC_URL alone."""

import os
import subprocess
import sys

import orjson
import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.environment import ROOT

NAMES = (
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "TRUSTED_PROXIES",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT",
    "SECURE_SSL_HOST",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
)
PRINT = f"import json; from liveplatform.security import settings as s; print(json.dumps([getattr(s, n) for n in {NAMES}]))"


def derived(**environment: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", PRINT], cwd=ROOT, env=os.environ | environment, capture_output=True, check=True
    )
    return dict(zip(NAMES, orjson.loads(done.stdout), strict=True))


def test_https():
    assert derived(PUBLIC_URL="https://live.example:8443/") == {
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]", "live.example"],
        "CSRF_TRUSTED_ORIGINS": ["https://live.example:8443"],
        "TRUSTED_PROXIES": ["127.0.0.0/8", "::1"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_SSL_HOST": "live.example:8443",
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
    }


def test_http():
    plain = derived(PUBLIC_URL="http://127.0.0.1:8000")
    assert [plain[name] for name in NAMES[2:6]] == [[], False, False, False]
    assert plain["SECURE_HSTS_SECONDS"] == 0


def test_choices():
    chosen = derived(
        PUBLIC_URL="https://live.example",
        TRUSTED_PROXIES="10.0.0.1,10.0.0.2",
        HSTS_SECONDS="60",
        HSTS_SUBDOMAINS="1",
        SSL_REDIRECT="0",
        ALLOWED_HOSTS="internal.example",
    )
    assert chosen["TRUSTED_PROXIES"] == ["10.0.0.1", "10.0.0.2"]
    assert chosen["ALLOWED_HOSTS"] == ["internal.example", "live.example"]
    assert (chosen["SECURE_HSTS_SECONDS"], chosen["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (60, True)
    assert chosen["SECURE_SSL_REDIRECT"] is False


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "firstfirst"])
def test_weak_passwords_are_refused(db, password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="firstfirst"))
