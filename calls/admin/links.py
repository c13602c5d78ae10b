"""Links between admin pages."""

from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def call_link(call_id: UUID | None) -> SafeString | str:
    """A link to the detail page of a call; a dash for None."""
    if call_id is None:
        return "–"
    return format_html('<a href="{}">{}</a>', reverse("admin:calls_call_change", args=[call_id]), call_id)
