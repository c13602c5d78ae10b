"""Each rule finds what breaks it, and lets pass what does not."""

import pytest

from liveplatform.dev.code_rules import Module, check, check_mirror, check_sql, check_type_checking, mirror_of

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
    ],
)
def test_sql_belongs_in_modules_for_sql(source):
    assert list(check_sql(Module("calls/lifecycle/end.py", source)))
    assert not list(check_sql(Module("calls/sql.py", source)))


def test_prose_is_no_sql():
    assert not list(check_sql(Module("calls/x.py", '"""Select a call from the list, update its title."""\n')))


def test_own_modules_are_not_imported_for_type_checkers_only():
    hidden = "if TYPE_CHECKING:\n    from calls.models import Call\n"
    assert list(check_type_checking(Module("calls/x.py", hidden)))
    assert not list(check_type_checking(Module("calls/x.py", hidden.replace("calls.models", "django.db"))))


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
