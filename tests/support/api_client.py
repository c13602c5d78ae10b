"""Django's test client with an API key and JSON bodies."""

import json
from typing import Any

from django.test import Client

from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account
from liveplatform.accounts.scopes import SCOPES


class ApiClient:
    """Requests with a key of one account."""

    def __init__(self, account: Account, scopes: tuple[str, ...] = tuple(SCOPES)) -> None:
        self.account = account
        self.key, self.token = make_key(account, scopes=scopes)
        self.client = Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.token}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        kind = sent.pop("Content-Type", "application/json")
        return self.client.generic(method, path, _bytes(body), content_type=kind, headers=sent)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return json.dumps(body).encode()
