"""Deleting what calls need: not while they need it."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, ProtectedError, Q

from liveplatform.accounts.models import Account


def set_null_unless_needed(collector: Any, field: Any, calls: Any, using: str) -> None:  # noqa: ANN401 - Django's
    """As SET_NULL; ProtectedError while a call is live, or what follows its end is not done.

    A leg whose connection is gone can never be hung up, and goes on billing.
    """
    if any(model is Account for model in collector.data):
        return models.SET_NULL(collector, field, calls, using)  # its calls go as well
    steps = field.model._meta.get_field("steps").related_model
    open_steps = steps._default_manager.filter(call=OuterRef("pk"), state__in=steps.OPEN)
    needing = calls.using(using).filter(Q(ended_at=None) | Exists(open_steps))
    if needing.exists():
        raise ProtectedError("Calls still need this connection.", set(needing[:10]))
    return models.SET_NULL(collector, field, calls, using)


# Django takes the rows of a relation as a queryset from those that promise not to need them one by one.
set_null_unless_needed.lazy_sub_objs = True  # type: ignore[attr-defined]
