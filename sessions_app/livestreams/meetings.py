"""Meetings: make, find, change and replace them. Where they are broadcast to is kept sealed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from sessions_app.exceptions import SessionNotFound
from sessions_app.livestreams.apps import default_app
from sessions_app.livestreams.exceptions import LivestreamNotFound, NotPossible
from sessions_app.lookup import get_session
from sessions_app.models import App, Meeting, Session

# Of the vendor's settings, what is for its owner's eyes only: sealed, and told to those who may write.
STORAGE_SECRETS = ("access_key", "secret", "password", "private_key")
MASK = "********"


def get_meeting(app: App, meeting_id: UUID) -> Meeting:
    """The app's meeting, with its session. Raises LivestreamNotFound."""
    rows = Meeting.objects.select_related("session", "connection", "app__connection")
    meeting = rows.filter(app=app, pk=meeting_id).first()
    if meeting is None:
        raise LivestreamNotFound(f"There is no meeting {meeting_id} in this app.")
    return meeting


def create_meeting(app: App, fields: Mapping[str, Any]) -> Meeting:
    """A meeting from the vendor's fields, and `session_id`, which binds it to a session.

    Raises NotPossible (no such session).
    """
    meeting = Meeting(account_id=app.account_id, app=app)
    _apply(meeting, fields)
    meeting.save(force_insert=True)
    meeting.refresh_from_db()
    return meeting


def change_meeting(meeting: Meeting, fields: Mapping[str, Any]) -> Meeting:
    """Set what is given; the caller has it locked. Raises NotPossible."""
    _apply(meeting, fields)
    return _saved(meeting)


def replace_meeting(meeting: Meeting, fields: Mapping[str, Any]) -> Meeting:
    """Set what is given, and forget the rest but its room and its session. Raises NotPossible."""
    meeting.title, meeting.settings, meeting.sealed_secrets = "", {}, ""
    meeting.status = Meeting.Status.ACTIVE
    _apply(meeting, fields)
    return _saved(meeting)


def meeting_of_session(session: Session) -> Meeting:
    """The meeting that a locked session is broadcast as; made now if it has none."""
    rows = Meeting.objects.select_related("session", "connection", "app__connection")
    meeting = rows.filter(session=session, account_id=session.account_id).order_by("created_at", "id").first()
    if meeting is None:
        app = default_app(session.account_id)
        meeting = Meeting(account_id=session.account_id, app=app, session=session, title=session.title)
        meeting.save(force_insert=True)
        meeting.refresh_from_db()
    return meeting


def session_for(account_id: UUID, session_id: UUID | None) -> Session | None:
    """The account's session, as its back end names it. Raises NotPossible."""
    if session_id is None:
        return None
    try:
        return get_session(session_id, account_id)
    except SessionNotFound as error:
        raise NotPossible("session_id", "There is no such session in this account.") from error


def _apply(meeting: Meeting, fields: Mapping[str, Any]) -> None:
    values = dict(fields)
    if "session_id" in values:
        meeting.session = session_for(meeting.account_id, values.pop("session_id"))
    meeting.title = values.pop("title", None) or meeting.title
    meeting.status = values.pop("status", None) or meeting.status
    if "recording_config" in values:
        recording = values.pop("recording_config") or {}
        shown, secrets = _split(recording)
        meeting.settings = meeting.settings | {"recording_config": shown}
        meeting.set_secrets(secrets)
    meeting.settings = meeting.settings | values


def _split(recording: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The recording settings without their secrets, and the secrets by their path."""
    shown, secrets = dict(recording), {}
    streaming = recording.get("live_streaming_config")
    if isinstance(streaming, Mapping) and streaming.get("rtmp_url"):
        secrets["rtmp_url"] = streaming["rtmp_url"]
        shown["live_streaming_config"] = {**streaming, "rtmp_url": MASK}
    storage = recording.get("storage_config")
    if isinstance(storage, Mapping):  # these can be written, and never read
        shown["storage_config"] = {k: v for k, v in storage.items() if k not in STORAGE_SECRETS}
        secrets |= {k: v for k, v in storage.items() if k in STORAGE_SECRETS}
    return shown, secrets


def recording_config(meeting: Meeting, *, may_write: bool) -> dict[str, Any] | None:
    """The recording settings as they are shown: with the RTMP URL to those who may write."""
    stored = meeting.settings.get("recording_config")
    if not stored or not may_write or not meeting.sealed_secrets:
        return stored or None
    url = meeting.secrets().get("rtmp_url")
    if not url:
        return dict(stored)
    return {**stored, "live_streaming_config": {**stored.get("live_streaming_config", {}), "rtmp_url": url}}


def _saved(meeting: Meeting) -> Meeting:
    meeting.updated_at = Now()
    meeting.save()
    meeting.refresh_from_db()
    return meeting
