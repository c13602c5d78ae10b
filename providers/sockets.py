"""Connections to a provider that keep to one deadline, and know whether anything was sent.

`requests` bounds each wait for bytes, not their sum: a server that drips its headers or its body could hold
a caller for as long as it likes. And its exceptions do not tell whether the request left this machine,
which is the difference between "did not happen" and "may have happened". So both are noted here, per
thread, by the connections themselves.

A host is looked up once, within the same deadline, and the connection goes to an address that was judged: a
customer's base_url must not lead into our own network.
"""

import http.client
import io
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_TIMEOUT = 3.0  # seconds, for each address of a host
# A host whose name servers are dead holds a thread for a while; the others must find one free.
DNS_THREADS = 16
# Whether a connection to this host may go to this address, one of those that it resolves to.
AddressPolicy = Callable[[str, str], bool]


class _CurrentRequest(threading.local):
    """The request that this thread is making."""

    deadline = 0.0  # time.monotonic()
    sent = False
    forbidden = False
    address_policy: AddressPolicy | None = None


current_request = _CurrentRequest()


def start_deadline(timeout: float, address_policy: AddressPolicy | None = None) -> None:
    """Start a request of this thread: `timeout` seconds in all, to addresses that the policy allows."""
    current_request.deadline = time.monotonic() + timeout
    current_request.sent = False
    current_request.forbidden = False
    current_request.address_policy = address_policy


_resolver = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="provider-dns")


def time_left() -> float:
    """Seconds until the deadline; TimeoutError once it has passed."""
    left = current_request.deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket, each with the time that is left."""

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
    """Status line, headers and body are read by `_Reads`."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineReader(sock, self.fp.detach()))


def _open_socket(self: HTTPConnection) -> socket.socket:
    """A connection to the first address that answers, once all of them have been judged."""
    host = self._dns_host.strip("[]")  # urllib3 takes the last dot off
    looked_up = _resolver.submit(socket.getaddrinfo, host, self.port, type=socket.SOCK_STREAM)
    try:
        found = looked_up.result(time_left())
    except UnicodeError as error:
        raise OSError("not the name of a host") from error
    is_allowed = current_request.address_policy
    if is_allowed and not all(is_allowed(host, str(address[0])) for *_, address in found):
        current_request.forbidden = True
        raise OSError("an internal address")
    for number, (family, kind, proto, _, address) in enumerate(found, 1):
        sock = socket.socket(family, kind, proto)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(min(CONNECT_TIMEOUT, time_left()))
            sock.connect(address)
        except OSError:
            sock.close()
            if number == len(found):
                raise
        else:
            return sock
    raise OSError("the host has no address")


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
    """Providers' cookies are not kept: what one customer's account got must not ride with another's."""

    def set_ok(self, cookie: object, request: object) -> bool:
        return False


def new_session() -> requests.Session:
    """A pool of connections; nothing of the environment (proxies, .netrc) is heeded."""
    fresh = requests.Session()
    fresh.trust_env = False
    adapter = _Adapter(pool_connections=2, pool_maxsize=64, max_retries=0)
    fresh.mount("https://", adapter)
    fresh.mount("http://", adapter)
    fresh.headers["User-Agent"] = "LivePlatform/1.0"
    fresh.cookies.set_policy(_NoCookies())
    return fresh
