"""Sockets for `requests` with one deadline per request, an address policy, and a record of what was sent.

`requests` limits the wait for each read, not their sum: a server that sends one byte at a time could hold a
caller indefinitely. Its exceptions do not say whether the request left this machine either, which is the
difference between "no effect" and "unknown outcome". So the connections record both, per thread.

A host is resolved once, within the same deadline, and the socket connects to an address that the policy
allowed: a customer's base_url must not reach the internal network (SSRF).
"""

import http.client
import io
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_TIMEOUT = 3.0  # seconds, for each address of a host
# A resolution by unresponsive name servers blocks its thread for a while; others need a free one.
DNS_THREADS = 16

# Whether a connection to this host (name) may be made to this IP address.
AddressPolicy = Callable[[str, str], bool]


class _CurrentRequest(threading.local):
    """State of the request that this thread is making, and the end of all that it may make."""

    until = math.inf  # time.monotonic()
    deadline = 0.0  # time.monotonic()
    policy: AddressPolicy | None = None
    sent = False
    forbidden = False


current_request = _CurrentRequest()
_resolver = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="provider-dns")


def start_deadline(timeout: float, policy: AddressPolicy | None = None) -> None:
    """Start a request of this thread: `timeout` seconds in total, to addresses that `policy` allows."""
    current_request.deadline = min(time.monotonic() + timeout, current_request.until)
    current_request.policy = policy
    current_request.sent = False
    current_request.forbidden = False


@contextmanager
def requests_until(until: float) -> Iterator[None]:
    """Let this thread send no request after `until` (time.monotonic()).

    A process may be frozen at any moment. When it goes on, somebody else may have taken up what it was doing.
    """
    current_request.until = until
    try:
        yield
    finally:
        current_request.until = math.inf


def time_left() -> float:
    """Seconds until the deadline; raises TimeoutError once it has passed."""
    left = current_request.deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket; each read may take the time that is left."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock, self._raw = sock, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - a writable buffer
        self._sock.settimeout(time_left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """Status line, headers and body are read through `_DeadlineReader`."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineReader(sock, self.fp.detach()))


def _open_socket(self: HTTPConnection) -> socket.socket:
    """A socket connected to the first address that answers; all addresses must pass the policy."""
    host = self._dns_host.strip("[]")  # urllib3 removes a trailing dot
    addresses = _resolve(host, self.port)
    policy = current_request.policy
    if policy and not all(policy(host, str(address[0])) for *_, address in addresses):
        current_request.forbidden = True
        raise OSError("an internal address")
    for number, (family, kind, proto, _, address) in enumerate(addresses, 1):
        sock = socket.socket(family, kind, proto)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(min(CONNECT_TIMEOUT, time_left()))
            sock.connect(address)
        except OSError:
            sock.close()
            if number == len(addresses):
                raise
        else:
            return sock
    raise OSError("the host has no address")


def _resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """getaddrinfo within the deadline."""
    lookup = _resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        return list(lookup.result(time_left()))
    except UnicodeError as error:
        raise OSError("not a host name") from error


class _Connection(HTTPConnection):
    response_class = _Response
    _new_conn = _open_socket

    def send(self, data: Any) -> None:  # noqa: ANN401 - as http.client declares it
        if self.sock is None:
            self.connect()
        self.sock.settimeout(time_left())
        current_request.sent = True
        super().send(data)


class _TLSConnection(HTTPSConnection):
    response_class = _Response
    send = _Connection.send
    _new_conn = _open_socket


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


class _NoCookies(DefaultCookiePolicy):
    """No cookies are stored: those of one customer's account must not be sent with another's requests."""

    def set_ok(self, cookie: object, request: object) -> bool:
        return False


def new_session() -> requests.Session:
    """A connection pool that ignores the environment (proxies, .netrc)."""
    session = requests.Session()
    session.trust_env = False
    adapter = _Adapter(pool_connections=2, pool_maxsize=64, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "LivePlatform/1.0"
    session.cookies.set_policy(_NoCookies())
    return session
