"""What runs in production is in requirements.txt: what tests need besides must not hide a gap."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOADED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "liveplatform.settings"
import django
django.setup()
import celery.bin.celery, celery.apps.worker, celery.concurrency.prefork, celery.beat, kombu.transport.redis
import granian, honcho.manager, liveplatform.wsgi, liveplatform.urls, liveplatform.dev.stack, providers.sandbox.server
import calls.demo.report, liveplatform.dev.webhook_receiver
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""

# Taken where they are there: by granian, and by site itself.
OPTIONAL = {"anyio", "greenlet", "setuptools"}


def test_everything_that_is_loaded_is_pinned():
    process = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pinned = {_name(line) for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    homes = packages_distributions()
    loaded = {_name(home) for module in process.stdout.split() for home in homes.get(module, [])}
    assert loaded - pinned - OPTIONAL == set()


def _name(text: str) -> str:
    return re.sub("[-_.]+", "-", re.split("[=[ ;]", text)[0]).lower()
