"""Every kind of Work has one queue, of its own name, and a limit from the settings."""

import pytest

from calls.models import Step
from calls.post_processing.queue import STEPS
from liveplatform.work.models import Work
from liveplatform.work.queue import exponential_backoff, queue_named, queues


def test_each_model_of_work_has_one_queue():
    models = {model for model in Work.__subclasses__() if not model._meta.abstract}
    assert {queue.model for queue in queues().values()} == models
    assert len(queues()) == len(models)


@pytest.mark.parametrize("name", queues())
def test_a_queue_is_found_by_the_name_on_its_rows(name):
    queue = queue_named(name)
    assert (queue.name, queue.model.queue, str(queue)) == (name, name, name)
    assert queue.concurrency_limit >= 1


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        queue_named("nothing")


def test_the_limit_is_the_settings(settings):
    settings.WORK_CONCURRENCY = 7
    assert STEPS.concurrency_limit == 7


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 1), (2, 2), (5, 16), (30, 300)])
def test_backoff_doubles_up_to_five_minutes(attempts, seconds):
    assert 0.8 * seconds <= exponential_backoff(Step(attempts=attempts)) <= 1.2 * seconds
