"""Acts on many rows in the admin: chosen in the list, then confirmed on the page that asks."""

import re
from typing import Any

from django.test import Client


def choose(client: Client, path: str, action: str, *rows: Any, **fields: Any) -> Any:
    """The page that asks, after an action of the list at /admin/{path}/ was chosen for these rows."""
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows], **fields}
    return client.post(f"/admin/{path}/", chosen, follow=True)


def confirm(client: Client, page: Any, **fields: Any) -> Any:
    """The answer to the page that asks, with the number typed if it wants one."""
    text = page.content.decode()
    (url,) = re.findall(r'<form method="post" action="([^"]*)">', text)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    if number := re.search(r"Type (\d+) to go on", text):
        hidden["number"] = number.group(1)
    return client.post(url or page.request["PATH_INFO"], hidden | fields, follow=True)


def act(client: Client, path: str, action: str, *rows: Any) -> str:
    """Choose and confirm; the text of the page that follows."""
    answer = confirm(client, choose(client, path, action, *rows))
    assert answer.status_code == 200
    return str(answer.content.decode())
