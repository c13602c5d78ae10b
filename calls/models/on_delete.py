"""The on_delete rules of the accounts and connections of calls and media streams.

Which rows are open, each of these models says by `IS_OPEN`; rows with unsettled steps need theirs too.
"""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, ProtectedError

from liveplatform.accounts.models import Account


def set_null_unless_needed(collector: Any, field: Any, rows: Any, using: str) -> None:  # noqa: ANN401 - Django's
    """SET_NULL, but ProtectedError while a call or stream over the connection is open or has unsettled steps.

    Without its connection a leg cannot be hung up, and is billed on.
    """
    if any(model is Account for model in collector.data):
        return models.SET_NULL(collector, field, rows, using)  # its calls are deleted too
    _require_none(field, rows.using(using), "Calls or streams still need this connection.")
    return models.SET_NULL(collector, field, rows, using)


def cascade_unless_needed(collector: Any, field: Any, rows: Any, using: str) -> None:  # noqa: ANN401 - Django's
    """CASCADE, but ProtectedError while a call or stream of the account is open or has unsettled steps.

    Without its row nothing would hang it up, and nobody would see it.
    """
    what = field.model._meta.verbose_name_plural
    _require_none(field, rows.using(using), f"The account has {what} that run; deactivate it, and end them.")
    return models.CASCADE(collector, field, rows, using)


def _require_none(field: Any, rows: Any, text: str) -> None:  # noqa: ANN401 - Django's
    relation = field.model._meta.get_field("steps")
    steps = relation.related_model
    of_row = {relation.remote_field.name: OuterRef("pk"), "state__in": steps.OPEN}
    needing = rows.filter(field.model.IS_OPEN | Exists(steps._default_manager.filter(**of_row)))
    if needing.exists():
        raise ProtectedError(text, set(needing[:10]))


# Lets Django's collector pass the related rows as a lazy queryset.
set_null_unless_needed.lazy_sub_objs = True  # type: ignore[attr-defined]
