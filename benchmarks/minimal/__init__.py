"""The yardstick: ending a call as a minimal DRF view with the ORM and a ModelSerializer would do it."""
