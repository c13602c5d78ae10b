"""The models of calls."""

from calls.models.activity import Activity
from calls.models.agent import Agent
from calls.models.analysis import Analysis, Transcript
from calls.models.bulk import AutoEndRule, Operation
from calls.models.call import Call
from calls.models.media_stream import MediaStream
from calls.models.monitor import CallMonitor, Reconciliation
from calls.models.participant import Participant, Stay
from calls.models.phone_number import PhoneNumber
from calls.models.price_check import PriceCheck
from calls.models.provider_event import ProviderEvent
from calls.models.recording import Recording
from calls.models.recording_sync import RecordingSync
from calls.models.room_opening import RoomOpening
from calls.models.search_document import SearchDocument
from calls.models.step import Step
from calls.models.stream_step import StreamStep

__all__ = [
    "Activity",
    "Agent",
    "Analysis",
    "Call",
    "MediaStream",
    "Operation",
    "Participant",
    "PhoneNumber",
    "PriceCheck",
    "ProviderEvent",
    "Reconciliation",
    "Recording",
    "RecordingSync",
    "RoomOpening",
    "AutoEndRule",
    "Stay",
    "Step",
    "StreamStep",
    "Transcript",
    "CallMonitor",
    "SearchDocument",
]
