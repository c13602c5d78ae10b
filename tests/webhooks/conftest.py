"""A receiver for all tests of this directory, and endpoints that lead to it."""

from collections.abc import Iterator

import pytest

from tests.receiver import Receiver


@pytest.fixture(scope="session")
def receiver(tmp_path_factory) -> Iterator[Receiver]:
    with Receiver(tmp_path_factory.mktemp("receiver") / "log.jsonl") as receiver:
        yield receiver
