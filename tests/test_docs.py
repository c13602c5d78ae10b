"""What README.md and docs/*.md name exists: files, targets of make, commands, settings, log events, links."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from liveplatform.dev.code_rules import find_apps, read_modules
from tests.environment import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ROOTS = (*sorted(find_apps(ROOT)), "tests", "benchmarks", "docs", "templates")
# The example of docs/adding-a-surface.md, placeholders, and what exists once the platform ran.
EXAMPLES = re.compile(r"\bwing\b|<|\*|…|^var/")
# Variables of make.
NO_SETTINGS = {"CHAOS_SECONDS", "PORT", "SANDBOX_PORT", "VAR_DIR", "WEB_HOST"}

CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^ *```.*?^ *```", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"manage\.py (\w+)")
TARGET = re.compile(r"(?:^|`|\s)make ([a-z-]+)(?=[` ,.\n]|$)")
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text())


def spans(page: Path) -> list[str]:
    """The texts in backticks, outside of blocks of code."""
    return CODE.findall(prose(page))


@cache
def files() -> frozenset[str]:
    """Every file and folder of the apps, tests and pages, relative to the root; folders end with a slash."""
    paths = [path for name in ROOTS for path in (ROOT / name, *(ROOT / name).rglob("*"))]
    return frozenset(path.relative_to(ROOT).as_posix() + "/" * path.is_dir() for path in paths)


def exists(path: str) -> bool:
    """A path from the root, or the end of one: `apply.py`, `db/rows.py`, `live_calls/`."""
    whole = path if path.endswith((".py", "/")) else f"{path}/"
    return any(f"/{each}".endswith(f"/{whole}") for each in files())


def named_paths(page: Path) -> Iterator[str]:
    for span in spans(page):
        path = re.sub(r":\d+$", "", span)
        from_root = path.partition("/")[0] in ROOTS and "/" in path
        if re.fullmatch(r"[\w/.<>*…-]+(\.py|/)", path) and not path.startswith("/") or from_root:
            yield path


@cache
def constants() -> frozenset[str]:
    """The names that modules assign."""
    nodes = (node for module in read_modules(ROOT) for node in ast.walk(module.tree))
    return frozenset(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def log_events() -> set[str]:
    """The first argument of each log.warning(...) and the like."""
    calls = (
        node for module in read_modules(ROOT) for node in ast.walk(module.tree) if isinstance(node, ast.Call)
    )
    return {
        text.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in LOG_METHODS and call.args
        for text in ast.walk(call.args[0])
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }


def page_name(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_file_exists(page):
    assert [path for path in named_paths(page) if not EXAMPLES.search(path) and not exists(path)] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_link_leads_somewhere(page):
    links = [link.partition("#")[0] for link in LINK.findall(prose(page)) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_command_exists(page):
    text = page.read_text()
    assert set(COMMAND.findall(text)) - get_commands().keys() == set()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {target for span in spans(page) for target in TARGET.findall(span)}
    blocks = "\n".join(BLOCK.findall(text))
    assert (named | set(re.findall(r"^make ([a-z-]+)", blocks, re.M))) - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_setting_exists(page):
    named = {span.partition("=")[0] for span in spans(page) if re.fullmatch(r"[A-Z]+(_[A-Z]+)+(=\S*)?", span)}
    pages = ("liveplatform/settings.py", "liveplatform/security/settings.py")
    environment = "".join((ROOT / settings_page).read_text() for settings_page in pages)
    unknown = named - constants() - NO_SETTINGS
    assert [name for name in unknown if not hasattr(settings, name) and f'"{name}"' not in environment] == []


def test_every_log_event_is_logged():
    logs = (ROOT / "docs/running.md").read_text().partition("## Logs")[2]
    named = {span for span in CODE.findall(logs) if re.fullmatch(r"[a-z]+(_[a-z]+)+", span)} - {"call_id"}
    assert len(named) >= 7
    assert named - log_events() == {"event_id", "endpoint_id"}, "these two are fields"


def test_a_page_that_names_what_is_missing_would_be_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "See `calls/nothing.py:3`, `calls/none/`, `nowhere.py`, `calls/sql.py:3` and [that](gone.md).\n"
    )
    assert [path for path in named_paths(page) if not exists(path)] == [
        "calls/nothing.py",
        "calls/none/",
        "nowhere.py",
    ]
