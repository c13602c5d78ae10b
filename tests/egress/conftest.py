from tests.support.receiver import receiver

__all__ = ["receiver"]
