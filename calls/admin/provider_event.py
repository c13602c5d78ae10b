"""The admin of provider events."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from calls.admin.links import call_link
from calls.models import ProviderEvent
from liveplatform.admin.base import ReadOnlyAdmin

GZIP_MAGIC = b"\x1f\x8b"


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    """Events with the outcome of processing; the raw body is shown on an event's own page only."""

    list_display = ("id", "type", "connection", "of_call", "state", "outcome", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("connection",)
    id_fields = ("pk", "call", "connection")
    search_help_text = "The id of an event, a call or a connection."
    exclude = ("body",)
    actions = ("apply_again",)
    readonly_fields = ("raw_body",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderEvent]:
        return super().get_queryset(request).defer("body", "headers", "payload")

    @admin.action(description="Apply again", permissions=["change"])
    def apply_again(self, request: HttpRequest, events: QuerySet[ProviderEvent]) -> None:
        due = ProviderEvent.objects.filter(pk__in=events).restart()
        self.message_user(request, f"{due} events are applied again.")

    @admin.display(description="call")
    def of_call(self, event: ProviderEvent) -> str:
        return call_link(event.call_id)

    @admin.display
    def outcome(self, event: ProviderEvent) -> str:
        return event.summary

    @admin.display(description="raw body")
    def raw_body(self, event: ProviderEvent) -> str:
        body = bytes(event.body)
        is_gzip = body.startswith(GZIP_MAGIC)
        text = f"{len(body)} bytes of gzip" if is_gzip else body.decode(errors="backslashreplace")
        return format_html("<pre>{}</pre>", text)
