"""Registrations over REST, under `/v1/sessions/{id}`."""
