"""A call and its steps, with the least of fields."""

import uuid

from django.db import models


class MinimalCall(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    status = models.CharField(max_length=12, default="live")
    reason = models.CharField(max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class MinimalStep(models.Model):
    call = models.ForeignKey(MinimalCall, models.CASCADE)
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=8, default="pending")


class ListedCall(models.Model):
    """The platform's table, with the fields that its live list shows."""

    id = models.UUIDField(primary_key=True)
    account_id = models.UUIDField()
    channel = models.CharField(max_length=8)
    host_user_id = models.CharField(max_length=255)
    title = models.CharField(max_length=500)
    scheduled_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    provider_call_id = models.CharField(max_length=64)
    stream_call_type = models.CharField(max_length=64)
    recording_url = models.TextField()
    recording_ready_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "calls_call"
