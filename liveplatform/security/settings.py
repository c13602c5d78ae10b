"""Settings of the public address, read from the environment; a part of liveplatform/settings.py.

Everything about TLS follows from PUBLIC_URL: with https, cookies are Secure, plain HTTP is redirected and
HSTS is sent. The proxy that ends TLS must be one of TRUSTED_PROXIES.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from environs import Env

from liveplatform import embedded

env = Env()

PUBLIC_URL = (env.str("PUBLIC_URL", "") or embedded.up_settings(embedded.data_dir()).public_url).rstrip("/")
_public = urlsplit(PUBLIC_URL)
HTTPS = _public.scheme == "https"

ALLOWED_HOSTS = [
    *dict.fromkeys(
        [*env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"]), *filter(None, [_public.hostname])]
    )
]
# Addresses and networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; "unix" for
# a proxy on a Unix socket. Those of any other peer are dropped.
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", ["127.0.0.0/8", "::1"] if HTTPS else [])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # only a trusted proxy's arrives
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", HTTPS)
SECURE_SSL_HOST = _public.netloc
# Seconds for which browsers use https only, once they were here. Other hosts of the domain may have none.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # AdminCsrfMiddleware is Django's, for the only pages that use a cookie
    "security.W005",  # subdomains and preloading bind other hosts of the domain: the operator's choice alone
    "security.W021",
]

# --- Log-ins of staff.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: a locked log-in costs no hash
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# After so many failures a user name is locked for one address; others may still log in as that user.
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_LOCKOUT_MINUTES", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who forgot a password need not stop trying to get in
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_VERBOSE = False
# Attempts to log in a minute from one address, whatever the user name.
LOGIN_ATTEMPTS_PER_MINUTE = env.int("LOGIN_ATTEMPTS_PER_MINUTE", 20)
# A second factor is asked of each user that has one; with this, nobody enters the admin without.
ADMIN_REQUIRE_OTP = env.bool("ADMIN_REQUIRE_OTP", False)
OTP_TOTP_ISSUER = _public.hostname or "Live Platform"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
# Seconds; a page of the admin one of whose statements takes longer is given up.
ADMIN_STATEMENT_TIMEOUT = env.float("ADMIN_STATEMENT_TIMEOUT", 5.0)
# In the session, sealed, and not in a cookie: it may be a new API key.
MESSAGE_STORAGE = "liveplatform.admin.messages.SealedSessionStorage"
