"""Each rule finds what breaks it, and lets pass what does not."""

import pytest

from liveplatform.dev.code_rules import (
    APPS,
    Module,
    check,
    check_answers,
    check_mirror,
    check_own_package,
    check_sql,
    check_type_checking,
    find_apps,
    mirror_of,
    read_modules,
    read_tests,
)

LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 40


@pytest.mark.parametrize(
    ("source", "violation"),
    [
        ("x = 1\n" * 251, "251 lines (at most 250)"),
        (LONG_FUNCTION, "f has 41 lines (at most 40)"),
        ("def f():\n" + "    x = 1\n" * 6, "functions have a median of 7 lines"),
    ],
)
def test_what_is_too_long_is_found(source, violation):
    assert any(violation in line for line in check([Module("calls/x.py", source)]))


@pytest.mark.parametrize(
    "source",
    [
        'S = "INSERT INTO calls_call (id) VALUES (1)"\n',
        'S = """\nUPDATE calls_call AS c\nSET status = 1"""\n',
        'S = "SELECT id\\nFROM calls_call"\n',
        'S = "DELETE FROM calls_call"\n',
        "rows.annotate(x=RawSQL(text, []))\n",
        "connection.cursor()\n",
        "Call.objects.raw(text)\n",
        "Call.objects.extra(where=[text])\n",
        "cursor.execute(text)\n",
        "migrations.RunSQL(text)\n",
        "S = 'SELECT * FROM \"calls_call\"'\n",
        'S = f"SELECT * FROM {table}"\n',
        'S = f"SELECT {columns} FROM " + table\n',
        'S = "SELECT " + columns + " FROM calls_call"\n',
        'S = "SELECT * FROM %s" % table\n',
        'S = f"UPDATE {t} SET status = 1"\n',
        'S = "SELECT n FROM (VALUES (1)) AS v(n)"\n',
        'S = "TRUNCATE calls_call"\n',
        'S = "TRUNCATE TABLE calls_call CASCADE"\n',
        'S = "LOCK TABLE calls_call"\n',
        'S = "SELECT pg_advisory_xact_lock(1)"\n',
        'S = "pg_try_advisory_lock"\n',
        'S = "select id, status from calls_call where id = %s"\n',
        'S = "select count(*) from calls_call"\n',
        "S = 'select * from \"calls_call\"'\n",
        'S = f"select * from {table}"\n',
        'S = "select n from (values (1)) as v(n)"\n',
        'S = "insert into calls_call (id) values (1)"\n',
        'S = "update calls_call set status = 1"\n',
        'S = "delete from calls_call"\n',
        'S = "truncate table calls_call"\n',
        'S = "lock table calls_call"\n',
    ],
)
def test_sql_belongs_in_modules_for_sql(source):
    assert list(check_sql(Module("calls/lifecycle/end.py", source)))
    assert not list(check_sql(Module("calls/sql.py", source)))


@pytest.mark.parametrize(
    "source",
    [
        '"""Select a call from the list, update its title."""\n',
        'def f():\n    """SELECT from this is not what it does: SELECT id FROM calls_call."""\n',
        'S = "Select a call from the list, and update the title set by its host."\n',
        'S = "Delete from the list what is old."\n',
        'S = "Insert into the page what follows."\n',
        'S = f"Update {name} set by its host."\n',
        'S = "Truncate long texts."\n',
        "rows.select_related(name).update(status=1)\n",
    ],
)
def test_prose_is_no_sql(source):
    assert not list(check_sql(Module("calls/x.py", source)))


@pytest.mark.parametrize(
    "source",
    [
        "if TYPE_CHECKING:\n    from calls.models import Call\n",
        "if TYPE_CHECKING:\n    import calls.models\n",
        "if TYPE_CHECKING:\n    import calls\n",
        "if TYPE_CHECKING:\n    from . import models\n",
        "if TYPE_CHECKING:\n    from ..calls.models import Call\n",
        "if typing.TYPE_CHECKING and x:\n    from calls.models import Call\n",
        "if not TYPE_CHECKING:\n    from calls.models import Call\n",
        "if TYPE_CHECKING:\n    x = 1\nelse:\n    from calls.models import Call\n",
        "if x:\n    y = 1\nelif TYPE_CHECKING:\n    from calls.models import Call\n",
    ],
)
def test_own_modules_are_not_imported_for_type_checkers_only(source):
    assert list(check_type_checking(Module("calls/x.py", source)))
    assert not list(check_type_checking(Module("calls/x.py", source.replace("TYPE_CHECKING", "DEBUG"))))


def test_other_packages_may_be_imported_for_type_checkers_only():
    source = "if TYPE_CHECKING:\n    from django.db import models\n    import redis\n"
    assert not list(check_type_checking(Module("calls/x.py", source)))


def test_the_apps_are_the_packages_at_the_root(tmp_path):
    for file in (
        "wing/apps.py",
        "base/__init__.py",
        "tests/__init__.py",
        "docs/page.md",
        "wing/deep/apps.py",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("x = 1\n")
    assert find_apps(tmp_path) == {"wing", "base"}
    assert {module.path for module in read_modules(tmp_path)} == {
        "base/__init__.py",
        "wing/apps.py",
        "wing/deep/apps.py",
    }
    assert {"liveplatform", "calls", "providers", "sessions_app"} <= APPS


def test_a_test_file_without_a_test_does_not_count(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_empty.py").write_text("from tests.test_full import *\n")
    (tmp_path / "tests/test_full.py").write_text("class TestX:\n    async def test_x(self):\n        pass\n")
    assert read_tests(tmp_path) == {"tests/test_full.py"}


def test_modules_need_a_test_of_their_name():
    modules = [Module("calls/lifecycle/end.py", ""), Module("liveplatform/work/drain.py", "")]
    tests = {"tests/calls/lifecycle/test_end.py", "tests/work/test_drain.py"}
    assert not list(check_mirror(modules, tests))
    assert any(
        "tests/work/test_drain.py" in line
        for line in check_mirror(modules, {"tests/calls/lifecycle/test_end.py"})
    )


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("liveplatform/crypto.py", "tests/test_crypto.py"),
        ("providers/twilio/events.py", "tests/providers/twilio/test_events.py"),
        ("calls/management/commands/up.py", "tests/calls/management/test_up.py"),
    ],
)
def test_tests_mirror_the_tree(path, test):
    assert mirror_of(path) == test


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('Response({"done": True})\n', 1),
        ('Response({**X.write(row), "live": None}, status=202)\n', 1),
        ('Response(data={"done": True})\n', 1),
        ("Response(X.write_fields(done=True), headers={})\n", 0),
        ("Response(status=204)\n", 0),
    ],
)
def test_answers_are_written_by_serializers(source, count):
    assert len(list(check_answers(Module("calls/api/views.py", source)))) == count


def test_a_module_does_not_import_from_its_own_package():
    package = Module("calls/filters/__init__.py", "from calls.filters.filterset import CallFilter\n")
    circle = Module("calls/filters/fields.py", "from calls.filters import values\n")
    direct = Module("calls/filters/fields.py", "from calls.filters.values import text\n")
    empty = Module("calls/filters/__init__.py", "")
    assert list(check_own_package([package, circle]))
    assert not list(check_own_package([package, direct])) + list(check_own_package([empty, circle]))
