"""The XML with which a customer's server answers a call: fetched from this machine only."""

import asyncio
import ipaddress
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit
from xml.etree import ElementTree

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=5)
MAX_BYTES = 100 * 1024
Run = Callable[[ElementTree.Element], None]


class Instructions:
    """Fetches the instructions of calls, in the background."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, url: str, form: Mapping[str, str], headers: Mapping[str, str], run: Run) -> None:
        """POST the form to this URL of this machine, and run the document of the answer; else do nothing."""
        if is_loopback(url):
            task = asyncio.get_running_loop().create_task(_fetch(url, dict(form), dict(headers), run))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Cancel what is under way."""
        for task in self._tasks:
            task.cancel()


def is_loopback(url: str) -> bool:
    """Whether this is an http address of this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False


def parse(document: str) -> ElementTree.Element | None:
    """The root of a document of instructions; None for anything else."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - of this machine, or of the caller itself
    except ElementTree.ParseError:
        return None
    return root if root.tag == "Response" else None


async def _fetch(url: str, form: dict[str, str], headers: dict[str, str], run: Run) -> None:
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as http,
            http.post(url, data=form, headers=headers, allow_redirects=False) as answer,
        ):
            text = (await answer.content.read(MAX_BYTES)).decode(errors="replace")
    except (aiohttp.ClientError, TimeoutError):
        return
    if answer.status < 300 and (root := parse(text)) is not None:  # noqa: PLR2004 - a success
        run(root)
