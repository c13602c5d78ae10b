"""The models of the calls app."""

from calls.models.call import Call
from calls.models.insight import Analysis, Transcript
from calls.models.number import PhoneNumber
from calls.models.step import Step

__all__ = ["Analysis", "Call", "PhoneNumber", "Step", "Transcript"]
