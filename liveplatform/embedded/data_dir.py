"""Where the embedded servers keep their data."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """VAR_DIR of the environment, else `var/` of the checkout."""
    return Path(os.environ.get("VAR_DIR") or CHECKOUT / "var")
