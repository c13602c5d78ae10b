"""Every setting of the platform, read from the environment on one page. Wiring only."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, validate

from liveplatform import embedded
from liveplatform.api.settings import *  # noqa: F403 - all of it are settings
from liveplatform.db import pooler
from liveplatform.extensions import *  # noqa: F403 - all of it are settings
from liveplatform.observability import logs
from liveplatform.security.secret_settings import secret_setting
from liveplatform.security.settings import *  # noqa: F403 - all of it are settings
from liveplatform.security.settings import PUBLIC_URL

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = embedded.data_dir()

# --- Servers. Unset means embedded: real PostgreSQL and Redis out of wheels, data under var/. The
# processes' entries (manage.py, wsgi.py, celery.py) start them; reading this page starts nothing.
EMBEDDED = {"postgres": not env.str("DATABASE_URL", ""), "redis": not env.str("REDIS_URL", "")}
DATABASE_URL = env.str("DATABASE_URL", "") or embedded.database_url(VAR_DIR)
REDIS_URL = env.str("REDIS_URL", "") or embedded.redis_url(VAR_DIR)

# --- Secrets. With the embedded PostgreSQL: made once and kept under var/, readable by the owner only.
_database = env.str("DATABASE_URL", "")
SECRET_KEY = secret_setting("SECRET_KEY", VAR_DIR, database_url=_database)
# "newest:base64key,older:base64key": the first seals, all open (liveplatform/crypto.py).
ENCRYPTION_KEYS = secret_setting("ENCRYPTION_KEYS", VAR_DIR, database_url=_database, prefix="dev:")

DEBUG = env.bool("DEBUG", False)

# --- Background work (liveplatform/work): seconds.
WORK_LEASE = env.float("WORK_LEASE", 30.0)  # a worker silent for longer has lost its rows
WORK_SWEEP = env.float("WORK_SWEEP", 2.0)  # how often idle workers and beat look for due rows
WORK_CONCURRENCY = env.int("WORK_CONCURRENCY", 32)  # provider requests side by side in one worker process
FAILPOINTS = env.str("FAILPOINTS", "")  # for stories about crashes only: liveplatform/failpoints.py
OPERATION_CONCURRENCY = 1  # chunks of many ends side by side in one worker process: they take turns
# Webhook deliveries side by side in one worker process.
WEBHOOK_CONCURRENCY = env.int("WEBHOOK_CONCURRENCY", 200)

# --- The end of a call: seconds.
PROVIDER_TIMEOUT = env.float("PROVIDER_TIMEOUT", 8.0)  # total deadline of one provider request
# Hosts, addresses and networks of one's own that providers may be at; all others must be public.
PROVIDER_ALLOWLIST: list[str] = env.list("PROVIDER_ALLOWLIST", [])
TRANSCRIPT_WINDOW = env.float("TRANSCRIPT_WINDOW", 30.0)  # how long analysis waits for a transcript

# --- No call is left running: seconds.
EMPTY_ROOM_GRACE = env.float("EMPTY_ROOM_GRACE", 120.0)  # an empty room ends its call after so long
CALL_STALE_AFTER = env.float("CALL_STALE_AFTER", 900.0)  # a provider silent for so long is asked
RECONCILE_INTERVAL = env.float("RECONCILE_INTERVAL", 180.0)  # calls are compared with its list
RECONCILE_LAG = env.float("RECONCILE_LAG", 15.0)  # which lags: what is younger is left to the next round

STREAM_CHECK_INTERVAL = env.float("STREAM_CHECK_INTERVAL", 60.0)  # a stream is compared with its list

PROVIDER_EVENTS_RETENTION_DAYS = env.int("PROVIDER_EVENTS_RETENTION_DAYS", 30)  # days
RULE_INTERVAL = env.float("RULE_INTERVAL", 30.0)  # seconds between two runs of an auto-end rule

# The country whose national numbers are understood where no other is known.
PHONE_REGION = env.str("PHONE_REGION", "US")

# --- Analysis (calls/analysis): "lexicon" or "openai" or a dotted path to an Analyser.
ANALYSER = env.str("ANALYSER", "lexicon")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", "")
OPENAI_API_KEY = env.str("OPENAI_API_KEY", "")
OPENAI_MODEL = env.str("OPENAI_MODEL", "gpt-4o-mini")

# --- Outbound webhooks (liveplatform/webhooks). Loopback receivers are for development only.
# A command beside `make up` has its permissions; a database of one's own never has.
_up = embedded.up_settings(VAR_DIR) if EMBEDDED["postgres"] else embedded.UpSettings()
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", _up.allow_http)
WEBHOOK_ALLOW_LOOPBACK = env.bool("WEBHOOK_ALLOW_LOOPBACK", _up.allow_loopback)
# Days; then events and deliveries are deleted.
WEBHOOK_EVENTS_RETENTION_DAYS = env.int("WEBHOOK_EVENTS_RETENTION_DAYS", 90)
WEBHOOK_MAX_ENDPOINTS = env.int("WEBHOOK_MAX_ENDPOINTS", 100)  # at most so many in an account
WEBHOOK_TIMEOUT = env.float("WEBHOOK_TIMEOUT", 15.0)
# Hosts, addresses and networks that are denied besides all internal ones: the platform's own.
WEBHOOK_DENYLIST = env.list("WEBHOOK_DENYLIST", [urlsplit(PUBLIC_URL).hostname or ""])

# --- The API: requests a minute of one key, and of an account; 0: no limit. An end is never limited.
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", 600)
API_ACCOUNT_RATE_PER_MINUTE = env.int("API_ACCOUNT_RATE_PER_MINUTE", 3000)
MAX_CONNECTIONS = env.int("MAX_CONNECTIONS", 50)  # connections to providers, at most so many in an account

# --- E-mail: a file per mail under var/mails. For a mail server django.core.mail.backends.smtp.EmailBackend;
# for a company one of anymail.backends (https://anymail.dev), with ANYMAIL={"POSTMARK_SERVER_TOKEN": "…"}.
EMAIL_HOST, EMAIL_PORT = env.str("EMAIL_HOST", "localhost"), env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_USER", ""), env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = env.bool("EMAIL_USE_TLS", False), env.bool("EMAIL_USE_SSL", False)
EMAIL_CONCURRENCY = env.int("EMAIL_CONCURRENCY", 16)  # mails side by side in one worker process
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", str(VAR_DIR / "mails"))
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", 10.0)  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"sessions@{urlsplit(PUBLIC_URL).hostname}")
ANYMAIL = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT} | dict(env.json("ANYMAIL", {}))

REQUEST_BODY_TIMEOUT = env.float("REQUEST_BODY_TIMEOUT", 10.0)  # seconds for a request's whole body

INSTALLED_APPS = [
    "liveplatform.admin.apps.PlatformAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "liveplatform.security",
    "liveplatform.work",
    "liveplatform.admin.apps.StaffConfig",
    "liveplatform.api",
    "liveplatform.accounts",
    "liveplatform.webhooks",
    "calls",
    "sessions_app",
]

MIDDLEWARE = [
    "liveplatform.observability.middleware.Probes",
    "liveplatform.security.proxies.TrustedProxies",
    "liveplatform.observability.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "liveplatform.security.content_policy.ContentSecurityPolicy",
    "liveplatform.admin.middleware.AdminSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "liveplatform.admin.middleware.AdminCsrfMiddleware",
    "liveplatform.admin.middleware.AdminAuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "liveplatform.admin.middleware.AdminMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "liveplatform.urls"
WSGI_APPLICATION = "liveplatform.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# "transaction": DATABASE_URL is a pooler in transaction mode, such as PgBouncer (liveplatform/db/pooler.py).
DATABASE_POOLER = env.str("DATABASE_POOLER", "", validate=validate.OneOf(pooler.MODES))
# A process that freezes inside a transaction must not keep its locks for longer than a lease lasts: seconds.
DATABASE_IDLE_LIMIT = env.float("DATABASE_IDLE_LIMIT", max(1.0, WORK_LEASE / 3))
_direct = embedded.django_database(DATABASE_URL)
DATABASES = {"default": pooler.database_settings(_direct, DATABASE_POOLER, DATABASE_IDLE_LIMIT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
# An expired ring is dropped: the sweep has found the rows.
CELERY_TASK_DEFAULT_EXPIRES = 30
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULE = {
    "index_metadata": {"task": "calls.index_metadata", "schedule": 10.0, "options": {"expires": 10}},
    "sweep": {"task": "work.sweep", "schedule": WORK_SWEEP, "options": {"expires": 10}},
    "purge_provider_events": {
        "task": "calls.purge_provider_events",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "purge_webhook_events": {
        "task": "webhooks.purge_events",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "purge_livestream_deliveries": {
        "task": "sessions.purge_livestream_deliveries",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "plan_series": {"task": "sessions.plan_series", "schedule": 900.0, "options": {"expires": 600}},
    "purge": {"task": "api.purge", "schedule": 3600.0, "options": {"expires": 600}},
}

# One JSON line per event, unless a person is watching.
LOGGING = logs.configure(
    level=env.str("LOG_LEVEL", "INFO"), pretty=env.bool("LOG_PRETTY", sys.stderr.isatty())
)

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = None  # nothing is collected: the web process serves each app's own files
WHITENOISE_USE_FINDERS = True
