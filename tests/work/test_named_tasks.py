"""Tasks that operators trigger by name: every argument gets a sentence, and none a traceback."""

import uuid

import pytest
import structlog

from liveplatform.work import named_tasks
from liveplatform.work import tasks as work_tasks
from liveplatform.work.named_tasks import InvalidArgument, ops_task, parse_id


@ops_task("tests.greet")
def greet(call_id: str, text: str = "hello") -> str:
    """A task for these tests."""
    if text == "wrong":
        raise InvalidArgument("Give another text.")
    return f"{text} {call_id}"


@pytest.fixture
def logged(monkeypatch):
    """The events that the tasks log, whatever the level of the test run."""
    capture = structlog.testing.LogCapture()
    logger = structlog.wrap_logger(None, processors=[capture], wrapper_class=structlog.stdlib.BoundLogger)
    monkeypatch.setattr(named_tasks, "log", logger)
    return capture.entries


def test_the_result_is_logged_with_ids_and_without_free_text(logged):
    assert greet("c1", text="private") == "private c1"
    (line,) = logged
    assert (line["event"], line["task"], line["call_id"]) == ("task_done", "tests.greet", "c1")
    assert "text" not in line


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), (("a", "b", "c"), {}), ((), {"id": "x"})])
def test_arguments_that_do_not_fit_are_refused_with_the_signature(logged, args, kwargs):
    assert greet(*args, **kwargs).startswith("tests.greet takes (call_id, text): ")
    assert [(line["event"], line["log_level"]) for line in logged] == [("task_refused", "warning")]


def test_an_invalid_argument_is_a_warning_with_its_reason(logged):
    assert greet("c1", "wrong") == "Give another text."
    assert (logged[0]["event"], logged[0]["reason"]) == ("task_refused", "Give another text.")


@pytest.mark.parametrize("value", ["nope", "", 1, None, "١" * 32, ["x"], "x" * 5000])
def test_what_is_no_id_is_refused_in_a_short_sentence(value):
    with pytest.raises(InvalidArgument, match="is no UUID; give the id of a call") as refused:
        parse_id(value, "call")
    assert len(str(refused.value)) < 200


def test_an_id_is_read_from_text():
    id = uuid.uuid4()
    assert parse_id(str(id), "call") == parse_id(id, "call") == id


@pytest.mark.parametrize("name", ["nope", None, 7])
def test_an_unknown_queue_is_refused_with_the_names_of_all(db, name):
    for message in (work_tasks.drain(name), work_tasks.run(name, str(uuid.uuid4()))):
        assert message.startswith(f"There is no queue {name!r}; there are ")
        assert "steps" in message and "webhooks" in message
