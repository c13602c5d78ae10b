"""Filters of the admin's lists of sessions and registrations, by indexes or among the newest rows."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from liveplatform.admin.filters import MAX_FOUND, NewestByValueFilter
from liveplatform.admin.scope import in_scope
from sessions_app.metrics import open_sessions, overdue
from sessions_app.models import Question, Registration, Session
from sessions_app.models.details import Kind


class AttentionFilter(admin.SimpleListFilter):
    """Open sessions, by the partial index of these: the newest MAX_FOUND that match."""

    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [
            ("live", "live"),
            ("scheduled", "scheduled"),
            ("waitlist", "somebody waits"),
            ("overdue", "should be over"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        found: QuerySet[Session]
        match self.value():
            case "live" | "scheduled":
                found = open_sessions().filter(status=self.value())
            case "waitlist":
                found = open_sessions().filter(waitlist_count__gt=0)
            case "overdue":
                found = overdue()
            case _:
                return queryset
        return queryset.filter(pk__in=self._newest(found, request))

    @staticmethod
    def _newest(found: QuerySet[Session], request: HttpRequest) -> list[UUID]:
        rows: Any = in_scope(found, "account", request)
        return list(rows.order_by("-scheduled_at").values_list("pk", flat=True)[:MAX_FOUND])


class SessionStatusFilter(NewestByValueFilter):
    title = "status (of the newest 10,000)"
    parameter_name = "status"
    values = tuple(str(status) for status in Session.Status.values)


class SessionKindFilter(NewestByValueFilter):
    title = "kind (of the newest 10,000)"
    parameter_name = "kind"
    values = tuple(str(kind) for kind in Kind.values)


class RegistrationStatusFilter(NewestByValueFilter):
    title = "status (of the newest 10,000)"
    parameter_name = "status"
    values = tuple(str(status) for status in Registration.Status.values)


class QuestionStatusFilter(NewestByValueFilter):
    title = "status (of the newest 10,000)"
    parameter_name = "status"
    values = tuple(str(status) for status in Question.Status.values)
