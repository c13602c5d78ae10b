"""The context of a session's page, gathered in a fixed number of queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest

from calls.admin.links import actor_names, call_link
from liveplatform.admin.models import StaffAction
from liveplatform.admin.permissions import RESEND_DELIVERIES, SEE_PRIVATE, may
from liveplatform.admin.privacy import hide_numbers
from liveplatform.json_codec import dumps
from liveplatform.webhooks.models import Event
from sessions_app.admin.links import meeting_links, series_link
from sessions_app.admin.people import CHANGE_SESSION
from sessions_app.models import Mail, Question, Registration, Session, SessionDuty
from sessions_app.schedule import closes_at, host_check_at, opens_at

MAX_ROWS = 50  # of each table
MAX_ACTS = 20
MAX_JSON = 4_000


def detail_context(request: HttpRequest, session: Session) -> dict[str, Any]:
    """What detail.html shows of a session, without private data for those who may not see it."""
    is_private = not may(request, SEE_PRIVATE)
    return {
        "session": session,
        "is_private": is_private,
        "may_change": may(request, CHANGE_SESSION),
        "may_export": not is_private,
        "may_resend": may(request, RESEND_DELIVERIES),
        "reason": hide_numbers(session.end_reason) if is_private else session.end_reason,
        "call": call_link(session.call_id),
        "meetings": meeting_links(session),
        "series": series_link(session.series),
        "created_by": actor_names([session.created_by])[session.created_by],
        "facts": _facts(session, is_private=is_private),
        "counts": _counts(session),
        "waiting": _waiting(session),
        "registrations": Registration.objects.filter(session=session).order_by("-created_at", "-id")[
            :MAX_ROWS
        ],
        "questions": Question.objects.filter(session=session).order_by("-created_at", "-id")[:MAX_ROWS],
        "duties": SessionDuty.objects.filter(session=session).order_by("due_at", "id")[:MAX_ROWS],
        "mails": Mail.objects.filter(session=session).order_by("-created_at")[:MAX_ROWS],
        "mail_counts": _mail_counts(session),
        "events": Event.objects.filter(subject_id=session.pk).defer("body").order_by("-sequence")[:MAX_ROWS],
        "acts": StaffAction.objects.filter(subjects__contains=[session.pk])[:MAX_ACTS],
    }


def _facts(session: Session, *, is_private: bool) -> list[tuple[str, str]]:
    """Rows of the table that not every session has."""
    facts = [
        ("Description", session.description[:500]),
        ("Category", session.category),
        ("Tags", ", ".join(session.tags)),
        ("Community", session.community_slug or session.community_id),
        ("Join window opens", f"{opens_at(session):%Y-%m-%d %H:%M}"),
        ("Host expected by", _time(host_check_at(session))),
        ("Is ended at", _time(closes_at(session))),
        ("Registration closes", _time(session.registration_closes_at)),
        ("Reminders", ", ".join(f"{minutes} min before" for minutes in session.reminder_minutes)),
        ("Waitlist gives", session.get_waitlist_mode_display()),
        ("Approval", "asked for" if session.requires_approval else ""),
    ]
    if not is_private and session.metadata:
        facts.append(("Metadata", dumps(session.metadata).decode()[:MAX_JSON]))
    return [(name, value) for name, value in facts if value]


def _time(at: Any) -> str:  # noqa: ANN401 - a time or None
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _counts(session: Session) -> Iterable[tuple[str, int]]:
    """How many registrations there are in each status that some have."""
    counted = Registration.objects.filter(session=session).values("status").order_by()
    counts = dict(counted.annotate(n=Count("pk")).values_list("status", "n"))
    return [(str(label), counts[value]) for value, label in Registration.Status.choices if value in counts]


def _waiting(session: Session) -> Iterable[Registration]:
    """The first who wait, in their order."""
    rows = Registration.objects.filter(session=session, status=Registration.Status.WAITLIST)
    return rows.order_by("waitlist_number")[:MAX_ROWS]


def _mail_counts(session: Session) -> list[tuple[str, int]]:
    rows = Mail.objects.filter(session=session).values("state").order_by()
    return list(rows.annotate(n=Count("pk")).values_list("state", "n"))
