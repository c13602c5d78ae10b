"""Links between admin pages, and the names of who did what."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from liveplatform.accounts.models import ApiKey


def call_link(call_id: UUID | None) -> SafeString | str:
    """A link to the detail page of a call; a dash for None."""
    if call_id is None:
        return "–"
    return format_html('<a href="{}">{}</a>', reverse("admin:calls_call_change", args=[call_id]), call_id)


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Names for actors: "key:ab12" is "key ci (ab12)" where the key has a name. One query for all."""
    known = set(actors)
    public_ids = {actor.removeprefix("key:"): actor for actor in known if actor.startswith("key:")}
    keys = ApiKey.objects.filter(public_id__in=public_ids) if public_ids else ApiKey.objects.none()
    names = {
        public_ids[public_id]: f"key {name} ({public_id})"
        for public_id, name in keys.values_list("public_id", "name")
        if name
    }
    return {actor: names.get(actor, actor) for actor in known}
