"""The Celery application: its tasks are found, its messages expire, Django's logging stays."""

import logging

from celery.signals import setup_logging

from liveplatform.celery import app


def test_the_tasks_of_all_apps_are_registered():
    app.loader.import_default_modules()
    assert {"work.ring", "work.sweep", "work.drain", "work.run", "calls.end", "api.purge"} <= set(app.tasks)


def test_every_scheduled_task_exists_and_expires():
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] <= 600


def test_results_are_not_stored():
    assert app.conf.task_ignore_result


def test_celery_leaves_djangos_logging_alone():
    handlers = list(logging.getLogger().handlers)
    assert setup_logging.send(sender=app), "a handler keeps Celery from configuring logging"
    assert logging.getLogger().handlers == handlers
