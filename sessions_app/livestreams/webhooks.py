"""What an app's webhooks are told, in the vendor's form, and how they are kept.

https://developers.cloudflare.com/realtime/realtimekit/webhooks/ The vendor's payload has `streamKey` and
`ingestServer`: with them anybody who reads the message could broadcast, so they are left out here.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from rest_framework.exceptions import ValidationError

from liveplatform.json_codec import dumps
from liveplatform.work.doorbell import ring
from sessions_app.livestreams.exceptions import LivestreamNotFound
from sessions_app.models import App, Livestream, LivestreamDelivery, LivestreamWebhook, Meeting, Session

STATUS_UPDATE, MEETING_STARTED, MEETING_ENDED = (
    "livestreaming.statusUpdate",
    "meeting.started",
    "meeting.ended",
)
# All that can be subscribed to, and what each is. Those that the platform does not know of never come.
EVENTS: Mapping[str, str] = {
    MEETING_STARTED: "The session of a meeting is live.",
    MEETING_ENDED: "The session of a meeting has ended.",
    "meeting.participantJoined": "Somebody has joined a meeting.",
    "meeting.participantLeft": "Somebody has left a meeting.",
    "meeting.chatSynced": "The chat of a meeting is complete.",
    "recording.statusUpdate": "A recording has another status.",
    STATUS_UPDATE: "A livestream has another status.",
    "meeting.transcript": "The transcript of a meeting is ready.",
    "meeting.summary": "The summary of a meeting is ready.",
}
MAX_WEBHOOKS = 20


def create_webhook(app: App, fields: Mapping[str, Any]) -> LivestreamWebhook:
    """Raises ValidationError if the app has MAX_WEBHOOKS."""
    if LivestreamWebhook.objects.filter(app=app).count() >= MAX_WEBHOOKS:
        raise ValidationError({"url": [f"The app has {MAX_WEBHOOKS} webhooks; delete one first."]})
    webhook = LivestreamWebhook.objects.create(account_id=app.account_id, app=app, **fields)
    webhook.refresh_from_db()
    return webhook


def get_webhook(app: App, webhook_id: UUID) -> LivestreamWebhook:
    """The app's webhook. Raises LivestreamNotFound."""
    webhook = LivestreamWebhook.objects.filter(app=app, pk=webhook_id).first()
    if webhook is None:
        raise LivestreamNotFound(f"There is no webhook {webhook_id} in this app.")
    return webhook


def change_webhook(webhook: LivestreamWebhook, fields: Mapping[str, Any]) -> LivestreamWebhook:
    """Set what is given."""
    for name, value in fields.items():
        setattr(webhook, name, value)
    webhook.updated_at = Now()
    webhook.save(update_fields=[*fields, "updated_at"])
    webhook.refresh_from_db()
    return webhook


def tell_status(livestream: Livestream, key: str) -> None:
    """Tell the app's webhooks of a livestream's status; in the transaction of its change."""
    body = {
        "event": STATUS_UPDATE,
        "streamId": livestream.pk,
        "status": livestream.status,
        "manualIngest": livestream.meeting_id is None,
        "playbackUrl": livestream.playback_url,
    }
    if livestream.meeting is not None:
        body["meeting"] = _meeting(livestream.meeting)
    _queue([livestream.app_id], STATUS_UPDATE, key, body)


def tell_session(session: Session, event: str) -> None:
    """Tell the webhooks of the session's meetings that it began or ended, in the same transaction."""
    for meeting in Meeting.objects.filter(session=session).select_related("account"):
        _queue([meeting.app_id], event, f"{meeting.pk}:{event}:{session.call_id}", {
            "event": event,
            "meeting": _meeting(meeting)
            | {"sessionId": session.pk, "startedAt": session.started_at, "endedAt": session.ended_at},
        })  # fmt: skip


def _queue(app_ids: Sequence[UUID], event: str, key: str, body: Mapping[str, Any]) -> None:
    webhooks = LivestreamWebhook.objects.filter(app__in=app_ids, enabled=True, events__contains=[event])
    text = dumps(body).decode()
    rows = [
        LivestreamDelivery(
            webhook=webhook,
            event=event,
            key=key,
            body=text,
            tenant_key=webhook.account_id,
            concurrency_key=webhook.pk,
            max_attempts=LivestreamDelivery.MAX_ATTEMPTS,
        )
        for webhook in webhooks
    ]
    if rows:
        LivestreamDelivery.objects.bulk_create(rows, ignore_conflicts=True)
        ring(LivestreamDelivery.queue)


def _meeting(meeting: Meeting) -> dict[str, Any]:
    account = meeting.account
    return {
        "id": meeting.pk,
        "title": meeting.title,
        "createdAt": meeting.created_at,
        "roomName": meeting.room_id or meeting.pk,
        "status": meeting.status,
        "organizedBy": {"id": account.account_id, "name": account.name},
    }
