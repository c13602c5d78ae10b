"""What providers told, in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from calls.models import ProviderEvent
from liveplatform.fast_admin import RecordAdmin
from liveplatform.work.bell import ring

GZIP = b"\x1f\x8b"


@admin.register(ProviderEvent)
class ProviderEventAdmin(RecordAdmin):
    """Each event and what came of it; as it came, on its own page only."""

    list_display = ("id", "type", "connection", "of_call", "state", "what_came_of_it", "created_at")
    list_filter = ("state", "happening")
    list_select_related = ("connection",)
    id_fields = ("pk", "call", "connection")
    search_help_text = "The id of an event, a call or a connection."
    exclude = ("body",)
    actions = ("apply_again",)
    readonly_fields = ("as_it_came",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderEvent]:
        return super().get_queryset(request).defer("body", "headers", "told")

    @admin.action(description="Apply again", permissions=["change"])
    def apply_again(self, request: HttpRequest, events: QuerySet[ProviderEvent]) -> None:
        due = sum(event.retry() for event in events)
        ring(ProviderEvent.queue)
        self.message_user(request, f"{due} events are applied again.")

    @admin.display(description="call")
    def of_call(self, event: ProviderEvent) -> str:
        if event.call_id is None:
            return "–"
        address = reverse("admin:calls_call_change", args=[event.call_id])
        return format_html('<a href="{}">{}</a>', address, event.call_id)

    @admin.display
    def what_came_of_it(self, event: ProviderEvent) -> str:
        return event.said

    @admin.display(description="body, as it came")
    def as_it_came(self, event: ProviderEvent) -> str:
        body = bytes(event.body)
        zipped = body.startswith(GZIP)
        text = f"{len(body)} bytes of gzip" if zipped else body.decode(errors="backslashreplace")
        return format_html("<pre>{}</pre>", text)
