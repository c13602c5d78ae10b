"""Forks a call's audio to WebSocket servers, in the stream protocols of Vobiz, Plivo and Twilio."""

from providers.sandbox.forker.forker import Forker
from providers.sandbox.forker.requests import ForkEvent, ForkRequest

__all__ = ["ForkEvent", "ForkRequest", "Forker"]
