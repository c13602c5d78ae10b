"""Commands know how `make up` serves their data directory: its URL, and that it may use the sandbox."""

import os
import subprocess
import sys

from liveplatform.dev.stack import ROOT
from liveplatform.embedded import UpSettings, record_up_settings, up_settings

NAMES = ("PUBLIC_URL", "WEBHOOK_ALLOW_HTTP", "WEBHOOK_ALLOW_LOOPBACK")


def of_commands(var, **more: str) -> list[str]:
    """The settings of these names in a command of another terminal."""
    env = {name: value for name, value in os.environ.items() if name not in NAMES}
    program = f"from django.conf import settings; print(*(getattr(settings, n) for n in {NAMES}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=env | {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "liveplatform.settings"} | more,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_before_the_first_start_nothing_is_allowed(tmp_path):
    assert up_settings(tmp_path) == UpSettings("http://127.0.0.1:8000", False, False)
    assert of_commands(tmp_path) == ["http://127.0.0.1:8000", "False", "False"]


def test_the_last_start_counts_for_settings_but_not_over_the_environment(tmp_path):
    for port in (8055, 8066):
        served = {"PUBLIC_URL": f"http://127.0.0.1:{port}"} | dict.fromkeys(NAMES[1:], "1")
        record_up_settings(tmp_path, UpSettings.from_environment(served))
    assert of_commands(tmp_path) == ["http://127.0.0.1:8066", "True", "True"]
    own = {"PUBLIC_URL": "https://live.example.com", "WEBHOOK_ALLOW_LOOPBACK": "0"}
    assert of_commands(tmp_path, **own) == ["https://live.example.com", "True", "False"]


def test_a_database_of_ones_own_is_never_allowed_what_make_up_allows_itself(tmp_path):
    record_up_settings(tmp_path, UpSettings("http://127.0.0.1:8055", True, True))
    more = {"DATABASE_URL": "postgresql://db.example.com/live", "SECRET_KEY": "x" * 50}
    more["ENCRYPTION_KEYS"] = "k1:" + "A" * 43 + "="
    assert of_commands(tmp_path, **more)[1:] == ["False", "False"]
