"""Logs: one JSON line per event, with request id, call id and step; nothing private in them."""

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("request")

# Digits like a phone number; API keys, bearer tokens and signing secrets.
PRIVATE = [
    (re.compile(r"\+\d[\d\s().-]{6,}\d"), "[number]"),
    (re.compile(r"\blp_[0-9a-f]+_[\w-]+"), "[key]"),
    (re.compile(r"\bwhsec_[\w+/=-]+"), "[secret]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
]
PRIVATE_NAMES = {"authorization", "token", "secret", "password", "auth_token", "text", "turns", "transcript"}
# Errors of the database quote whole rows, numbers and transcripts among them.
DETAIL = re.compile(r"(DETAIL|CONTEXT):.*", re.DOTALL)
REQUEST_ID = re.compile(r"[\w.:-]{1,100}\Z")
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")

Event = MutableMapping[str, Any]


def redact(_: object, __: str, event: Event) -> Event:
    """A processor that leaves nothing private in an event."""
    for name, value in event.items():
        if name.lower() in PRIVATE_NAMES:
            event[name] = "[private]"
        elif isinstance(value, str):
            event[name] = scrub(value)
    return event


def scrub(text: str) -> str:
    """Text without numbers, keys and tokens."""
    for pattern, instead in PRIVATE:
        text = pattern.sub(instead, text)
    return DETAIL.sub(r"\1: [private]", text)


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    redact,
]


def configure(*, level: str = "INFO", pretty: bool = False) -> dict[str, Any]:
    """Set up structlog, and return Django's LOGGING with everything going the same way."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), *SHARED],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {
            "out": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "structured"}
        },
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["out"], "propagate": False},
            "django.request": {"level": "ERROR"},
            "urllib3": {"level": "ERROR"},
            "kombu": {"level": "ERROR"},
            "amqp": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
        },
    }


class RequestLog:
    """Middleware: gives each request an id, answers it, and logs one line per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if not request.path.startswith(QUIET):
            ms = round((time.perf_counter() - began) * 1000, 1)
            log.info("request", method=request.method, path=request.path, status=response.status_code, ms=ms)
        return response
