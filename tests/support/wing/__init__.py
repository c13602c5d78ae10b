"""A minimal wing: what an app brings of its own, for tests that register it by settings alone."""
