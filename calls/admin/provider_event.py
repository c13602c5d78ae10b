"""The admin of provider events."""

from collections.abc import Sequence
from typing import Any, get_args
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from calls.admin.links import call_link
from calls.models import ProviderEvent
from liveplatform.admin.base import ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.filters import NewestByValueFilter, StateFilter
from liveplatform.admin.permissions import RUN_AGAIN
from liveplatform.admin.privacy import hide_numbers
from providers.events import EventKind

GZIP_MAGIC = b"\x1f\x8b"


class EventKindFilter(NewestByValueFilter):
    title = "kind (of the newest 10,000)"
    parameter_name = "kind"
    values = get_args(EventKind)


def _apply_again(ids: Sequence[UUID], actor: str) -> int:
    return ProviderEvent.objects.filter(pk__in=ids).restart()


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    """Events with the outcome of processing; the raw body is shown on an event's own page only."""

    account_path = "connection__account"
    subject_field = "call_id"
    list_display = ("id", "type", "connection", "of_call", "state", "outcome", "created_at")
    list_filter = (StateFilter, EventKindFilter)
    list_select_related = ("connection",)
    id_fields = ("pk", "call", "connection")
    search_help_text = "The id of an event, a call or a connection."
    fields = (
        *("type", "kind", "connection", "of_call", "state", "attempts", "outcome", "occurred_at"),
        *("created_at", "settled_at", "payload", "url", "headers", "raw_body", "log"),
    )
    readonly_fields = fields
    private_fields = ("payload", "url", "headers", "raw_body", "log")
    bulk_actions = (
        BulkAction(
            name="apply_again",
            label="Apply again",
            permission=RUN_AGAIN,
            consequence="Each is applied to its call again, which may end it.",
            kind="kind",
            apply=_apply_again,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body", "headers", "payload")

    @admin.display(description="call")
    def of_call(self, event: ProviderEvent) -> str:
        return call_link(event.call_id)

    @admin.display
    def outcome(self, event: ProviderEvent) -> str:
        return hide_numbers(event.summary)

    @admin.display(description="raw body")
    def raw_body(self, event: ProviderEvent) -> str:
        body = bytes(event.body)
        is_gzip = body.startswith(GZIP_MAGIC)
        text = f"{len(body)} bytes of gzip" if is_gzip else body.decode(errors="backslashreplace")
        return format_html("<pre>{}</pre>", text)
