"""The admin of livestreams: apps, meetings, livestreams with their runs, and who is told of them."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from calls.models.media_stream import OPEN_STATUSES
from calls.streams.stop import request_stops
from liveplatform.admin.base import ReadOnlyAdmin
from liveplatform.admin.bulk import BulkAction
from liveplatform.admin.permissions import END_MANY_CALLS
from sessions_app.admin.links import session_link
from sessions_app.models import App, Livestream, LivestreamSession, LivestreamWebhook, Meeting, WebhookKeyPair

MAX_RUNS = 50


class ActiveFilter(admin.SimpleListFilter):
    """Livestreams that run, or are being started or stopped."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        return [("active", "active")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Livestream]) -> QuerySet[Livestream]:
        return queryset.filter(is_active=True) if self.value() == "active" else queryset


@admin.register(App)
class AppAdmin(ReadOnlyAdmin):
    """Groups of meetings."""

    list_display = ("id", "name", "account", "created_at")
    list_select_related = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of an app or an account."
    fields = ("id", "account", "name", "connection", "created_at")
    readonly_fields = fields


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Rooms that can be broadcast; where they are broadcast to is never shown."""

    list_display = ("id", "title", "app", "account", "status", "of_session", "created_at")
    list_select_related = ("app", "account", "session")
    id_fields = ("pk", "app", "session")
    search_help_text = "The id of a meeting, an app or a session."
    fields = (
        *("id", "account", "app", "title", "status", "of_session", "connection", "room_type", "room_id"),
        *("settings", "created_at", "updated_at"),
    )
    readonly_fields = fields
    private_fields = ("settings",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sealed_secrets")

    @admin.display(description="session")
    def of_session(self, meeting: Meeting) -> SafeString | str:
        return session_link(meeting.session) if meeting.session else "–"


def _stop(ids: Sequence[UUID], actor: str) -> int:
    runs = LivestreamSession.objects.filter(livestream__in=ids, stream__status__in=OPEN_STATUSES)
    return request_stops(runs.values_list("pk", flat=True), reason="Stopped by staff", actor=actor)


@admin.register(Livestream)
class LivestreamAdmin(ReadOnlyAdmin):
    """Livestreams; their stream keys are never shown."""

    list_display = ("id", "name", "of_meeting", "account", "status", "is_active", "latest_run")
    list_select_related = ("account", "meeting")
    list_filter = (ActiveFilter,)
    sortable_by: ClassVar[Any] = ()
    id_fields = ("pk", "meeting", "app")
    search_help_text = "The id of a livestream, a meeting or an app."
    fields = (
        *("id", "account", "app", "of_meeting", "name", "status", "is_active", "ingest_server"),
        *("playback_url", "disabled", "created_at", "updated_at", "runs"),
    )
    readonly_fields = fields
    private_fields = ("ingest_server", "playback_url")
    bulk_actions = (
        BulkAction(
            name="stop_livestreams",
            label="Stop these livestreams",
            permission=END_MANY_CALLS,
            consequence="Those that run are stopped at their provider; their meetings go on.",
            kind="status",
            apply=_stop,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        newest = LivestreamSession.objects.select_related("stream").order_by("-created_at", "-stream")[:1]
        runs = Prefetch("sessions", queryset=newest, to_attr="newest_runs")
        return super().get_queryset(request).defer("sealed_stream_key").prefetch_related(runs)

    @admin.display(description="meeting")
    def of_meeting(self, livestream: Livestream) -> SafeString | str:
        if livestream.meeting is None:
            return "–"
        url = reverse("admin:sessions_app_meeting_change", args=[livestream.meeting_id])
        return format_html('<a href="{}">{}</a>', url, str(livestream.meeting)[:80])

    @admin.display(description="latest run")
    def latest_run(self, livestream: Livestream) -> str:
        runs: list[LivestreamSession] = getattr(livestream, "newest_runs", [])
        return _described(runs[0]) if runs else "never ran"

    @admin.display(description="runs")
    def runs(self, livestream: Livestream) -> SafeString | str:
        """Each with its age, minutes and outcome, the newest first."""
        found = livestream.sessions.select_related("stream").order_by("-created_at", "-stream")[:MAX_RUNS]
        lines = (
            (
                reverse("admin:calls_mediastream_change", args=[run.pk]),
                f"{run.stream.created_at:%Y-%m-%d %H:%M:%S}",  # format_html takes no format of its own
                _described(run),
            )
            for run in found
        )
        return format_html_join("", '<p><a href="{}">{}</a> {}</p>', lines) or "None."


def _described(run: LivestreamSession) -> str:
    stream = run.stream
    if not stream.is_over:
        return f"{stream.status} for {timesince(stream.created_at)}"
    minutes = "" if stream.minutes is None else f", {stream.minutes} min"
    outcome = f", {stream.get_outcome_display()}" if stream.outcome else ""
    return f"{stream.status}{minutes}{outcome}"


@admin.register(LivestreamWebhook)
class LivestreamWebhookAdmin(ReadOnlyAdmin):
    """Addresses that are told of an app's livestreams."""

    list_display = ("id", "name", "account", "app", "enabled", "created_at")
    list_select_related = ("account", "app")
    id_fields = ("pk", "app")
    search_help_text = "The id of a webhook or an app."
    fields = ("id", "account", "app", "name", "url", "events", "enabled", "created_at", "updated_at")
    readonly_fields = fields
    private_fields = ("url",)


@admin.register(WebhookKeyPair)
class WebhookKeyPairAdmin(ReadOnlyAdmin):
    """Key pairs that sign the webhooks of livestreams; `manage.py rotate_webhook_keys` makes a new one."""

    account_path = None
    list_display = ("id", "created_at", "retired_at")
    fields = ("id", "public_key", "created_at", "retired_at")
    readonly_fields = fields
