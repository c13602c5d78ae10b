"""Commands know at which URL `make up` serves their data directory, whatever port it was given."""

import os
import subprocess
import sys

from liveplatform.dev.stack import ROOT
from liveplatform.embedded import public_url, record_public_url


def url_of_commands(var, **more: str) -> str:
    env = {name: value for name, value in os.environ.items() if name != "PUBLIC_URL"}
    program = "from django.conf import settings; print(settings.PUBLIC_URL)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=env | {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "liveplatform.settings"} | more,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_before_the_first_start_it_is_that_of_the_default_port(tmp_path):
    assert public_url(tmp_path) == "http://127.0.0.1:8000"


def test_the_last_start_counts_for_settings_but_not_over_the_environment(tmp_path):
    for port in (8055, 8066):
        record_public_url(tmp_path, f"http://127.0.0.1:{port}")
    assert url_of_commands(tmp_path) == "http://127.0.0.1:8066"
    assert url_of_commands(tmp_path, PUBLIC_URL="https://live.example.com") == "https://live.example.com"
