"""Rules of the code that no other linter knows: `python -m liveplatform.dev.code_rules`, part of `make lint`.

Sizes of modules and functions, where raw SQL may stand, and that tests mirror the tree.
"""

import ast
import re
import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("liveplatform", "calls", "providers", "sessions_app")

MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 40
MAX_MEDIAN_FUNCTION_LINES = 6
MIN_MIRRORED = 0.80

# Raw SQL stands in modules called sql.py. Besides: the statement that reserves an Idempotency-Key, what runs
# prepared statements, and what connects.
SQL_ALLOWED = re.compile(r"(^|/)sql\.py$|/migrations/|^liveplatform/(api/idempotency|db/|embedded/)")
SQL_TEXT = re.compile(
    r"\b(INSERT\s+INTO\s+\w|DELETE\s+FROM\s+\w|UPDATE\s+[\w\"{}]+\s+(AS\s+\w+\s+)?SET\b|SELECT\b.+?\bFROM\s+\w)",
    re.S,
)
SQL_CALLS = {"RawSQL", "execute_prepared", "executemany", "cursor"}

# Modules without logic of their own, which need no test of their name.
NO_MIRROR = re.compile(r"(^|/)(__init__|__main__|apps|urls|settings|wsgi)\.py$|/migrations/")


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
    tests = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    violations = [*check(modules), *check_mirror(modules, tests)]
    sys.stdout.write("".join(f"{line}\n" for line in violations))
    sys.stdout.write(f"code rules: {len(modules)} modules, {len(violations)} violations\n")
    return 1 if violations else 0


def read_modules(root: Path) -> Iterator[Module]:
    """Every module of the apps, but migrations."""
    for app in APPS:
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
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_TEXT.search(node.value):
            yield f"{module.path}:{node.lineno}: raw SQL belongs in a module called sql.py"
        if isinstance(node, ast.Call) and _name(node.func) in SQL_CALLS:
            yield f"{module.path}:{node.lineno}: {_name(node.func)}() belongs in a module called sql.py"


def check_type_checking(module: Module) -> Iterator[str]:
    """Imports of the apps' own modules that are hidden from run time."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            for statement in ast.walk(node):
                if isinstance(statement, ast.ImportFrom) and (statement.module or "").split(".")[0] in APPS:
                    yield f"{module.path}:{statement.lineno}: own module imported under TYPE_CHECKING"


def check_mirror(modules: Iterable[Module], tests: set[str]) -> Iterator[str]:
    """Too few modules with a test file of their name."""
    wanted = {module.path: mirror_of(module.path) for module in modules if not NO_MIRROR.search(module.path)}
    missing = sorted(path for path, test in wanted.items() if test not in tests)
    share = 1 - len(missing) / len(wanted)
    if share < MIN_MIRRORED:
        found = f"only {share:.0%} of {len(wanted)} modules have a test file of their name"
        yield f"{found} (at least {MIN_MIRRORED:.0%})"
        yield from (f"  {path}: no {wanted[path]}" for path in missing)


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
