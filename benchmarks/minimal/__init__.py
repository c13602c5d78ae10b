"""Baseline: ending a call in a minimal DRF view with the ORM and a ModelSerializer."""
