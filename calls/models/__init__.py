"""The records of calls: a call, its words, steps, watch, recordings, events; what goes over many calls."""

from calls.models.act import Act
from calls.models.call import Call
from calls.models.insight import Analysis, Transcript
from calls.models.number import PhoneNumber
from calls.models.operation import Operation, Rule
from calls.models.provider_event import ProviderEvent
from calls.models.recording import Recording
from calls.models.recording_check import RecordingCheck
from calls.models.step import Step
from calls.models.watch import Reconciliation, Watch
from calls.models.words import Words

__all__ = [
    "Act",
    "Analysis",
    "Call",
    "Operation",
    "PhoneNumber",
    "ProviderEvent",
    "Reconciliation",
    "Recording",
    "RecordingCheck",
    "Rule",
    "Step",
    "Transcript",
    "Watch",
    "Words",
]
