"""Every command of README.md and docs/ starts as it is printed, in the order of its page."""

import contextlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from liveplatform.dev.stack import ROOT, free_port
from tests.support.client import Customer
from tests.support.documented import Documented, blocks, spans

PYTHON = ".venv/bin/python"
# A line that says which id of the last answer is used from there on.
COPIED = re.compile(r"(CALL|SESSION|RID|QID|SERIES|OCCURRENCE)=…")
# What needs a moment: a first webhook, an index that is being built, a bot that starts.
RETRIED = ("cat ", "curl -G", f"{PYTHON} manage.py fork_audio")
# Programs of others, which need not be on this machine; and what runs until ctrl-C or has a test of its own.
ELSEWHERE = ("livekit-server", "make ", "nginx", "pgbouncer")


@pytest.fixture(scope="module")
def reader(running, tmp_path_factory):
    reader = Reader(Customer(running, "a reader"), tmp_path_factory.mktemp("reader"))
    yield reader
    for group in reader.groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGTERM)


class Reader:
    """Somebody with a terminal: the platform runs, KEY and URL are set, ids are copied from answers."""

    def __init__(self, customer: Customer, folder: Path) -> None:
        self.customer, self.local, self.folder = customer, customer.local, folder
        self.receiver_port, self.bot_port = str(free_port()), str(free_port())
        self.groups: list[int] = []  # of processes: a command may leave one in the background
        self.variables = {
            "KEY": customer.key,
            "URL": customer.local.url,
            "API": customer.local.url,
            "H": f"Authorization: Bearer {customer.key}",
            "J": "Content-Type: application/json",
            "CAMPAIGN": str(uuid.uuid4()),
            "ID": "",
            "CALL": "",
        }
        (folder / ".venv").symlink_to(ROOT / ".venv", target_is_directory=True)
        (folder / "manage.py").symlink_to(ROOT / "manage.py")
        self.last: dict[str, object] = {}
        self.account_id = customer.account_id
        self.has_rooms: set[str] = set()  # ids of accounts

    def connect_rooms(self) -> None:
        """Sessions need a video provider, which the account that a page before has created may not have."""
        if self.account_id in self.has_rooms:
            return
        connect = ("connect_provider", self.account_id, "getstream", "--base-url", self.local.sandbox_url)
        secret = "api_secret=a-secret-of-at-least-32-characters"
        self.local.manage(*connect, "--set", f"api_key={self.account_id}", secret)
        self.has_rooms.add(self.account_id)

    def save_bot(self, page: Path) -> None:
        """The one block of Python on the page, as the file that its text names."""
        code = re.search(r"```python\n(.*?)```", page.read_text(), re.S)
        (self.folder / "bot.py").write_text(code[1].replace("8765", self.bot_port))

    def run(self, command: Documented) -> None:
        """Run it; what needs a moment is tried again."""
        until = time.monotonic() + (30 if command.text.startswith(RETRIED) else 0)
        text, status, shown = self.as_typed(command.text), 1, ""
        while status:
            status, shown = self.type(text)
            if time.monotonic() >= until:
                break
            time.sleep(0.5 if status else 0)
        assert status == 0, f"{command}\n{text}\n{shown}"
        self.copy_ids(shown)

    def type(self, text: str) -> tuple[int, str]:
        """The exit status and what is shown."""
        environment = self.local.env | self.variables | {"PYTHONPATH": str(ROOT)}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        with tempfile.TemporaryFile("w+") as output:
            shell = subprocess.Popen(
                ["bash", "-c", f'curl() {{ command curl --fail-with-body -m 20 "$@"; }}; {text}'],
                cwd=self.folder,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.groups.append(shell.pid)
            status = shell.wait(60)
            output.seek(0)
            shown = output.read()
        return status, shown

    def as_typed(self, text: str) -> str:
        """The command with this machine's ports, and with values in place of "…"."""
        own = {8000: self.local.port, 9000: self.local.sandbox_port, 7880: self.local.sandbox_port}
        for port, served in own.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{served}")
        text = text.replace("9100", self.receiver_port).replace("8765", self.bot_port)
        if "create_account" not in text:  # the account whose key this reader has
            text = text.replace(" Acme ", f" {self.account_id} ")
        if copied := COPIED.match(text):
            self.variables[copied[1]] = self.variables["ID"]
            return "true"
        if "<stream_call_id>" in text:
            text = text.replace("<stream_call_id>", self.customer.video_call().provider_id)
        text = re.sub(r"KEY=lp_…", "", text).replace('"id": "CA…"', f'"id": "{self.last.get("call_sid")}"')
        return fill(text)

    def copy_ids(self, shown: str) -> None:
        """What a reader copies out of an answer: the id of what was made, the key of a new account."""
        start = shown.find("{")
        try:
            answer = json.loads(shown[start:].splitlines()[0]) if start >= 0 else {}
        except ValueError:
            return
        parts = [*answer.get("sessions", [])[:1], *answer.values()]
        answer = next((part for part in parts if isinstance(part, dict) and "id" in part), answer)
        if "call_sid" in answer:
            self.last = answer
        self.variables["ID"] = str(answer.get("id") or self.variables["ID"])
        if "account_id" in answer and "api_key" in answer:
            self.account_id = answer["account_id"]
            self.variables |= {"KEY": answer["api_key"], "H": f"Authorization: Bearer {answer['api_key']}"}


def fill(text: str) -> str:
    text = text.replace("AC…", "AC" + "0" * 32).replace("+1…", "+14155550199")
    return text.replace("--account …", "--account acme").replace("…", "example")


@pytest.mark.parametrize(
    "block", [pytest.param(b, id=f"{b[0].page.stem}-{n}") for n, b in enumerate(blocks())]
)
def test_the_commands_of_a_block_run(reader, block):
    if block[0].page.name == "sessions.md":
        reader.connect_rooms()
    if block[0].page.name == "livekit.md":
        pytest.skip("its commands are for a LiveKit server; test_livekit.py has them at the sandbox")
    if block[0].page.name == "voice-bots.md":
        reader.save_bot(block[0].page)
    for command in block:
        if not command.text.startswith(ELSEWHERE):
            reader.run(command)


@pytest.mark.parametrize("command", list(spans()), ids=str)
def test_a_command_in_the_text_starts(command):
    """It is printed with its path, and its arguments are understood."""
    assert command.text.startswith((".venv/bin/", "curl ")), "as printed it is not on the path"
    words = shlex.split(re.sub(r"\[[^\]]*\]", "", fill(command.text)))  # without what is optional
    if words[:2] == [PYTHON, "-m"]:
        assert importlib.util.find_spec(words[2]), words[2]
        return
    if words[:2] == [PYTHON, "manage.py"]:
        owner = get_commands()[words[2]]
        parser = load_command_class(owner, words[2]).create_parser("manage.py", words[2])
        parser.parse_args(words[3:])
        return
    assert shutil.which(words[0]) or (ROOT / words[0]).exists(), words[0]
