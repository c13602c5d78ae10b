"""Structured logs: one JSON line per event, with request id, call id and step; private data is redacted."""

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

# Phone numbers and e-mail addresses (also inside URLs), API keys, tokens, signing secrets and signed links.
PRIVATE = [
    (re.compile(r"(?:\+|%2B)\d[\d\s().-]{5,}\d", re.IGNORECASE), "[number]"),
    (re.compile(r"\(\d{3}\)\s*\d{3}[\s.-]?\d{4}"), "[number]"),
    (re.compile(r"(?<![\w.:-])\d{3}[\s.-]\d{3}[\s.-]\d{4}(?![\w-])"), "[number]"),
    (re.compile(r"(?<![\w.:-])\d{10,15}(?![\w.-])"), "[number]"),
    (re.compile(r"\blp_[0-9a-f]+_[\w-]+"), "[key]"),
    (re.compile(r"\bwhsec_[\w+/=-]+"), "[secret]"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 [token]"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"//[^/\s:@]*:[^/\s@]+@"), "//[password]@"),
    (re.compile(r"(?<![\w-])[\w-]{16,}\.[\w-]{43}(?![\w-])"), "[signed]"),
    (re.compile(r"(?<![\w.+-])[\w.+-]+(?:@|%40)[\w-]+\.[\w.-]+", re.IGNORECASE), "[address]"),
]
PRIVATE_NAMES = {
    "api_key",
    "api_secret",
    "auth_token",
    "authorization",
    "body",
    "cookie",
    "password",
    "secret",
    "text",
    "token",
    "transcript",
    "turns",
}
# Database errors quote whole rows, with phone numbers and transcripts.
DETAIL = re.compile(r"(DETAIL|CONTEXT):.*", re.DOTALL)
REQUEST_ID = re.compile(r"[\w.:-]{1,100}\Z", re.ASCII)
QUIET = ("/static/",)

Event = MutableMapping[str, Any]


def redact(_: object, __: str, event: Event) -> Event:
    """structlog processor: redact private data at any depth of an event."""
    for name, value in event.items():
        if not name.startswith("_"):  # structlog's own, removed before output
            event[name] = _clean(name, value)
    return event


def _clean(name: str, value: object) -> object:
    if name.lower() in PRIVATE_NAMES:
        return "[private]"
    match value:
        case None | bool() | int() | float():
            return value
        case dict():
            return {str(key): _clean(str(key), inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(name, inner) for inner in value]
        case _:
            return scrub(str(value))


def scrub(text: str) -> str:
    """The text with phone numbers, keys and tokens replaced."""
    for pattern, instead in PRIVATE:
        text = pattern.sub(instead, text)
    return DETAIL.sub(r"\1: [private]", text)


class CallersErrors(logging.Filter):
    """Makes errors that are not the platform's warnings, since alarms are set on errors.

    Those are what Django calls a suspicious operation (400), and answers of 502 to 504: a provider refused
    the customer's credentials, a bound refused a request. What of it is the platform's own, such as a
    database that does not answer, is logged as an error where it is found.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """True: the record is written in any case."""
        status = getattr(record, "status_code", 500)
        answered = record.name == "django.request" and status > 500 and not record.exc_info
        if record.levelno == logging.ERROR and (answered or record.name.startswith("django.security.")):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = None
        return True


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    redact,
]


def configure(*, level: str = "INFO", pretty: bool = False) -> dict[str, Any]:
    """Configure structlog; returns Django's LOGGING setting, which sends all loggers through it."""
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
        "filters": {"callers_errors": {"()": CallersErrors}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": sys.stderr,
                "formatter": "structured",
                "filters": ["callers_errors"],
            }
        },
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["out"], "propagate": False},
            "django.request": {"level": "ERROR"},
            "_granian": {"handlers": ["out"], "level": "WARNING", "propagate": False},
            "urllib3": {"level": "ERROR"},
            "kombu": {"level": "ERROR"},
            "amqp": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
        },
    }


class RequestLog:
    """Middleware: gives each request an id, returned as X-Request-ID, and logs one line per request.

    All log lines of the request carry the id, the account (bound at authentication) and the UUIDs in the URL.
    """

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

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        ids = {name: str(value) for name, value in kwargs.items() if isinstance(value, uuid.UUID)}
        structlog.contextvars.bind_contextvars(**ids)
