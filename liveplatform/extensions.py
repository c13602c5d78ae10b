"""What the apps register with the platform, by dotted path; a part of liveplatform/settings.py."""

# Event types that customers can subscribe to (liveplatform/webhooks/event_types.py).
EVENT_TYPES = [
    "calls.events.EVENT_TYPES",
    "calls.streams.events.EVENT_TYPES",
    "sessions_app.events.EVENT_TYPES",
    "sessions_app.livestreams.event_types.EVENT_TYPES",
    "liveplatform.webhooks.events.EVENT_TYPES",
]

# The queues of background work: each binds a Work model to its process.
QUEUES = [
    "calls.post_processing.queue.STEPS",
    "calls.post_processing.lost_rooms.ROOM_OPENINGS",
    "calls.provider_events.queue.PROVIDER_EVENTS",
    "calls.monitoring.queues.CALL_MONITORS",
    "calls.monitoring.queues.RECONCILIATIONS",
    "calls.recordings.queue.RECORDING_SYNCS",
    "calls.prices.queue.PRICE_CHECKS",
    "calls.bulk.queues.OPERATIONS",
    "calls.bulk.queues.AUTO_END_RULES",
    "calls.streams.queue.STREAM_STEPS",
    "sessions_app.duties.queue.SESSION_DUTIES",
    "sessions_app.invitations.queue.MAILS",
    "sessions_app.livestreams.queue.LIVESTREAM_DELIVERIES",
    "liveplatform.webhooks.queue.DELIVERIES",
    "liveplatform.admin.queue.STAFF_OPERATIONS",
]

# What differs between the kinds of media streams (calls/streams/kinds.py).
STREAM_KINDS = ["calls.streams.audio.AUDIO", "sessions_app.livestreams.kind.LIVESTREAM"]

# What of an account may run, and is ended with it (liveplatform/accounts/deactivation.py).
RUNNING_WORK = [
    "sessions_app.lifecycle.deactivation.OPEN_SESSIONS",
    "calls.bulk.deactivation.OPEN_CALLS",
    "calls.bulk.deactivation.GIVEN_UP",
    "calls.streams.deactivation.OPEN_STREAMS",
]

# What `manage.py demo` tells, besides two calls (calls/demo/stories.py).
DEMO_STORIES = ["sessions_app.demo.story.SessionStory", "calls.demo.audio_story.AudioStory"]

# Figures of the apps for /metrics, beside those of work.
METRICS = [
    "calls.metrics.GAUGES",
    "calls.streams.metrics.GAUGES",
    "sessions_app.metrics.GAUGES",
    "liveplatform.webhooks.metrics.GAUGES",
]
