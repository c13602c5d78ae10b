"""docs/architecture.md names functions with file and line: the lines must be right, and the path of an end short.

`python -m tests.test_architecture` writes the present line numbers into the page.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.environment import ROOT

PAGE = ROOT / "docs" / "architecture.md"
REFERENCE = re.compile(r"`(?P<path>[\w/]+\.py):\d+` `(?P<name>[\w.]+)`")
MAX_LINES = 80

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def definitions(path: str) -> dict[str, ast.stmt]:
    """The functions, methods (Class.method) and constants of a module, by name."""
    return dict(_definitions(ast.parse((ROOT / path).read_text()).body))


def _definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _definitions(node.body, f"{node.name}.")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield prefix + node.targets[0].id, node


def code_lines(path: str, name: str) -> int:
    """The lines of a function without its decorators, docstring, comments and blank lines; 0 for a constant."""
    node = definitions(path)[name]
    if not isinstance(node, Function):
        return 0
    lines = (ROOT / path).read_text().splitlines()
    numbers = set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    if ast.get_docstring(node):
        numbers -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    texts = (lines[number - 1].strip() for number in numbers)
    return sum(bool(text) and not text.startswith("#") for text in texts)


def with_present_lines(text: str) -> str:
    """The page with the lines at which the functions stand today."""
    return REFERENCE.sub(lambda m: f"`{m['path']}:{line_of(m)}` `{m['name']}`", text)


def line_of(match: re.Match[str]) -> int:
    return definitions(match["path"])[match["name"]].lineno


def test_every_reference_points_at_its_function():
    text = PAGE.read_text()
    assert len(REFERENCE.findall(text)) >= 10
    assert text == with_present_lines(text), "run `python -m tests.test_architecture`"


def test_the_path_of_an_end_is_short():
    path = PAGE.read_text().partition("## The path of an end")[2].partition("\n## ")[0]
    assert sum(code_lines(m["path"], m["name"]) for m in REFERENCE.finditer(path)) <= MAX_LINES


if __name__ == "__main__":
    PAGE.write_text(with_present_lines(PAGE.read_text()))
