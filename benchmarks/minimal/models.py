"""A call and its steps, with nothing besides."""

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
