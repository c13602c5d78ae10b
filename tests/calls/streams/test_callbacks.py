"""Callbacks to status_callback_url, in Vobiz's form, as Plivo's own helpers check them."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.db.models.functions import Now
from plivo.utils import validate_signature, validate_v3_signature

from calls.models import StreamStep
from calls.streams.callbacks import tell
from calls.streams.stop import stop
from liveplatform.accounts.callback_secrets import rotate, secrets_of
from tests.support.draining import drain
from tests.support.webhook_listener import listener

__all__ = ["listener"]
