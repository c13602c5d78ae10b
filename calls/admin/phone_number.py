"""The admin of phone numbers."""

from django.contrib import admin

from calls.models import PhoneNumber
from liveplatform.admin.base import LargeTableAdmin


@admin.register(PhoneNumber)
class PhoneNumberAdmin(LargeTableAdmin):
    """The list omits the number itself; its own page shows it to who may see numbers."""

    list_display = ("__str__", "account", "connection", "country_code", "created_at")
    list_select_related = ("account", "connection")
    raw_id_fields = ("account", "connection")
    id_fields = ("pk", "account")
    search_help_text = "The id of a number or an account."
    private_fields = ("number",)
    secret_fields = ("number",)
    sortable_by = ()
