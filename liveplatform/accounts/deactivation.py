"""Deactivate an account: what it still runs is ended by an explicit choice, or keeps it active.

An app registers what may run in settings.RUNNING_WORK, by dotted path; this app knows none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from liveplatform.accounts.models import Account

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RunningWork:
    """Something of an account that runs, and may cost money, until it is ended.

    count   how many there are of the account
    end     starts ending them; arguments: the account's id, and who asks ("staff:…"); returns a sentence
    """

    label: str
    count: Callable[[UUID], int]
    end: Callable[[UUID, str], str]


class StillRunning(Exception):
    """The account has running work, and its end was not asked for; the text says what runs."""


def running(account_id: UUID) -> str:
    """What runs: "12 open calls"; "" if nothing does."""
    counts = [(work.count(account_id), work.label) for work in _registered()]
    return ", ".join(f"{count:,} {label}" for count, label in counts if count)


def running_count(account_id: UUID) -> int:
    """How many of what runs there are in all."""
    return sum(work.count(account_id) for work in _registered())


def deactivate(account: Account, *, end_running: bool, actor: str) -> list[str]:
    """Deactivate the account and save it; returns sentences about what is being ended.

    Its keys and tokens stop working; monitors and post-processing of its calls go on. Raises StillRunning if
    something runs and `end_running` is False; then the account stays active.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        found = running(account.pk)
        if found and not end_running:
            raise StillRunning(f"The account has {found}. End them with it, or wait until they have ended.")
        account.is_active = False
        account.save(update_fields=["is_active"])
        done = [work.end(account.pk, actor) for work in _registered() if work.count(account.pk)]
    log.warning("account_deactivated", account_id=account.account_id, by=actor, running=found)
    return done


def _registered() -> list[RunningWork]:
    return [import_string(path) for path in settings.RUNNING_WORK]
