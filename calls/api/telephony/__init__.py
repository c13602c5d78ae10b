"""Telephony calls: the surface of seed 001, `/calls…` and the same under `/v1`."""
