"""Imports point one way only (the contracts stand in pyproject.toml)."""

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from liveplatform.dev.code_rules import find_apps
from tests.environment import ROOT

LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
LAYERED = [contract for contract in CONTRACTS.values() if contract["type"] == "layers"]


def modules_of(contract: dict[str, Any]) -> list[str]:
    """The dotted paths of a contract's layers, those of one layer (`a | b`) each by itself."""
    names = [name for layer in contract["layers"] for name in re.split(r"\s*[|:]\s*", layer)]
    containers = contract.get("containers", [])
    return [f"{container}.{name}" for container in containers for name in names] if containers else names


def test_imports_point_one_way():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_every_app_is_linted():
    own = {app.partition(".")[0] for app in settings.INSTALLED_APPS} & find_apps(ROOT)
    assert own >= {"liveplatform", "calls", "sessions_app"}
    assert own <= set(LINTER["root_packages"]), "add the app to root_packages in pyproject.toml"
    assert find_apps(ROOT) == set(LINTER["root_packages"])


def test_every_root_package_has_its_place_in_the_contracts():
    roots = set(LINTER["root_packages"])
    assert set(modules_of(CONTRACTS["one way between apps"])) == roots
    assert set(CONTRACTS["no circles"]["ancestors"]) == roots
    assert set(CONTRACTS["providers import nobody"]["forbidden_modules"]) == roots - {"providers"}


@pytest.mark.parametrize("contract", LAYERED, ids=lambda contract: contract["name"])
def test_the_layers_exist(contract):
    modules = modules_of(contract)
    assert [name for name in modules if find_spec(name) is None] == []
    assert len(set(modules)) == len(modules)


@pytest.mark.parametrize("name", ["one way inside liveplatform", "one way inside calls"])
def test_no_module_is_without_a_layer(name):
    assert CONTRACTS[name]["exhaustive"]
