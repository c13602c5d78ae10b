"""Develop a voice bot without a phone: fork a WAV file to it, and record what it plays back."""

import asyncio
import signal
import sys
import time
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from providers.sandbox.forker import Forker, ForkEvent, ForkRequest
from providers.sandbox.forker.connection import check_url
from providers.sandbox.forker.requests import RATES
from providers.sandbox.forker.speech import Speech, conversation
from providers.sandbox.forker.wav import BadWav, read

PROTOCOLS = ("vobiz", "plivo", "twilio")
CODECS = {f"{name};rate={rate}": (name, rate) for name, rates in RATES.items() for rate in rates}
LISTEN_ON = 5.0  # seconds after the end of the WAV file
WITHOUT_WAV = 30.0
WRONG_ARGUMENTS = 2
KEY_PAUSE = 0.3  # seconds from key to key


class Command(BaseCommand):
    """Exit status 0 if the stream ended in order, 1 if its connection failed, 2 for wrong arguments."""

    help = "Fork a WAV file to a voice bot in the protocol of a provider; no platform needed."
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("wav", nargs="?", help="what the caller says; stereo: what both sides say; else a made-up one")
        add("--to", required=True, metavar="URL", help="the bot: ws://… or wss://…")
        add("--protocol", required=True, choices=PROTOCOLS)
        add("--codec", help=f"{', '.join(CODECS)}; Twilio has the first only")
        add("--track", choices=("inbound", "outbound", "both"), default="inbound")
        add("--one-way", action="store_true", help="a stream on which the bot may not speak")
        add("--record", type=Path, metavar="OUT.wav", help="write what the bot plays back")
        add("--seconds", type=float, help=f"default: the WAV file's and {LISTEN_ON:.0f} more")
        add("--loop", action="store_true", help="say the WAV file again and again")
        add("--dtmf", nargs="+", default=[], metavar="KEYS[@SECONDS]", help="keys that the caller presses")
        add("--parameters", nargs="+", default=[], metavar="NAME=VALUE")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        try:
            request, speech = _request(options), _speech(options)
            keys = [_keys(each) for each in options["dtmf"]]
            _check_target(options["record"])
        except (ValueError, OSError) as error:
            raise CommandError(str(error), returncode=WRONG_ARGUMENTS) from error
        seconds = options["seconds"] or (speech.audio.seconds + LISTEN_ON if options["wav"] else WITHOUT_WAV)
        talk = Talk(request, speech, options["record"])
        if not asyncio.run(talk.run(seconds, keys)):
            sys.exit(1)


class Talk:
    """One stream, and what is printed of it."""

    def __init__(self, request: ForkRequest, speech: Speech, record: Path | None) -> None:
        self.request, self.record = request, record
        self.forker = Forker(dial_anywhere=True)
        self.forker.speak(speech)
        self.began, self.mistakes_shown = time.monotonic(), 0

    async def run(self, seconds: float, keys: list[tuple[float, str]]) -> bool:
        """Until its end, or a signal; whether it ended in order."""
        loop = asyncio.get_running_loop()
        self.started, self.ended = asyncio.Event(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        self.say(f"calling {self.request.service_url} as {self.request.protocol}")
        self.forker.start(self.request, self.told)
        self.fork = self.forker.live()[0]
        others = [loop.create_task(self._stop_after(seconds)), loop.create_task(self._press(keys))]
        while not self.ended.is_set():
            await asyncio.sleep(0.05)
            self._show_mistakes()
        for task in others:
            task.cancel()
        self._summarize()
        await self.forker.close()
        return self.last.kind == "stopped"

    def told(self, event: ForkEvent) -> None:
        texts = {
            "started": f"connected: stream {self.request.stream_id} of call {self.request.call_id}",
            "played": f"played up to {event.name!r}",
            "cleared": "the bot cleared its queue",
            "dtmf": f"the bot pressed {event.name}",
            "stopped": {"bot": "the bot stopped the stream"}.get(event.name, "stopped"),
            "dropped": f"dropped: {event.error}",
        }
        self.say(texts.get(event.kind, event.error))
        if event.kind == "started":
            self.started.set()
        if event.kind in ("stopped", "dropped"):
            self.last = event
            self.ended.set()

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:7.2f} s  {text}", flush=True)

    def _stop(self) -> None:
        self.forker.stop(self.request.stream_id)

    async def _stop_after(self, seconds: float) -> None:
        await self.started.wait()
        await asyncio.sleep(seconds)
        self._stop()

    async def _press(self, keys: list[tuple[float, str]]) -> None:
        await self.started.wait()
        began = time.monotonic()
        for at, digits in keys:
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            for digit in digits:
                if not await self.forker.send_dtmf(self.request.stream_id, digit):
                    return self.say("keys cannot be sent on this stream")
                self.say(f"the caller pressed {digit}")
                await asyncio.sleep(KEY_PAUSE)
        return None

    def _show_mistakes(self) -> None:
        new = self.fork.mistake_count - self.mistakes_shown
        self.mistakes_shown += new
        for text in list(self.fork.mistakes)[-new:] if new else ():
            self.say(f"not understood: {text}")

    def _summarize(self) -> None:
        self._show_mistakes()
        recording = self.fork.playback.recording
        self.say(f"{self.fork.frames_sent} frames sent, {self.fork.frames_dropped} lost")
        if self.record and recording.seconds:
            recording.save(str(self.record))
            self.say(f"{recording.seconds:.1f} s of what the bot played back are in {self.record}")
        elif self.record:
            self.say(f"the bot played nothing back; {self.record} is not written")


def _request(options: dict[str, Any]) -> ForkRequest:
    check_url(options["to"])
    if options["track"] != "inbound" and not options["one_way"]:
        raise ValueError(
            f"--track {options['track']} needs --one-way: where a bot speaks, it hears the caller"
        )
    default = "x-mulaw" if options["protocol"] == "twilio" else "x-l16"
    encoding, rate = _codec(options["codec"] or default)
    if options["protocol"] == "twilio" and encoding != "x-mulaw":
        raise ValueError("Twilio's streams are of x-mulaw only")
    parameters = dict(_parameter(each) for each in options["parameters"])
    return ForkRequest(
        protocol=options["protocol"],
        stream_id=f"MZ{uuid.uuid4().hex}" if options["protocol"] == "twilio" else str(uuid.uuid4()),
        call_id=f"CA{uuid.uuid4().hex}" if options["protocol"] == "twilio" else str(uuid.uuid4()),
        account_id="AC" + "0" * 32 if options["protocol"] == "twilio" else "500025",
        service_url=options["to"],
        track=options["track"],
        bidirectional=not options["one_way"],
        encoding=encoding,
        sample_rate=rate,
        parameters=parameters,
    )


def _codec(text: str) -> tuple[Any, int]:
    name = text.removeprefix("audio/").replace(" ", "")
    name = name if ";" in name else f"{name};rate=8000"
    if name not in CODECS:
        raise ValueError(f"--codec {text!r} is none of {', '.join(CODECS)}")
    return CODECS[name]


def _parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise ValueError(f"--parameters: {text!r} is no NAME=VALUE")
    return name, value


def _keys(text: str) -> tuple[float, str]:
    """When, in seconds after the start, and which keys."""
    digits, _, at = text.partition("@")
    if not digits or not set(digits) <= set("0123456789*#"):
        raise ValueError(f"--dtmf: {text!r} has other keys than 0 to 9, * and #")
    return float(at or 1), digits


def _speech(options: dict[str, Any]) -> Speech:
    if not options["wav"]:
        return conversation()
    try:
        return Speech(read(options["wav"]), loop=options["loop"])
    except BadWav as error:
        raise ValueError(f"{options['wav']}: {error}") from error


def _check_target(record: Path | None) -> None:
    if record and not record.absolute().parent.is_dir():
        raise ValueError(f"--record: there is no folder {record.absolute().parent}")
