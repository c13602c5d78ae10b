"""The admin of webhook endpoints, events and deliveries."""

from typing import Any

import orjson
import structlog
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from liveplatform.admin.base import LargeTableAdmin, ReadOnlyAdmin
from liveplatform.json_codec import dumps
from liveplatform.webhooks import endpoint_events
from liveplatform.webhooks.endpoints import disable, enable
from liveplatform.webhooks.event_types import event_types
from liveplatform.webhooks.models import Delivery, Endpoint, Event

log = structlog.get_logger(__name__)


class TypeFilter(admin.SimpleListFilter):
    """By registered event type; Django's own filter would read the whole table for its values."""

    title = "type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [(name, name) for name in event_types()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(Endpoint)
class EndpointAdmin(LargeTableAdmin):
    """Webhook endpoints; a secret is shown once, when it is created or rotated."""

    list_display = ("__str__", "account", "is_enabled", "failing_since", "disabled_reason", "created_at")
    list_filter = ("is_enabled",)
    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an endpoint or an account."
    fields = ("account", "url", "description", "events")
    readonly_fields = (
        "is_enabled",
        "disabled_reason",
        "failing_since",
        "last_failed_at",
        "previous_secret_until",
        "created_at",
    )
    actions = ("enable", "disable", "rotate_secret", "send_test", "recover")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*self.fields, *self.readonly_fields] if obj else [*self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """The account of an existing endpoint is fixed: its sealed secret is bound to it."""
        return [*self.readonly_fields, "account"] if obj else [*self.readonly_fields]

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:  # noqa: ANN401
        if not change:
            self._show_once(request, obj, obj.new_secret())
        super().save_model(request, obj, form, change)

    @admin.action(description="Enable, and send skipped deliveries", permissions=["change"])
    def enable(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        resumed = sum(enable(endpoint) for endpoint in endpoints.filter(is_enabled=False))
        self.message_user(request, f"Enabled; {resumed} skipped deliveries are due again.")

    @admin.action(description="Disable", permissions=["change"])
    def disable(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        for endpoint in endpoints.filter(is_enabled=True):
            disable(endpoint)
        self.message_user(request, "Disabled; deliveries that come due are skipped until they are enabled.")

    @admin.action(description="Rotate the secret (both are valid for 24 hours)", permissions=["change"])
    def rotate_secret(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        for endpoint in endpoints:
            self._show_once(request, endpoint, endpoint.new_secret())
            endpoint.save()

    @admin.action(description="Send a test event", permissions=["change"])
    def send_test(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        for endpoint in endpoints.filter(is_enabled=True):
            endpoint_events.send_test(endpoint)
        self.message_user(request, "endpoint.test is on its way to those that are enabled.")

    @admin.action(description="Send failed deliveries again", permissions=["change"])
    def recover(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        count = Delivery.objects.filter(endpoint__in=endpoints, state=Delivery.State.FAILED).restart()
        self.message_user(request, f"{count} deliveries are due again.")

    def _show_once(self, request: HttpRequest, endpoint: Endpoint, secret: str) -> None:
        message = f"The secret of {endpoint}, shown this once: {secret}"
        self.message_user(request, message, messages.WARNING)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Published events; immutable."""

    list_display = ("type", "message_id", "account", "subject_id", "sequence", "created_at")
    list_filter = (TypeFilter,)
    list_select_related = ("account",)
    id_fields = ("pk", "subject_id")
    search_help_text = "The id of an event (evt_…) or of a call."
    fields = ("message_id", "account", "type", "subject_id", "sequence", "created_at", "pretty_body")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).defer("body")

    @admin.display(description="body")
    def pretty_body(self, event: Event) -> SafeString:
        body = dumps(orjson.loads(event.body), orjson.OPT_INDENT_2).decode()
        return format_html("<pre>{}</pre>", body)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Deliveries of events to endpoints, with every attempt."""

    list_display = ("event_type", "endpoint", "state", "attempts", "due_at", "settled_at", "error_line")
    list_filter = ("state",)
    list_select_related = ("event", "endpoint")
    id_fields = ("pk", "event", "endpoint", "event__subject_id")
    search_help_text = "The id of a delivery, an event (evt_…), an endpoint or a call."
    fields = (
        *("event", "endpoint", "account", "state", "attempts", "max_attempts", "due_at", "settled_at"),
        *("error", "attempts_made"),
    )
    readonly_fields = fields
    actions = ("resend",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).defer("log", "result", "event__body")

    @admin.action(description="Send again, now", permissions=["change"])
    def resend(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        resendable = Delivery.objects.filter(pk__in=deliveries.values("pk"), endpoint__is_enabled=True)
        sent = resendable.restart()
        log.info("deliveries_resent", by=f"staff:{request.user.pk}", count=sent)
        self.message_user(
            request, f"{sent} deliveries are due again; open ones and disabled endpoints were left alone."
        )

    @admin.display(description="type", ordering="event__type")
    def event_type(self, delivery: Delivery) -> str:
        return delivery.event.type

    @admin.display(description="error")
    def error_line(self, delivery: Delivery) -> str:
        return delivery.error[:80]

    @admin.display(description="attempts made")
    def attempts_made(self, delivery: Delivery) -> SafeString:
        shown = ("attempt", "at", "ms", "outcome", "status", "error", "answer")
        head = format_html_join("", "<th>{}</th>", [(name,) for name in shown])
        rows = [
            (format_html_join("", "<td>{}</td>", [(entry.get(name, ""),) for name in shown]),)
            for entry in delivery.log
        ]
        body = format_html_join("", "<tr>{}</tr>", rows)
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)
