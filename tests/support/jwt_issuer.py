"""A token issuer: keys, tokens signed with them, and a server that publishes their JWKS."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from liveplatform.accounts.models import Account, JwtIssuer

ISSUER, AUDIENCE, SECRET = "https://id.example.com/", "live-platform", "s" * 32


def private_key(algorithm: str, name: str = "one") -> Any:
    """A key pair, generated once per name."""
    return _generate(algorithm, name)


@cache
def _generate(algorithm: str, name: str) -> Any:
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(algorithm: str, name: str = "one") -> str:
    public = private_key(algorithm, name).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(algorithm: str, name: str = "one") -> str:
    key = private_key(algorithm, name)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def jwk(algorithm: str, name: str = "one", **fields: Any) -> dict[str, Any]:
    public = private_key(algorithm, name).public_key()
    kind = jwt.algorithms.RSAAlgorithm if algorithm == "RS256" else jwt.algorithms.ECAlgorithm
    return kind.to_jwk(public, as_dict=True) | {"kid": name} | fields


def issuer(account: Account, algorithm: str = "HS256", **fields: Any) -> JwtIssuer:
    """An issuer whose tokens the account accepts."""
    made = {"issuer": ISSUER, "audience": AUDIENCE, "scopes": ["read:live", "write:live"]} | fields
    row = JwtIssuer(account=account, algorithm=algorithm, **made)
    if algorithm == "HS256":
        row.secret = SECRET
    elif not row.jwks_url:
        row.public_key = public_pem(algorithm)
    row.save()
    return row


def claims(**changed: Any) -> dict[str, Any]:
    """Valid claims; a value of None removes a claim."""
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user-7", "exp": time.time() + 60, "scope": "read:live"}
    return {name: value for name, value in (good | changed).items() if value is not None}


def token(algorithm: str = "HS256", name: str = "one", kid: str | None = None, **changed: Any) -> str:
    """A signed token."""
    key = SECRET if algorithm == "HS256" else private_key(algorithm, name)
    return jwt.encode(claims(**changed), key, algorithm, headers={"kid": kid} if kid else None)


class JwksServer:
    """The server's next response, and its number of requests."""

    def __init__(self) -> None:
        self.url, self.asked, self.delay = "", 0, 0.0
        self.status, self.body, self.location = 200, b"", ""

    def keys(self, *keys: dict[str, Any]) -> None:
        self.status, self.body = 200, json.dumps({"keys": keys}).encode()


@contextmanager
def jwks_server() -> Iterator[JwksServer]:
    """Serve a JWKS on a free port."""
    published = JwksServer()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published.asked += 1
            time.sleep(published.delay)
            self.send_response(published.status)
            if published.location:
                self.send_header("Location", published.location)
            self.send_header("Content-Length", str(len(published.body)))
            self.end_headers()
            self.wfile.write(published.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    published.url = f"http://127.0.0.1:{server.server_port}/jwks.json"
    try:
        yield published
    finally:
        server.shutdown()
        server.server_close()
