"""Choosing calls for an operation by hand: by id, account, status, age."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from calls.models import Call
from liveplatform.accounts.naming import account_named

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime:
    """ "2026-11-21T10:00Z", or an age such as "90s", "30m", "12h", "7d"."""
    age = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if age:
        return timezone.now() - timedelta(**{UNITS[age[2]]: int(age[1])})
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise ArgumentTypeError(
            f"{text!r} is neither a time (2026-11-21T10:00Z) nor an age (90s, 30m, 12h, 7d)"
        )
    return at if at.tzinfo else timezone.make_aware(at)


def add_filters(parser: ArgumentParser) -> None:
    """The options that choose calls, the same in every command."""
    parser.add_argument("ids", nargs="*", type=UUID, metavar="CALL_ID", help="these calls")
    parser.add_argument("--account", help="an account's id, auth_id or name")
    parser.add_argument("--channel", choices=Call.Channel.values)
    parser.add_argument(
        "--before", type=moment, metavar="TIME", help="created before: a time or an age (30m)"
    )
    parser.add_argument("--after", type=moment, metavar="TIME", help="created after: a time or an age (7d)")
    parser.add_argument("--test", action="store_true", help="test calls only")
    parser.add_argument(
        "--all", action="store_true", dest="everything", help="no filter at all: really every call"
    )


def chosen(options: dict[str, Any]) -> QuerySet[Call]:
    """The calls these options choose; CommandError if they choose nothing in particular."""
    wanted = _wanted(options)
    if not wanted and not options["everything"]:
        raise CommandError("Name calls by id, choose them with a filter, or say --all.")
    return Call.objects.filter(wanted)


def _wanted(options: dict[str, Any]) -> Q:
    wanted = Q()
    if options["ids"]:
        wanted &= Q(pk__in=options["ids"])
    if options["account"]:
        wanted &= Q(account=account_named(options["account"]))
    if options["channel"]:
        wanted &= Q(channel=options["channel"])
    if options["before"]:
        wanted &= Q(created_at__lt=options["before"])
    if options["after"]:
        wanted &= Q(created_at__gte=options["after"])
    if options["test"]:
        wanted &= Q(is_test=True)
    return wanted
