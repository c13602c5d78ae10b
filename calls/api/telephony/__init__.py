"""The telephony API, `/calls…` and the same under `/v1`."""
