"""People who register, cancel, and are counted."""

from sessions_app.caller import Caller
from sessions_app.models import Registration, Session
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant


def user(session: Session, name: str, **fields) -> Caller:
    return Caller(session.account_id, "test", user_id=name, **fields)


def enter(session: Session, *names: str, **options) -> list[Registration]:
    """Register these users one after another."""
    return [
        register(
            session.pk, Registrant(user_id=name, email=f"{name}@example.com"), user(session, name), **options
        )
        for name in names
    ]


def counters(session: Session) -> tuple[int, int, int]:
    """Registered, offered, waiting; as the session has them, which is what the rows say."""
    session.refresh_from_db()
    rows = session.registrations.exclude(role__in=("host", "co_host"))
    counted = tuple(rows.filter(status=s).count() for s in ("registered", "offered", "waitlist"))
    kept = (session.registered_count, session.offered_count, session.waitlist_count)
    assert kept == counted
    return kept


def statuses(session: Session) -> dict[str, str]:
    return dict(session.registrations.values_list("user_id", "status"))
