"""Endpoints counted by their health."""

import pytest
from django.db.models.functions import Now
from django.test import Client

from liveplatform.webhooks.models import Endpoint

pytestmark = pytest.mark.django_db


def test_endpoints_are_counted_by_health(endpoint_at):
    endpoints = [endpoint_at("/ok") for _ in range(3)]
    Endpoint.objects.filter(pk=endpoints[0].pk).update(failing_since=Now())
    Endpoint.objects.filter(pk=endpoints[1].pk).update(failing_since=Now(), is_enabled=False)
    page = Client().get("/metrics").content.decode()
    # One more endpoint, of the other account, works.
    for state, count in {"well": 2, "failing": 1, "disabled": 1}.items():
        assert f'liveplatform_webhook_endpoints{{state="{state}"}} {count}.0' in page
