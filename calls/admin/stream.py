"""The admin of media streams: what runs, for how long, how each stop came out; and stops."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from calls.admin.links import actor_names, call_link
from calls.admin.sql import MAX_FOUND
from calls.admin.stream_acts import StreamActs
from calls.models import MediaStream, StreamStep
from calls.models.media_stream import IS_OPEN
from calls.streams import metrics
from calls.streams.stop import request_stops
from liveplatform.admin.base import ReadOnlyAdmin, uuid_or_nil
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.filters import StateFilter
from liveplatform.admin.models import StaffAction
from liveplatform.admin.permissions import END_CALLS, END_MANY_CALLS, RUN_AGAIN, may
from liveplatform.admin.privacy import hide_numbers
from liveplatform.admin.scope import in_scope

MAX_ACTS = 20


class StreamAttentionFilter(admin.SimpleListFilter):
    """What runs, or may run; each by an index of its own."""

    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [
            ("open", "starting, live or stopping"),
            ("unconfirmed", "stop accepted, not confirmed for a minute"),
            ("overdue", "past the maximum duration"),
            ("given_up", "stop given up: it may run"),
            ("still_live", "over here, found running at its provider"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MediaStream]) -> QuerySet[MediaStream]:
        rows = in_scope(MediaStream.objects.all(), "account", request).order_by("created_at", "id")
        match self.value():
            case "open":
                found = rows.filter(IS_OPEN)
            case "unconfirmed":
                found = rows.filter(pk__in=metrics.unconfirmed().values("pk"))
            case "overdue":
                found = rows.filter(pk__in=metrics.overdue().values("pk"))
            case "given_up":
                newest = metrics.given_up().order_by("-settled_at")
                found = rows.filter(pk__in=newest.values("stream_id")[:MAX_FOUND])
            case "still_live":
                found = rows.filter(pk__in=metrics.orphans().values("pk"))
            case _:
                return queryset
        return queryset.filter(pk__in=list(found.values_list("pk", flat=True)[:MAX_FOUND]))


class StreamKindFilter(admin.SimpleListFilter):
    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [(str(value), str(label)) for value, label in MediaStream.Kind.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MediaStream]) -> QuerySet[MediaStream]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


def _stop(ids: Sequence[UUID], actor: str) -> int:
    return request_stops(ids, reason="Stopped by staff", actor=actor)


@admin.register(MediaStream)
class MediaStreamAdmin(StreamActs, ReadOnlyAdmin):
    """Lists are narrowed by indexes only; nothing secret is shown anywhere."""

    list_display = ("created", "account", "kind", "of_call", "provider", "state", "age", "length", "outcome")
    list_display_links = ("created",)
    list_filter = (StreamAttentionFilter, StreamKindFilter)
    list_select_related = ("account",)
    ordering = ("-id",)
    sortable_by: ClassVar[Any] = ()
    id_fields = ("pk", "account", "call")
    search_help_text = "The id of a stream, an account or a call, or the provider's id of a stream."
    fields = ("id",)
    readonly_fields = fields
    change_form_template = "admin/calls/mediastream/detail.html"
    bulk_actions = (
        BulkAction(
            name="stop_streams",
            label="Stop these streams",
            permission=END_MANY_CALLS,
            consequence="Those that run are stopped at their provider; their calls and meetings go on.",
            kind="status",
            apply=_stop,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the long columns, and without what is sealed."""
        return super().get_queryset(request).defer("sealed_secrets", "parameters")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term and not found.exists():
            by_provider = Q(provider_stream_id=search_term.strip()) & ~Q(provider_stream_id="")
            return queryset.filter(by_provider), False
        return found, may_repeat

    @admin.display(description="created (UTC)")
    def created(self, stream: MediaStream) -> str:
        return f"{stream.created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="call")
    def of_call(self, stream: MediaStream) -> str:
        return call_link(stream.call_id)

    @admin.display(description="status")
    def state(self, stream: MediaStream) -> str:
        return stream.status

    @admin.display(description="age")
    def age(self, stream: MediaStream) -> str:
        """How long it has run, or ran."""
        until = stream.stopped_at or timezone.now()
        minutes, seconds = divmod(max(0, int((until - stream.created_at).total_seconds())), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    @admin.display(description="minutes")
    def length(self, stream: MediaStream) -> str:
        return "–" if stream.minutes is None else str(stream.minutes)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        streams = super().get_queryset(request).select_related("account", "connection", "call")
        stream = streams.filter(pk=uuid_or_nil(object_id)).first()
        context = detail_context(request, stream) if isinstance(stream, MediaStream) else {}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<uuid:stream_id>/stop/",
                self.admin_site.admin_view(self.stop_view),
                name="calls_mediastream_stop",
            ),
            *super().get_urls(),
        ]


def detail_context(request: HttpRequest, stream: MediaStream) -> dict[str, Any]:
    """What detail.html shows of a stream."""
    names = actor_names([stream.created_by, stream.stopped_by])
    steps = list(stream.steps.order_by("created_at", "id")[:100])
    for step in steps:
        step.error = hide_numbers(step.error)
    stop_failed = any(s.kind == s.Kind.STOP and s.state == s.State.FAILED for s in steps)
    return {
        "stream": stream,
        "call": call_link(stream.call_id),
        "created_by": names[stream.created_by],
        "stopped_by": names[stream.stopped_by],
        "service_url": without_credentials(str(stream.parameters.get("service_url", ""))),
        "parameters": _shown_parameters(stream),
        "steps": steps,
        "is_given_up": stop_failed,
        "is_unconfirmed": metrics.unconfirmed().filter(pk=stream.pk).exists(),
        "is_still_live": metrics.orphans().filter(pk=stream.pk).exists(),
        "may_stop": may(request, END_CALLS) and (not stream.is_over or stop_failed),
        "may_run_again": may(request, RUN_AGAIN),
        "acts": StaffAction.objects.filter(subjects__contains=[stream.pk])[:MAX_ACTS],
    }


def without_credentials(url: str) -> str:
    """Scheme, host and path: user, password and query may hold secrets of the customer."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}" if parts.hostname else ""


def _shown_parameters(stream: MediaStream) -> list[tuple[str, str]]:
    names = ("track", "bidirectional", "encoding", "sample_rate", "content_type", "width", "height")
    return [
        (name.replace("_", " "), str(stream.parameters[name])) for name in names if name in stream.parameters
    ]


def _rerun(ids: Sequence[UUID], actor: str) -> int:
    return StreamStep.objects.filter(pk__in=ids).restart()


@admin.register(StreamStep)
class StreamStepAdmin(ReadOnlyAdmin):
    """Work about streams; the filter `failed` lists what needs attention."""

    account_path = "stream__account"
    list_display = ("id", "stream", "kind", "slot", "state", "attempts", "due_at", "error_line")
    list_select_related = ("stream",)
    list_filter = (StateFilter,)
    id_fields = ("pk", "stream")
    search_help_text = "The id of a step or a stream."
    fields = (
        *("stream", "kind", "slot", "state", "attempts", "max_attempts", "due_at", "settled_at"),
        *("error_line", "result", "log"),
    )
    readonly_fields = fields
    private_fields = ("result", "log")
    bulk_actions = (
        BulkAction(
            name="run_again",
            label="Run again",
            permission=RUN_AGAIN,
            consequence="Settled steps run again: stop asks the provider, callback tells the customer.",
            kind="kind",
            apply=_rerun,
        ),
    )

    @admin.display(description="error")
    def error_line(self, step: StreamStep) -> str:
        return hide_numbers(step.error)[:300]
