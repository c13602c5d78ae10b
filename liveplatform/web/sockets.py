"""Options of the web process's sockets: connections whose clients read nothing are closed by the kernel."""

import os
import resource
import socket
from contextlib import suppress

# Seconds that sent data may stay unread before the connection is closed (TCP_USER_TIMEOUT, RFC 5482).
UNREAD_SECONDS = 30


def close_stalled_connections() -> int:
    """Set the time-out on all listening TCP sockets of this process, from which connections inherit it.

    Returns the number of sockets. Does nothing on systems without TCP_USER_TIMEOUT or /proc.
    """
    if not hasattr(socket, "TCP_USER_TIMEOUT") or not os.path.isdir("/proc/self/fd"):
        return 0
    return sum(_set_timeout(int(name)) for name in os.listdir("/proc/self/fd"))


def allow_many_connections() -> None:
    """Raise the limit of open files to what the system allows: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _set_timeout(fd: int) -> bool:
    try:
        listener = socket.socket(fileno=os.dup(fd))
    except OSError:  # no socket
        return False
    with listener:
        if listener.family not in (socket.AF_INET, socket.AF_INET6):
            return False
        if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return False
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
        return True
