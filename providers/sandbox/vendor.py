"""The base of the vendors' APIs: authentication, ledger and faults around each operation."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import jwt
from aiohttp import web

from providers.sandbox.callback_queue import CallbackQueue
from providers.sandbox.faults import (
    FAULT_STATUS,
    FRONT_PAGES,
    STRANGE_JSON,
    Fault,
    Faults,
    corrupt,
    drop_connection,
    front_answer,
)
from providers.sandbox.forker import Forker
from providers.sandbox.ledger import Ledger, LedgerEntry

# Calls or rooms of one vendor that are kept; beyond that the oldest are dropped.
MAX_RESOURCES = 200_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Operation = Callable[[web.Request, Any], "Reply"]
ResourceOf = Callable[[web.Request, Any], str]


@dataclass
class Reply:
    """A vendor's response: status, JSON body, and whether the request changed anything."""

    status: int
    body: dict[str, Any]
    effect: bool = False
    resource: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # instead of the JSON body
    content_type: str = "application/json"


class Sandbox:
    """The state of all vendors, the ledger, the faults, the forks, and the events on their way."""

    def __init__(self, forker: Forker | None = None) -> None:
        self.store: dict[str, dict[str, Any]] = {}
        self.ledger = Ledger()
        self.faults = Faults()
        self.callbacks = CallbackQueue()
        self.forker = forker or Forker()
        # Of each account: its auth token or API secret, by its account SID or API key.
        self.secrets: dict[str, str] = {}

    def register(self, hook: Mapping[str, Any]) -> None:
        """Set the webhook of an app, and with it the app's secret; see CallbackQueue.register."""
        self.callbacks.register(hook)
        self.secrets[hook["key"]] = hook["secret"]


class Vendor(ABC):
    """One vendor's API. Its calls or rooms are in `resources`, by a key of its own."""

    name: ClassVar[str]
    path_prefix: ClassVar[str]  # of all addresses of this vendor's API
    form_encoded: ClassVar[bool] = False  # requests are forms; else their raw bytes are passed on

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.resources: dict[str, dict[str, Any]] = sandbox.store.setdefault(self.name, {})

    @abstractmethod
    def routes(self) -> Sequence[web.RouteDef]:
        """The addresses of this vendor's API."""

    @abstractmethod
    def trigger(self, resource_id: str, request: dict[str, Any]) -> bool:
        """Make `request["what"]` happen to a call or room, and send its events.

        False if there is no such resource; raises ValueError with what can happen.
        """

    @abstractmethod
    def live_ids(self) -> Sequence[str]:
        """Ids of what is live, and so billed."""

    def live_streams(self) -> Sequence[str]:
        """Ids of the forks and broadcasts that run, and so are billed."""
        return ()

    @abstractmethod
    def authenticate(self, request: web.Request) -> Reply | None:
        """The refusal of a request with wrong credentials; None to accept it."""

    @abstractmethod
    def error(self, status: int) -> Reply:
        """The vendor's error response of this status; 409: already ended."""

    @abstractmethod
    def unknown_address(self, request: web.Request) -> Reply:
        """The vendor's answer at an address below `path_prefix` where it serves nothing."""

    def handler(self, operation: str, act: Operation, resource_of: ResourceOf | None = None) -> Handler:
        """An aiohttp handler of one operation, with its ledger entry and its faults.

        `resource_of` finds the resource in the body, for requests whose path does not name it.
        """

        async def handle(request: web.Request) -> web.StreamResponse:
            entry = self.sandbox.ledger.record(self.name, operation, _id_in_path(request))
            body = await (request.post() if self.form_encoded else request.read())
            entry.resource = resource_of(request, body) if resource_of else entry.resource
            fault = self.sandbox.faults.next_fault(entry)
            if fault is None:
                return _respond(entry, self.authenticate(request) or act(request, body))
            return await self._fail(
                request, entry, fault, lambda: self.authenticate(request) or act(request, body)
            )

        return handle

    async def _fail(
        self, request: web.Request, entry: LedgerEntry, fault: Fault, act: Callable[[], Reply]
    ) -> web.StreamResponse:
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        kind = fault.fault
        if kind in FAULT_STATUS:
            reply = self.error(FAULT_STATUS[kind])
            if fault.retry_after is not None:
                reply.headers["Retry-After"] = f"{fault.retry_after:g}"
            return _respond(entry, reply)
        if kind in ("timeout", "reset"):
            return await drop_connection(request, kind)
        if kind in FRONT_PAGES or kind in STRANGE_JSON:
            return front_answer(kind)
        response = _respond(entry, act())
        if kind in ("act_then_timeout", "act_then_reset"):
            return await drop_connection(request, kind)
        return await corrupt(request, response, kind)


def store_bounded(store: dict[str, dict[str, Any]], name: str, resource: dict[str, Any]) -> None:
    """Add a resource, and drop the oldest beyond MAX_RESOURCES: the sandbox may run for days."""
    store[name] = resource
    if len(store) > MAX_RESOURCES:
        store.pop(next(iter(store)))


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; an empty one for anything else."""
    try:
        document = json.loads(body) if body else {}
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def decode_token(token: str, secret: str | None) -> dict[str, Any]:
    """The claims of an HS256 token; without a `secret` its signature is not checked. Raises PyJWTError."""
    options = {"verify_signature": secret is not None, "verify_exp": True}
    return dict(jwt.decode(token, secret or "", algorithms=["HS256"], options=options))  # type: ignore[arg-type]


def _id_in_path(request: web.Request) -> str:
    return request.match_info.get("sid") or request.match_info.get("id") or ""


def _respond(entry: LedgerEntry, reply: Reply) -> web.Response:
    entry.effect, entry.status = reply.effect, reply.status
    entry.resource = reply.resource or entry.resource
    body = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
    return web.Response(
        body=body, status=reply.status, content_type=reply.content_type, headers=reply.headers
    )
