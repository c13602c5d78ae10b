"""Rules of the code that no other linter knows: `python -m liveplatform.dev.code_rules`, part of `make lint`.

Sizes of modules and functions, where raw SQL may stand, who writes answers, and that tests mirror the tree.
"""

import ast
import re
import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).resolve().parents[2]
NO_APPS = {"tests", "benchmarks"}

MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 40
MAX_MEDIAN_FUNCTION_LINES = 6
MIN_MIRRORED = 0.80

# Raw SQL stands in modules called sql.py. Besides: the statement that reserves an Idempotency-Key, what runs
# prepared statements, and what connects.
SQL_ALLOWED = re.compile(r"(^|/)sql\.py$|/migrations/|^liveplatform/(api/idempotency\.py$|db/|embedded/)")
SQL_CALLS = {"RawSQL", "RunSQL", "execute_prepared", "execute", "executemany", "cursor", "raw", "extra"}
# Keywords in capitals are SQL wherever they stand in a text. {} is the place of an f-string's expression.
SQL_TEXT = re.compile(
    r"\bINSERT\s+INTO\s+[\w\"%{]|\bDELETE\s+FROM\s+[\w\"%{]|\bUPDATE\s+[\w.\"%{}]+\s+((AS\s+)?\w+\s+)?SET\b"
    r"|\bSELECT\b.+?\bFROM\s+[\w\"%{(]|\bTRUNCATE\s+[\w\"%{]|\bLOCK\s+TABLE\b"
    r"|\b(CREATE|ALTER|DROP)\s+(TABLE|INDEX)\b|\bpg_\w*advisory\w*lock",
    re.S,
)
# In small letters they may be prose, so a text is SQL if it begins and goes on like a statement.
NAME, COLUMN = r"[\w.\"%{}]+", r"(?:[\w.\"%{}*]+(?:\([^()]*\))?)"
SQL_TEXT_ANY_CASE = re.compile(
    rf"\s*(insert\s+into\s+{NAME}\s*(\(|values\b|select\b)|update\s+{NAME}\s+((as\s+)?\w+\s+)?set\s+{NAME}\s*="
    rf"|(select\s+{COLUMN}(\s*,\s*{COLUMN})*|delete)\s+from\s+({NAME}\s*($|[;,]|as\b|where\b|using\b|(inner|left)\b"
    rf"|join\b|group\b|order\b|limit\b|for\b)|\()|truncate\s+(table\s+)?{NAME}\s*($|;|cascade\b)|lock\s+table\s"
    r"|select\s+pg_\w+\()",
    re.S | re.I,
)

# Modules without logic of their own, which need no test of their name.
NO_MIRROR = re.compile(r"(^|/)(__init__|__main__|apps|urls|settings|asgi|wsgi)\.py$|/migrations/")
HAS_TEST = re.compile(r"^\s*(async )?def test", re.M)


@dataclass(frozen=True)
class Module:
    """One source file of the apps."""

    path: str  # relative to the root, with slashes
    source: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)


def main() -> int:
    """Print every violation; the exit status is 1 if there is one."""
    modules = list(read_modules(ROOT))
    violations = [*check(modules), *check_own_package(modules), *check_mirror(modules, read_tests(ROOT))]
    sys.stdout.write("".join(f"{line}\n" for line in violations))
    sys.stdout.write(f"code rules: {len(modules)} modules, {len(violations)} violations\n")
    return 1 if violations else 0


def find_apps(root: Path) -> frozenset[str]:
    """The first-party packages: folders with an apps.py or __init__.py, but tests and benchmarks."""
    files = (path for name in ("apps.py", "__init__.py") for path in root.glob(f"*/{name}"))
    return frozenset(path.parent.name for path in files) - NO_APPS


APPS = find_apps(ROOT)


def read_tests(root: Path) -> set[str]:
    """The test files that have a test."""
    files = (root / "tests").rglob("test_*.py")
    return {path.relative_to(root).as_posix() for path in files if HAS_TEST.search(path.read_text())}


def read_modules(root: Path) -> Iterator[Module]:
    """Every module of the apps, but migrations."""
    for app in sorted(find_apps(root)):
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield Module(path.relative_to(root).as_posix(), path.read_text())


def check(modules: Iterable[Module]) -> Iterator[str]:
    """Violations of the rules about single modules, and of the median of all functions."""
    lengths: list[int] = []
    for module in modules:
        yield from check_size(module)
        yield from check_sql(module)
        yield from check_type_checking(module)
        yield from check_answers(module)
        lengths += [lines for _, lines in function_lengths(module)]
    median = statistics.median(lengths) if lengths else 0
    if median > MAX_MEDIAN_FUNCTION_LINES:
        yield f"functions have a median of {median} lines (at most {MAX_MEDIAN_FUNCTION_LINES})"


def check_size(module: Module) -> Iterator[str]:
    """Modules and functions that are too long."""
    lines = module.source.count("\n")
    if lines > MAX_MODULE_LINES:
        yield f"{module.path}: {lines} lines (at most {MAX_MODULE_LINES})"
    for node, length in function_lengths(module):
        if length > MAX_FUNCTION_LINES:
            where = f"{module.path}:{node.lineno}"
            yield f"{where}: {node.name} has {length} lines (at most {MAX_FUNCTION_LINES})"


def check_sql(module: Module) -> Iterator[str]:
    """SQL statements, and calls that run them, outside the modules for SQL."""
    if SQL_ALLOWED.search(module.path):
        return
    tree = module.tree
    for line in sorted({node.lineno for node, text in _texts(tree) if _is_sql(text)}):
        yield f"{module.path}:{line}: raw SQL belongs in a module called sql.py"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SQL_CALLS:
            yield f"{module.path}:{node.lineno}: {_name(node.func)}() belongs in a module called sql.py"


def _is_sql(text: str) -> bool:
    return bool(SQL_TEXT.search(text) or SQL_TEXT_ANY_CASE.match(text))


def _texts(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Every text but docstrings; a concatenation is one text."""
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and node not in docstrings:
            yield node, _text(node)


def _text(node: ast.expr) -> str:
    """The text of a literal, f-string or sum of texts; {} for each part that is known at run time only."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return _text(node.left) if isinstance(node, ast.BinOp) else "{}"


def check_type_checking(module: Module) -> Iterator[str]:
    """Imports of the apps' own modules that are hidden from run time, or from the type checker."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and any(_name(part) == "TYPE_CHECKING" for part in _parts(node.test)):
            for statement in ast.walk(node):
                if _imports_own(statement):
                    yield f"{module.path}:{statement.lineno}: own module imported under TYPE_CHECKING"


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    return (part for part in ast.walk(node) if isinstance(part, ast.expr))


def _imports_own(node: ast.AST) -> TypeGuard[ast.Import | ast.ImportFrom]:
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").partition(".")[0] in APPS
    return isinstance(node, ast.Import) and any(name.name.partition(".")[0] in APPS for name in node.names)


def check_answers(module: Module) -> Iterator[str]:
    """Answers of the REST API that no serializer writes: their schema could differ from them."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _name(node.func) == "Response" and _has_dict(node):
            yield f"{module.path}:{node.lineno}: write the answer through its PlainSerializer"


def _has_dict(call: ast.Call) -> bool:
    values = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "data")]
    return any(isinstance(value, ast.Dict | ast.DictComp) for value in values)


def check_own_package(modules: Iterable[Module]) -> Iterator[str]:
    """Modules that import from their own package, which imports modules of its own: a circle."""
    modules = list(modules)
    packages = {
        module.path.removesuffix("/__init__.py").replace("/", ".")
        for module in modules
        if module.path.endswith("/__init__.py") and "import" in module.source
    }
    for module in (module for module in modules if not module.path.endswith("/__init__.py")):
        own = module.path.rpartition("/")[0].replace("/", ".")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module == own and own in packages:
                yield f"{module.path}:{node.lineno}: imports from its own package; import the module"


def check_mirror(modules: Iterable[Module], tests: set[str]) -> Iterator[str]:
    """Too few modules with a test file of their name."""
    mirrors = {module.path: mirror_of(module.path) for module in modules if not NO_MIRROR.search(module.path)}
    missing = sorted(path for path, test in mirrors.items() if test not in tests)
    share = 1 - len(missing) / len(mirrors)
    if share < MIN_MIRRORED:
        found = f"only {share:.0%} of {len(mirrors)} modules have a test file of their name"
        yield f"{found} (at least {MIN_MIRRORED:.0%})"
        yield from (f"  {path}: no {mirrors[path]}" for path in missing)


def mirror_of(path: str) -> str:
    """The test file of a module: calls/lifecycle/end.py -> tests/calls/lifecycle/test_end.py."""
    folder, _, name = (
        path.removeprefix("liveplatform/").replace("management/commands/", "management/").rpartition("/")
    )
    return "/".join(part for part in ("tests", folder, f"test_{name}") if part)


def function_lengths(module: Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Every function and method with its number of lines."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, (node.end_lineno or node.lineno) - node.lineno + 1


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


if __name__ == "__main__":
    sys.exit(main())
