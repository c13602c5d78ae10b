"""The Celery application: a doorbell. What is to be done stands in PostgreSQL (liveplatform/work)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")

app = Celery("liveplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
