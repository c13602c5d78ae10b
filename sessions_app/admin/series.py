"""The admin of series: their rules, sessions, and who is registered for all of them."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from liveplatform.admin.base import ReadOnlyAdmin
from sessions_app.admin.links import series_link
from sessions_app.models import Series, SeriesRegistration


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    """Rules by which sessions recur."""

    list_display = ("id", "title", "account", "brand_id", "rule", "starts_at", "is_active", "planned_until")
    list_select_related = ("account",)
    id_fields = ("pk", "account")
    search_help_text = "The id of a series or an account."
    fields = (
        *("id", "account", "title", "description", "brand_id", "host_id", "co_host_ids", "kind"),
        *("max_participants", "timezone", "starts_at", "rule", "excluded", "planned_until", "is_active"),
        *("its_sessions", "previous", "created_at", "created_by", "metadata"),
    )
    readonly_fields = fields
    private_fields = ("metadata",)

    @admin.display(description="sessions")
    def its_sessions(self, series: Series) -> SafeString:
        return format_html(
            '<a href="{}?q={}">All its sessions</a>',
            reverse("admin:sessions_app_session_changelist"),
            series.pk,
        )


@admin.register(SeriesRegistration)
class SeriesRegistrationAdmin(ReadOnlyAdmin):
    """People registered for every session of a series."""

    account_path = "series__account"
    list_display = ("id", "of_series", "who", "email", "created_at", "cancelled_at")
    list_select_related = ("series",)
    id_fields = ("pk", "series")
    search_help_text = "The id of a registration or a series."
    fields = (
        *("of_series", "user_id", "patient_id", "email", "name", "timezone", "role", "answers"),
        *("created_at", "cancelled_at"),
    )
    readonly_fields = fields
    private_fields = ("email", "name", "patient_id", "answers")

    @admin.display(description="series")
    def of_series(self, registration: SeriesRegistration) -> SafeString | str:
        return series_link(registration.series)

    @admin.display
    def who(self, registration: SeriesRegistration) -> str:
        return str(registration)
