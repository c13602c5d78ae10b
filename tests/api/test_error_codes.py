"""The error reference and the code know the same codes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from liveplatform.api.error_codes import help_url
from liveplatform.api.error_reference import error_reference

ROOT = Path(__file__).resolve().parents[2]
# Exceptions of REST framework that take a code of ours, and those of the platform's own.
WITH_CODE = {"Conflict", "ParseError", "AuthenticationFailed", "PermissionDenied"}
# Their codes are REST framework's own.
OF_FRAMEWORK = {"not_found", "method_not_allowed", "unsupported_media_type"}


def modules() -> Iterator[ast.Module]:
    for app in ("liveplatform", "calls", "sessions_app"):
        for path in (ROOT / app).rglob("*.py"):
            if "admin" not in path.parts and path.name != "error_codes.py":
                yield ast.parse(path.read_text())


def declared(tree: ast.Module) -> Iterator[str]:
    """Codes of exception classes: `default_code` or `code`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                    names = {target.id for target in line.targets if isinstance(target, ast.Name)}
                    if names & {"default_code", "code"}:
                        yield str(line.value.value)


def constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: str(node.value.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def raised(tree: ast.Module) -> Iterator[str]:
    """Codes given to exceptions and problems where they are made."""
    names = constants(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called == "Problem":
            code = node.args[1]
        elif called in WITH_CODE:
            assert len(node.args) == 2, f"{ast.unparse(node)}: give it a code of its own"
            code = node.args[1]
        elif (called == "WrongState" and len(node.args) > 1) or (
            called == "__init__" and len(node.args) == 2
        ):
            code = node.args[1]
        else:
            continue
        if isinstance(code, ast.Constant):
            yield str(code.value)
        elif getattr(code, "attr", getattr(code, "id", "")) in names:
            yield names[getattr(code, "attr", getattr(code, "id", ""))]


def test_every_code_that_is_raised_is_in_the_reference_and_the_other_way_round():
    found = OF_FRAMEWORK | {code for tree in modules() for code in (*declared(tree), *raised(tree))}
    found -= {""}  # of providers.errors
    assert found - error_reference().keys() == set(), "declare them in an error_codes.py"
    assert error_reference().keys() - found == set(), "nothing raises these"


def test_every_entry_says_what_to_do():
    for entry in error_reference().values():
        assert entry.meaning.endswith(".") and entry.remedy.endswith("."), entry.code
        assert all(400 <= status < 600 for status in entry.statuses)


def test_the_help_address_leads_to_the_entry(settings):
    assert help_url("not_found") == f"{settings.PUBLIC_URL}/api/docs/errors#not_found"
