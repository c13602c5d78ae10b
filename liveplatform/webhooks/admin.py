"""The admin of webhook endpoints, events and deliveries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from liveplatform.admin.base import LargeTableAdmin, ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.confirm import secrets_page
from liveplatform.admin.filters import NewestByValueFilter, StateFilter
from liveplatform.admin.permissions import MANAGE_KEYS, RESEND_DELIVERIES, may
from liveplatform.admin.privacy import hide_numbers
from liveplatform.json_codec import dumps
from liveplatform.webhooks import endpoint_events
from liveplatform.webhooks.admin_tables import attempts_table, newest_deliveries
from liveplatform.webhooks.endpoints import disable, enable
from liveplatform.webhooks.event_types import event_types
from liveplatform.webhooks.models import Delivery, Endpoint, Event

CHANGE_ENDPOINT = "webhooks.change_endpoint"


class TypeFilter(NewestByValueFilter):
    """By registered event type; Django's own filter would read the whole table for its values."""

    title = "type (of the newest 10,000)"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [(name, name) for name in event_types()]


def _skipped(ids: Sequence[UUID]) -> int:
    """How many deliveries are sent if these endpoints are enabled."""
    return Delivery.objects.filter(endpoint__in=ids, state=Delivery.State.SKIPPED).count()


def _enable(ids: Sequence[UUID], actor: str) -> int:
    endpoints = list(Endpoint.objects.filter(pk__in=ids, is_enabled=False))
    for endpoint in endpoints:
        enable(endpoint)
    return len(endpoints)


def _disable(ids: Sequence[UUID], actor: str) -> int:
    endpoints = list(Endpoint.objects.filter(pk__in=ids, is_enabled=True))
    for endpoint in endpoints:
        disable(endpoint)
    return len(endpoints)


def _rotate(ids: Sequence[UUID], actor: str) -> list[tuple[str, str]]:
    shown = []
    for endpoint in Endpoint.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
        shown.append((f"The secret of {endpoint}", endpoint.new_secret()))
        endpoint.save()
    return shown


def _test(ids: Sequence[UUID], actor: str) -> int:
    endpoints = list(Endpoint.objects.filter(pk__in=ids, is_enabled=True))
    for endpoint in endpoints:
        endpoint_events.send_test(endpoint)
    return len(endpoints)


def _resend(ids: Sequence[UUID], actor: str) -> int:
    """Settled deliveries to enabled endpoints; open ones are on their way."""
    return Delivery.objects.filter(pk__in=ids, endpoint__is_enabled=True).restart()


@admin.register(Endpoint)
class EndpointAdmin(LargeTableAdmin):
    """Webhook endpoints; a secret is shown once, when it is created or rotated."""

    list_display = ("__str__", "account", "is_enabled", "failing_since", "disabled_reason", "created_at")
    list_filter = ("is_enabled",)
    list_select_related = ("account",)
    raw_id_fields = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an endpoint or an account."
    readonly_fields = (
        *("is_enabled", "disabled_reason", "failing_since", "last_failed_at", "previous_secret_until"),
        *("created_at", "newest_deliveries"),
    )
    fields = ("account", "url", "description", "events", "payload", *readonly_fields)
    actions = ("recover",)
    bulk_actions = (
        BulkAction(
            name="enable",
            label="Enable",
            permission=CHANGE_ENDPOINT,
            consequence="Their skipped deliveries are sent too: the number to type counts these.",
            kind="is_enabled",
            apply=_enable,
            weigh=_skipped,
        ),
        BulkAction(
            name="disable",
            label="Disable",
            permission=CHANGE_ENDPOINT,
            consequence="Deliveries that come due are skipped until the endpoints are enabled.",
            apply=_disable,
        ),
        BulkAction(
            name="rotate_secret",
            label="Rotate the secret",
            permission=MANAGE_KEYS,
            consequence="Each gets a new secret, shown once. Both are valid for 24 hours.",
            reveal=_rotate,
        ),
        BulkAction(
            name="send_test",
            label="Send a test event",
            permission=RESEND_DELIVERIES,
            consequence="endpoint.test is sent to those that are enabled.",
            apply=_test,
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:  # noqa: ANN401
        """The account of an existing endpoint is fixed: its sealed secret is bound to it."""
        return [*self.readonly_fields, "account"] if obj else [*self.readonly_fields]

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:  # noqa: ANN401, FBT001
        if not change:
            obj.shown_secret = obj.new_secret()
        super().save_model(request, obj, form, change)

    def response_add(
        self,
        request: HttpRequest,
        obj: Any,  # noqa: ANN401
        post_url_continue: str | None = None,
    ) -> HttpResponse:
        """The secret, on a page that is shown once."""
        shown = [(f"The secret of {obj}", obj.shown_secret)]
        back = reverse("admin:webhooks_endpoint_changelist")
        return secrets_page(request, self.admin_site, "A new endpoint", shown, back)

    @admin.action(description="Send failed deliveries again")
    def recover(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> HttpResponse:
        """Asks on the page of deliveries, about the newest that failed."""
        failed = Delivery.objects.filter(endpoint__in=endpoints, state=Delivery.State.FAILED)
        page: Any = self.admin_site.get_model_admin(Delivery)
        answer: HttpResponse = page.confirm_rows(request, "resend", failed.order_by("-created_at"))
        return answer

    def get_actions(self, request: HttpRequest) -> Any:  # noqa: ANN401
        actions = super().get_actions(request)
        if not may(request, RESEND_DELIVERIES):
            actions.pop("recover", None)
        return actions

    @admin.display(description="newest deliveries")
    def newest_deliveries(self, endpoint: Endpoint) -> SafeString:
        return newest_deliveries(endpoint)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Published events; immutable."""

    list_display = ("message_id", "type", "account", "subject_id", "sequence", "created_at")
    list_filter = (TypeFilter,)
    list_select_related = ("account",)
    id_fields = ("pk", "subject_id")
    search_help_text = "The id of an event (evt_…) or of a call."
    fields = ("message_id", "account", "type", "subject_id", "sequence", "created_at", "pretty_body")
    readonly_fields = fields
    private_fields = ("pretty_body",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")

    @admin.display(description="body")
    def pretty_body(self, event: Event) -> SafeString:
        body = dumps(orjson.loads(event.body), orjson.OPT_INDENT_2).decode()
        return format_html("<pre>{}</pre>", body)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Deliveries of events to endpoints, with every attempt."""

    list_display = ("id", "event_type", "endpoint", "state", "attempts", "due_at", "settled_at", "error_line")
    list_filter = (StateFilter,)
    list_select_related = ("event", "endpoint")
    id_fields = ("pk", "event", "endpoint", "event__subject_id")
    search_help_text = "The id of a delivery, an event (evt_…), an endpoint or a call."
    subject_field = "event__subject_id"
    fields = (
        *("event", "endpoint", "account", "state", "attempts", "max_attempts", "due_at", "settled_at"),
        *("error_line", "attempts_made"),
    )
    readonly_fields = fields
    private_fields = ("attempts_made",)  # receivers may answer with what they were sent
    bulk_actions = (
        BulkAction(
            name="resend",
            label="Send again",
            permission=RESEND_DELIVERIES,
            consequence="They are sent again now. Those on their way or to disabled endpoints stay.",
            kind="state",
            apply=_resend,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("log", "result", "event__body")

    @admin.display(description="type")
    def event_type(self, delivery: Delivery) -> str:
        return delivery.event.type

    @admin.display(description="error")
    def error_line(self, delivery: Delivery) -> str:
        return hide_numbers(delivery.error)[:200]

    @admin.display(description="attempts made")
    def attempts_made(self, delivery: Delivery) -> SafeString:
        return attempts_table(delivery)
