"""The on_delete rules of the calls' accounts and connections."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, ProtectedError, Q

from liveplatform.accounts.models import Account

# When a row of these models is over.
OVER_AT = {"call": "ended_at", "mediastream": "stopped_at"}


def set_null_unless_needed(collector: Any, field: Any, calls: Any, using: str) -> None:  # noqa: ANN401 - Django's
    """SET_NULL, but ProtectedError while a call over the connection is live or has unsettled steps.

    Without its connection a leg cannot be hung up, and is billed on.
    """
    if any(model is Account for model in collector.data):
        return models.SET_NULL(collector, field, calls, using)  # its calls are deleted too
    _require_none(field, calls.using(using), "Calls still need this connection.")
    return models.SET_NULL(collector, field, calls, using)


def cascade_unless_needed(collector: Any, field: Any, calls: Any, using: str) -> None:  # noqa: ANN401 - Django's
    """CASCADE, but ProtectedError while a call of the account is live or has unsettled steps.

    Without its row nothing would hang it up, and nobody would see it.
    """
    _require_none(field, calls.using(using), "The account has calls that run; deactivate it, and end them.")
    return models.CASCADE(collector, field, calls, using)


def _require_none(field: Any, calls: Any, text: str) -> None:  # noqa: ANN401 - Django's
    """`calls` may be media streams too, which have steps of their own."""
    relation = field.model._meta.get_field("steps")
    steps, over_at = relation.related_model, OVER_AT[field.model._meta.model_name]
    own = {relation.field.name: OuterRef("pk")}
    open_steps = steps._default_manager.filter(**own, state__in=steps.OPEN)
    needing = calls.filter(Q(**{over_at: None}) | Exists(open_steps))
    if needing.exists():
        raise ProtectedError(text, set(needing[:10]))


# Lets Django's collector pass the related rows as a lazy queryset.
set_null_unless_needed.lazy_sub_objs = True  # type: ignore[attr-defined]
