"""Options of listening sockets: what a client does not read is not kept for ever."""

import socket

import pytest

from liveplatform.web.sockets import UNREAD_SECONDS, close_stalled_connections


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone has it")
def test_connections_inherit_the_time_out():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert close_stalled_connections() >= 1
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNREAD_SECONDS * 1000
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
