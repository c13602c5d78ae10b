"""A stream that fails is sent as far as it was made, its last words included."""

from collections.abc import Iterator

import pytest

from liveplatform.web.responses import Stream


class Breaking:
    """Two parts, the second of which says that it broke off, and then the failure."""

    streaming, is_closed = True, False

    def __iter__(self) -> Iterator[bytes]:
        yield b"a row\n"
        yield b"broken off\n"
        raise OSError("the database is lost")

    def close(self) -> None:
        self.is_closed = True


def test_what_was_made_before_the_failure_is_sent():
    response = Breaking()
    stream = Stream(response)
    assert stream.next_part() == b"a row\nbroken off\n"
    with pytest.raises(OSError, match="lost"):
        stream.next_part()
    stream.close()
    assert response.is_closed
