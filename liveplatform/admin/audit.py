"""The record of what staff did: one StaffAction per act, in the transaction of the act."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.db.models.functions import Now
from django.forms import ModelForm
from django.http import HttpRequest

from liveplatform.admin.models import StaffAction
from liveplatform.admin.privacy import hide_numbers

MAX_VALUE_LENGTH = 500
MAX_LOOKED_BACK = 1_000  # acts, for a lock-out that is on record already
CHANGED = "changed"  # what is told of a value that is not to be told


def staff_actor(request: HttpRequest) -> str:
    """The actor of what is done in the admin: "staff:" and the user's name, 80 characters at most."""
    return f"staff:{request.user.get_username()}"[:80]


def record(
    request: HttpRequest,
    verb: str,
    model: type[Model] | None = None,
    *,
    target: str = "",
    account_id: UUID | None = None,
    subjects: Iterable[UUID] = (),
    rows: int = 1,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record one act. `subjects`: the rows and the calls on whose pages it is shown; `detail`: no secrets."""
    StaffAction.objects.create(
        actor=staff_actor(request),
        verb=verb[:80],
        model=model._meta.label_lower if model else "",
        target=hide_numbers(target)[:200],
        account_id=account_id,
        subjects=list(dict.fromkeys(subjects)),
        rows=rows,
        detail=_readable(detail or {}),
    )


def record_login(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:  # noqa: ANN401
    """Record that a member of staff logged in."""
    StaffAction.objects.create(actor=f"staff:{user.get_username()}"[:80], verb="log in")


def record_logout(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:  # noqa: ANN401
    """Record that a member of staff logged out; `user` is None if the session had ended before."""
    if user is not None:
        StaffAction.objects.create(actor=f"staff:{user.get_username()}"[:80], verb="log out")


def record_lockout(sender: Any, username: str, ip_address: str, **kwargs: Any) -> None:  # noqa: ANN401
    """Record that a user was locked out for an address: once per lock, and only names that exist."""
    actor = f"address:{ip_address}"[:80]
    known = get_user_model().objects.filter(**{get_user_model().USERNAME_FIELD: username}).exists()
    recent = StaffAction.objects.filter(
        actor=actor,
        verb="locked out",
        target=hide_numbers(username or "")[:200],
        created_at__gt=Now() - settings.AXES_COOLOFF_TIME,
        pk__in=StaffAction.objects.order_by("-pk").values("pk")[:MAX_LOOKED_BACK],
    )
    if known and not recent.exists():
        target = hide_numbers(username)[:200]
        StaffAction.objects.create(actor=actor, verb="locked out", target=target)


def changes_of(form: "ModelForm[Any]", secret_fields: Iterable[str], *, is_new: bool) -> dict[str, Any]:
    """Before and after of each changed field of a form; a secret is told as "changed" only."""
    changes: dict[str, Any] = {}
    for name in form.changed_data:
        if name in secret_fields:
            changes[name] = CHANGED
        elif is_new:
            changes[name] = {"after": form.cleaned_data.get(name)}
        else:
            changes[name] = {"before": form.initial.get(name), "after": form.cleaned_data.get(name)}
    return changes


def _readable(value: Any) -> Any:  # noqa: ANN401 - JSON of any depth
    """JSON for people: texts are cut, and phone numbers masked."""
    if isinstance(value, Mapping):
        return {str(name): _readable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_readable(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return hide_numbers(str(value))[:MAX_VALUE_LENGTH]
