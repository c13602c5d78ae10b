"""From an ASGI scope to a WSGI environ (PEP 3333), and what the web process needs to know of it."""

import sys
from collections.abc import Mapping
from typing import Any

from liveplatform.security.proxies import FOR, client_address, is_trusted

Environ = dict[str, Any]

CONSTANT: Mapping[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "liveplatform",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}
WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def make_environ(scope: Mapping[str, Any]) -> Environ:
    """The environ of a request, without `wsgi.input`.

    A header whose name has an underscore is left out: it would stand for the one with a hyphen.
    """
    host, port = scope.get("server") or ("", None)
    environ = {
        **CONSTANT,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host or "localhost",
        "SERVER_PORT": str(port or 80),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.url_scheme": scope["scheme"],
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:
            continue
        key = WITHOUT_PREFIX.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        if key in environ and key not in WITHOUT_PREFIX.values():
            value = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}"
        environ[key] = value
    return environ


def address_of(environ: Environ) -> str:
    """The address that the request comes from, behind trusted proxies."""
    peer = str(environ["REMOTE_ADDR"])
    forwarded = environ.get(FOR)
    return (client_address(forwarded.split(",")) if forwarded and is_trusted(peer) else "") or peer


def body_length(environ: Environ) -> int | None:
    """The length of the body in bytes; None if the request does not tell, as it comes in chunks."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else None
