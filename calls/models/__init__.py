"""The records of calls: a call, its words, steps, watch, recordings; operations and rules over many."""

from calls.models.call import Call
from calls.models.insight import Analysis, Transcript
from calls.models.number import PhoneNumber
from calls.models.operation import Operation, Rule
from calls.models.recording import Recording
from calls.models.step import Step
from calls.models.watch import Reconciliation, Watch
from calls.models.words import Words

__all__ = [
    "Analysis",
    "Call",
    "Operation",
    "PhoneNumber",
    "Reconciliation",
    "Recording",
    "Rule",
    "Step",
    "Transcript",
    "Watch",
    "Words",
]
