"""Gauges of sessions for /metrics."""

from liveplatform.observability.metrics import Gauge

GAUGES: list[Gauge] = []
