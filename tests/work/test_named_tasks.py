"""Tasks triggered by name: a sentence for everything that can be given, and no traceback."""

from uuid import uuid4

import pytest

from liveplatform.work import tasks as work_tasks


@pytest.mark.parametrize("given", ["nope", None, 7])
def test_an_unknown_queue_is_said_with_those_there_are(db, given):
    for said in (work_tasks.drain(given), work_tasks.run(given, str(uuid4()))):
        assert said.startswith(f"There is no queue {given!r}; there are ")
        assert "steps" in said and "webhooks" in said
