"""The tasks of webhooks, triggered by name."""

import pytest

from liveplatform.celery import app
from liveplatform.webhooks.tasks import purge_events

pytestmark = pytest.mark.django_db


def test_purging_says_how_many_events_were_deleted(publish_event):
    publish_event()
    assert purge_events() == "0 events were deleted with their deliveries."


def test_the_task_is_registered_under_its_name_and_scheduled(settings):
    assert "webhooks.purge_events" in app.tasks
    assert "webhooks.purge_events" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
