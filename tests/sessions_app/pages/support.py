"""The forms of public pages, as a browser sends them."""

import re
from html import unescape
from typing import Any

from django.test import Client

from sessions_app.invitations.links import make_token
from sessions_app.models import Registration, Session


def hidden_fields(page: Any) -> dict[str, str]:
    """The names and values of the form's hidden fields."""
    inputs = re.findall(r"<input type=\"hidden\"[^>]*>", page.content.decode())
    pairs = [(re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)) for each in inputs]
    return {name.group(1): unescape(value.group(1)) if value else "" for name, value in pairs if name}


def send(client: Client, path: str, **fields: str) -> Any:
    """Open the page and send its form with these fields."""
    return client.post(path, hidden_fields(client.get(path)) | fields)


def register(client: Client, session: Session, **fields: str) -> Any:
    """Register on the session's page."""
    given = {"name": "Anna", "email": "anna@example.com", "timezone": "America/New_York"} | fields
    return send(client, f"/sessions/{session.pk}", **given)


def link(kind: Any, registration: Registration) -> str:
    """The path of a signed link."""
    return f"/sessions/{kind}/{make_token(kind, registration.pk)}"


def text(page: Any) -> str:
    """What the page says, without tags, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())
