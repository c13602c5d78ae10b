"""The data directory: of the environment, else of the checkout."""

from pathlib import Path

from liveplatform.dev.stack import ROOT
from liveplatform.embedded import data_dir


def test_the_environment_counts_and_else_the_checkout(monkeypatch):
    monkeypatch.setenv("VAR_DIR", "elsewhere")
    assert data_dir() == Path("elsewhere")
    monkeypatch.setenv("VAR_DIR", "")
    assert data_dir() == ROOT / "var"
    monkeypatch.delenv("VAR_DIR")
    assert data_dir() == ROOT / "var"
