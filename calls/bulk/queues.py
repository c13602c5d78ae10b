"""The queues of bulk ends: one chunk of calls per attempt, so that accounts take turns."""

from functools import partial

from calls.bulk import run
from calls.models.bulk import AutoEndRule, Operation
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import postpone, succeeded
from liveplatform.work.queue import Queue

# One chunk at a time in a process: a big operation takes turns with those of other accounts.
CONCURRENCY = "OPERATION_CONCURRENCY"


def prepare_operations(operations: list[Operation]) -> list[AttemptFn]:
    """Nothing runs outside the transaction: the chunk is ended when the attempt settles."""
    return [succeeded for _ in operations]


def prepare_rules(rules: list[AutoEndRule]) -> list[AttemptFn]:
    """The same; a rule comes back after its pace."""
    return [partial(postpone, run.rule_interval()) for _ in rules]


def run_chunks(operations: list[Operation]) -> None:
    for operation in operations:
        run.run_chunk(operation)


def apply_rules(rules: list[AutoEndRule]) -> None:
    for rule in rules:
        run.run_rule(rule)


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
    settled=apply_rules,
    log_context=lambda row: {"rule_id": str(row.pk)},
    concurrency=CONCURRENCY,
)
