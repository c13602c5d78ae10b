"""One process per data directory, and ports are checked before anything starts."""

import os
import socket

import pytest

from liveplatform.dev.single_instance import AlreadyRunning, check_port, single_instance


def test_a_second_holder_is_refused_with_the_address_of_the_first(tmp_path):
    with single_instance(tmp_path / "var", "http://127.0.0.1:8000"):
        with (
            pytest.raises(AlreadyRunning, match=f"http://127.0.0.1:8000 .process {os.getpid()}"),
            single_instance(tmp_path / "var", "http://127.0.0.1:8010"),
        ):
            pass
        with single_instance(tmp_path / "other", "http://127.0.0.1:8010"):
            pass


def test_it_is_free_again_after_an_error(tmp_path):
    with pytest.raises(ValueError, match="a bug"), single_instance(tmp_path, "here"):
        raise ValueError("a bug")
    with single_instance(tmp_path, "here"):
        assert (tmp_path / "up.lock").read_text().startswith("here")


def test_a_port_in_use_is_refused_with_what_it_is_for():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        with pytest.raises(AlreadyRunning, match=f"Port {port}, the web's, .*PORT=8010"):
            check_port(port, "the web's", "make up PORT=8010")
    check_port(port, "the web's", "make up PORT=8010")


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_that_is_no_port_is_refused(port):
    with pytest.raises(AlreadyRunning):
        check_port(port, "the web's", "another")
