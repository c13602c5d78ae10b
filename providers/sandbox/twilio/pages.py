"""Twilio's pages of a list."""

from typing import Any

from aiohttp import web

from providers.sandbox.vendor import Reply

DEFAULT_PAGE_SIZE = 50


def page(request: web.Request, name: str, rows: list[dict[str, Any]]) -> Reply:
    """One page of the rows, under `name`; PageSize and Page in the query."""
    size, number = int(request.query.get("PageSize", DEFAULT_PAGE_SIZE)), int(request.query.get("Page", 0))
    has_more = len(rows) > (number + 1) * size
    next_page = request.rel_url.update_query(Page=number + 1, PageToken=f"PA{number + 1}")
    shown = rows[number * size : (number + 1) * size]
    body = {name: shown, "page": number, "page_size": size, "uri": str(request.rel_url)}
    return Reply(200, body | {"next_page_uri": str(next_page) if has_more else None})
