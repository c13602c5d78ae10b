"""Old deliveries go; open and young ones stay."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from sessions_app.livestreams.retention import purge_deliveries
from sessions_app.livestreams.webhooks import create_webhook
from sessions_app.models import LivestreamDelivery
from sessions_app.tasks import purge_livestream_deliveries


def test_old_settled_deliveries_are_deleted(app, settings):
    settings.WEBHOOK_EVENTS_RETENTION_DAYS = 7
    hook = create_webhook(app, {"name": "h", "url": "https://example.com/", "events": ["meeting.ended"]})
    for number, (days, state) in enumerate([(8, "done"), (8, "pending"), (6, "failed")]):
        at = int((timezone.now() - timedelta(days=days)).timestamp() * 1000)
        id = UUID(int=at << 80 | number)
        LivestreamDelivery.objects.create(id=id, webhook=hook, key=str(number), body="{}", state=state)
    assert purge_deliveries() == 1
    assert set(LivestreamDelivery.objects.values_list("state", flat=True)) == {"pending", "failed"}
    assert purge_livestream_deliveries().startswith("0 ")
