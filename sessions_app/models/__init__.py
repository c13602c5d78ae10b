"""Models of sessions: data, and verbs about their own row."""

from sessions_app.models.duty import SessionDuty
from sessions_app.models.livestream import App, Livestream, LivestreamSession, Meeting
from sessions_app.models.livestream_webhook import LivestreamDelivery, LivestreamWebhook, WebhookKeyPair
from sessions_app.models.mail import Mail
from sessions_app.models.question import Question, QuestionVote
from sessions_app.models.registration import Registration
from sessions_app.models.series import Series, SeriesRegistration
from sessions_app.models.session import Session

__all__ = [
    "App",
    "Livestream",
    "LivestreamDelivery",
    "LivestreamSession",
    "LivestreamWebhook",
    "Mail",
    "Meeting",
    "Question",
    "QuestionVote",
    "Registration",
    "Series",
    "SeriesRegistration",
    "Session",
    "SessionDuty",
    "WebhookKeyPair",
]
