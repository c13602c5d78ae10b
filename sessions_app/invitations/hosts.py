"""The names of hosts: a session knows its host by the customer's id only."""

from collections.abc import Collection
from uuid import UUID

from sessions_app.models import Registration, Session
from sessions_app.models.person import MAX_NAME_LENGTH, person_key


def host_names(sessions: Collection[Session]) -> dict[UUID, str]:
    """By session id: the name that the host registered with, else metadata.host_name, else the host's id."""
    keys = {session.pk: person_key(user_id=session.host_id) for session in sessions}
    rows = Registration.objects.filter(session_id__in=keys, person_key__in=set(keys.values())).exclude(
        name=""
    )
    found = {(row[0], row[1]): row[2] for row in rows.values_list("session_id", "person_key", "name")}
    return {each.pk: found.get((each.pk, keys[each.pk])) or _named(each) for each in sessions}


def _named(session: Session) -> str:
    name = session.metadata.get("host_name") if isinstance(session.metadata, dict) else None
    return name[:MAX_NAME_LENGTH] if isinstance(name, str) and name.strip() else session.host_id
