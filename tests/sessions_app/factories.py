"""Sessions and registrations, created in the database without the platform's own verbs."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from liveplatform.accounts import tokens
from liveplatform.accounts.models import Account, JwtIssuer
from liveplatform.accounts.scopes import READ, SCOPES, WRITE
from sessions_app.caller import Caller
from sessions_app.models import Registration, Session
from sessions_app.models.person import person_key
from tests.support.jwt_issuer import issuer, token

BRAND, HOST = "acme", "host-1"


def session(account: Account, **fields: Any) -> Session:
    """A session tomorrow, with five seats."""
    defaults = {
        "brand_id": BRAND,
        "host_id": HOST,
        "title": "Office hours",
        "scheduled_at": timezone.now() + timedelta(days=1),
        "max_participants": 5,
    }
    made = Session.objects.create(account=account, **(defaults | fields))
    made.refresh_from_db()
    return made


def registration(session: Session, **fields: Any) -> Registration:
    """A registered user with an address; the session's counters are kept."""
    who = fields.pop("user_id", "anna")
    defaults = {
        "user_id": who,
        "person_key": fields.get("person_key") or person_key(user_id=who),
        "email": f"{who or 'guest'}@example.com",
        "status": Registration.Status.REGISTERED,
    }
    made = Registration.objects.create(session=session, **(defaults | fields))
    counter = {"registered": "registered_count", "offered": "offered_count", "waitlist": "waitlist_count"}
    if name := counter.get(made.status):
        Session.objects.filter(pk=session.pk).update(**{name: F(name) + 1})
        session.refresh_from_db()
    made.refresh_from_db()
    return made


def key_caller(account: Account, **fields: Any) -> Caller:
    """A back end with an API key."""
    return Caller(account.pk, "key:test", **({"is_trusted": True} | fields))


def user_caller(account: Account, user_id: str = HOST, **fields: Any) -> Caller:
    """A user with a token."""
    return Caller(account.pk, f"jwt:{user_id}", user_id=user_id, **fields)


def user_token(account: Account, user_id: str, *scopes: str, **more: Any) -> str:
    """A JWT of this user, from an issuer that the account trusts."""
    if not JwtIssuer.objects.filter(account=account).exists():
        issuer(account, scopes=list(SCOPES))
        tokens.clear_cache()
    return token(sub=user_id, scope=" ".join(scopes or (READ, WRITE)), **more)
