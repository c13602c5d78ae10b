"""The commands that README.md and docs/*.md print: in blocks of shell, and in backticks."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from liveplatform.dev.stack import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.M | re.S)
SPAN = re.compile(r"`([^`\n]+)`")
STARTS = ("curl ", ".venv/bin/", "make ", "manage.py", "python", "celery ", "granian ", "tail ", "cat ")
ASSIGNMENT = re.compile(r"[A-Z]+=\S")


@dataclass(frozen=True)
class Documented:
    """A command as it is printed, with continuation lines."""

    page: Path
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text.splitlines()[0][:60]}"


def blocks() -> Iterator[list[Documented]]:
    """The commands of each block of shell, in the order in which a reader runs them."""
    for page in PAGES:
        for language, text in BLOCK.findall(page.read_text()):
            if language in ("", "sh", "bash", "console"):
                commands = [Documented(page, command) for command in _commands(text)]
                if commands:
                    yield commands


def spans() -> Iterator[Documented]:
    """The commands in backticks within the text; `make` targets have a test of their own."""
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text())
        for text in SPAN.findall(prose):
            if text.startswith(STARTS) and not text.startswith("make") and " " in text:
                yield Documented(page, text)


def _commands(text: str) -> Iterator[str]:
    """The commands of a block; a line ends one when its quotes are closed and no backslash continues it."""
    pending = ""
    for line in text.splitlines():
        if not pending and not (line.lstrip().startswith(STARTS) or ASSIGNMENT.match(line)):
            continue
        pending += f"{line}\n"
        if not line.rstrip().endswith("\\") and _is_complete(pending):
            yield pending.strip()
            pending = ""


def _is_complete(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True
