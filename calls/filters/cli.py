"""Filter options of management commands: by id, account, channel, age."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.db.models import Q, QuerySet

from calls.models.call import Call
from liveplatform.accounts.lookup import find_account
from liveplatform.timeparse import parse_time


def add_filter_arguments(parser: ArgumentParser) -> None:
    """Add the options that select calls; the same in every command."""
    parser.add_argument("ids", nargs="*", type=UUID, metavar="CALL_ID", help="these calls")
    parser.add_argument("--account", help="an account's id, auth_id or name")
    parser.add_argument("--channel", choices=Call.Channel.values)
    parser.add_argument(
        "--before", type=parse_time, metavar="TIME", help="created before: a time or an age (30m)"
    )
    parser.add_argument(
        "--after", type=parse_time, metavar="TIME", help="created after: a time or an age (7d)"
    )
    parser.add_argument("--test", action="store_true", help="test calls only")
    parser.add_argument(
        "--all", action="store_true", dest="everything", help="no filter at all: really every call"
    )


def selected_calls(options: dict[str, Any]) -> QuerySet[Call]:
    """The calls that the options select; raises CommandError without a filter (and without --all)."""
    conditions = _conditions(options)
    if not conditions and not options["everything"]:
        raise CommandError("Name calls by id, choose them with a filter, or say --all.")
    if options["before"] and options["after"] and options["after"] >= options["before"]:
        raise CommandError("--after must be a time before --before.")
    return Call.objects.filter(conditions)


def require_known_ids(options: dict[str, Any]) -> None:
    """Raise CommandError that names the given ids without a call (of the account, if one is given)."""
    calls = Call.objects.filter(pk__in=options["ids"])
    if options["account"]:
        calls = calls.filter(account=find_account(options["account"]))
    unknown = sorted(
        {str(call_id) for call_id in set(options["ids"]) - set(calls.values_list("pk", flat=True))}
    )
    if unknown:
        scope = " in this account" if options["account"] else ""
        raise CommandError(f"There is no such call{scope}: {', '.join(unknown)}.")


def _conditions(options: dict[str, Any]) -> Q:
    found = Q()
    if options["ids"]:
        found &= Q(pk__in=options["ids"])
    if options["account"]:
        found &= Q(account=find_account(options["account"]))
    if options["channel"]:
        found &= Q(channel=options["channel"])
    if options["before"]:
        found &= Q(created_at__lt=options["before"])
    if options["after"]:
        found &= Q(created_at__gte=options["after"])
    if options["test"]:
        found &= Q(is_test=True)
    return found
