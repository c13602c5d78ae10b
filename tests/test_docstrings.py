"""Docstrings name exceptions that exist."""

import argparse
import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import django.core.exceptions
import django.core.management
import pytest
import rest_framework.exceptions
from django import db

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("liveplatform", "calls", "sessions_app", "providers")
RAISES = re.compile(r"\bRaises\b(.*?)(?:\.\s|\.$|\Z)", re.DOTALL)
CLASS_NAME = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b")
LIBRARIES = (
    argparse,
    builtins,
    db,
    django.core.exceptions,
    django.core.management,
    rest_framework.exceptions,
)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def raised_names(docstring: str) -> set[str]:
    """The names of classes in the sentences that begin with `Raises`."""
    return {name for sentence in RAISES.findall(docstring) for name in CLASS_NAME.findall(sentence)}


@pytest.fixture(scope="module")
def known_names() -> set[str]:
    trees = [tree for _, tree in modules()]
    ours = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return ours.union(*map(dir, LIBRARIES))


def test_reads_the_names_after_raises():
    text = "Do it.\n\nRaises CallNotFound (ended) or another\nProviderError; OneMore. LaterName is not one."
    assert raised_names(text) == {"CallNotFound", "ProviderError", "OneMore"}


def test_every_exception_in_a_docstring_exists(known_names):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    missing = [
        f"{path}: {name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, documented)
        for name in sorted(raised_names(ast.get_docstring(node) or "") - known_names)
    ]
    assert missing == []
