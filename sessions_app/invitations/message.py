"""The message of a mail: its subject, its text and HTML by templates/email, and its calendar entry.

The first line of a kind's template is the subject, the rest what the mail says; body.txt and body.html put it
between greeting, session and links. Nothing here reads the database.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine, Template

from sessions_app.invitations import ics
from sessions_app.invitations.ics import one_line, public_url
from sessions_app.invitations.links import make_link
from sessions_app.invitations.precedence import Place
from sessions_app.invitations.times import written_period, written_span, written_time, zone_of
from sessions_app.models import Mail, Registration
from sessions_app.models.session import CANCELLED_REASON, ENDED_REASON

Kind = Mail.Kind

MAX_SUBJECT_LENGTH = 200
MAX_NAME_LENGTH = 60
# Names that hold an address of the web: whoever registers somebody else could send them one.
NAME_WITH_ADDRESS = re.compile(r"[/:@\\]|\w\.\w")


@dataclass(frozen=True)
class Letter:
    """A mail and what its message is made of. The mail's registration and its session are loaded."""

    mail: Mail
    host: str  # its name
    place: Place
    now: datetime


class Link(NamedTuple):
    """A link of a mail; the first is shown as a button."""

    label: str
    url: str


def build(letter: Letter) -> EmailMultiAlternatives:
    """The message, with the same Message-ID at every attempt."""
    mail = letter.mail
    subject, values = _values(letter)
    message = EmailMultiAlternatives(
        subject=subject,
        body=_render("body.txt", values),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        headers=_headers(mail, values),
    )
    message.attach_alternative(_render("body.html", values | {"subject": subject}, escapes=True), "text/html")
    if entry := calendar_entry(letter):
        method = "CANCEL" if mail.kind in Mail.CANCELLING else "REQUEST"
        message.attach_alternative(entry.decode(), f"text/calendar; method={method}")
        message.attach("invite.ics", entry, "application/ics")
    return message


def calendar_entry(letter: Letter) -> bytes | None:
    """The invitation, or what takes it back; None of mails without one, and for people without a seat."""
    mail = letter.mail
    is_cancelled = mail.kind in Mail.CANCELLING
    has_seat = mail.registration.status == Registration.Status.REGISTERED
    if not (letter.place.was_invited if is_cancelled else mail.kind in Mail.INVITING and has_seat):
        return None
    entry = ics.Entry(
        session=mail.session,
        host=letter.host,
        sequence=letter.place.sequence,
        stamp=datetime.fromtimestamp(mail.number / 1e6, UTC),
        status="CANCELLED" if is_cancelled else "CONFIRMED",
        attendee=mail.registration,
        address=mail.to,
    )
    return ics.invitation(entry, is_cancelled=is_cancelled)


def _headers(mail: Mail, values: dict[str, Any]) -> dict[str, str]:
    headers = {
        "Message-ID": f"<{mail.message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834
        "X-Auto-Response-Suppress": "All",  # the same for Exchange
    }
    return headers | ({"List-Unsubscribe": f"<{values['cancel']}>"} if values["can_cancel"] else {})


def _values(letter: Letter) -> tuple[str, dict[str, Any]]:
    """The subject, and what the templates of the body show."""
    mail, registration = letter.mail, letter.mail.registration
    zone = zone_of(registration)
    title = one_line(mail.session.title)
    given = {"session": mail.session, "title": title, "is_registered": _has_seat(registration)}
    first, _, rest = _render(f"{mail.kind}.txt", given | _told(letter, zone)).partition("\n")
    can_cancel = registration.is_open and not mail.session.is_over
    return one_line(first)[:MAX_SUBJECT_LENGTH], given | {
        "lead": rest.strip(),
        "name": greeting_name(registration.name),
        "period": written_period(mail.session, zone),
        "host": one_line(letter.host),
        "links": _links(mail, can_cancel=can_cancel),
        "address": mail.to,
        "can_cancel": can_cancel,
        "cancel": make_link("cancel", registration),
        "feed": make_link("feed", registration) if can_cancel else "",
    }


def _told(letter: Letter, zone: ZoneInfo) -> dict[str, Any]:
    """What this mail tells besides the session."""
    mail, details = letter.mail, letter.mail.details
    until = mail.registration.offer_expires_at
    left = max(mail.session.scheduled_at - letter.now, timedelta())
    return {
        "offer_until": written_time(until, zone) if until else "",
        "previous_time": _written(details.get("previous_scheduled_at"), zone),
        "reason": _reason(mail),
        "starts_in": written_span(left),
    }


def _reason(mail: Mail) -> str:
    """The reason that somebody gave for a cancellation; "" if nobody did."""
    reason = one_line(str(mail.details.get("reason") or mail.session.end_reason))
    return "" if reason in (CANCELLED_REASON, ENDED_REASON) else reason


def _written(value: object, zone: ZoneInfo) -> str:
    """A time of a mail's details, which is an ISO text; "" if there is none."""
    with suppress(ValueError):
        at = datetime.fromisoformat(str(value))
        return written_time(at, zone) if at.tzinfo else ""
    return ""


def _links(mail: Mail, *, can_cancel: bool) -> list[Link]:
    registration, session = mail.registration, mail.session
    if mail.kind == Kind.OFFERED:
        accept, decline = make_link("accept", registration), make_link("decline", registration)
        return [Link("Accept the seat", accept), Link("Decline it", decline)]
    if can_cancel and _has_seat(registration):
        return [Link("Join the session", make_link("join", registration))]
    return [Link("The session's page", public_url(session))] if session.is_public else []


def greeting_name(name: str) -> str:
    """The name as a mail may greet with it; "" for one that is an address, or no name."""
    name = one_line(name)
    return "" if NAME_WITH_ADDRESS.search(name) or len(name) > MAX_NAME_LENGTH else name


def _has_seat(registration: Registration) -> bool:
    return registration.status == Registration.Status.REGISTERED


def _render(name: str, values: dict[str, Any], *, escapes: bool = False) -> str:
    """A template of templates/email. HTML escapes what it shows; plain text must not."""
    return _template(name).render(Context(values, autoescape=escapes))


@cache
def _template(name: str) -> Template:
    return Engine.get_default().get_template(f"email/{name}")
