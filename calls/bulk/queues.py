"""The queues of bulk ends: one chunk of calls per attempt, so that accounts take turns."""

from functools import partial

from calls.bulk.auto_end_rules import rule_interval, run_rule
from calls.bulk.run import run_chunk
from calls.models.bulk import AutoEndRule, Operation
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import postpone, succeeded
from liveplatform.work.queue import Queue

# The setting with the number of chunks that one worker process runs at once.
CONCURRENCY = "OPERATION_CONCURRENCY"


def prepare_operations(operations: list[Operation]) -> list[AttemptFn]:
    """Attempts that do nothing: a chunk is ended in the transaction that settles its attempt."""
    return [succeeded for _ in operations]


def prepare_rules(rules: list[AutoEndRule]) -> list[AttemptFn]:
    """Attempts that only postpone the rule by its interval; its chunk is ended as above."""
    return [partial(postpone, rule_interval()) for _ in rules]


def run_chunks(operations: list[Operation]) -> None:
    for operation in operations:
        run_chunk(operation)


def run_rules(rules: list[AutoEndRule]) -> None:
    for rule in rules:
        run_rule(rule)


OPERATIONS = Queue(
    model=Operation,
    prepare=prepare_operations,
    settled=run_chunks,
    log_context=lambda row: {"operation_id": str(row.pk), "ended": str(row.ended)},
    concurrency=CONCURRENCY,
)
AUTO_END_RULES = Queue(
    model=AutoEndRule,
    prepare=prepare_rules,
    settled=run_rules,
    log_context=lambda row: {"rule_id": str(row.pk)},
    concurrency=CONCURRENCY,
)
