"""Twilio's recordings of an account: their resources, and the sound itself.

Source: github.com/twilio/twilio-oai and twilio.com/docs/voice/api/recording.
"""

import io
import wave
from collections.abc import Iterator, Sequence
from typing import Any

from aiohttp import web

from providers.sandbox.recordings import Recordings
from providers.sandbox.twilio.pages import page
from providers.sandbox.twilio.resources import recording_resource
from providers.sandbox.vendor import Reply, Vendor

SAMPLE_RATE = 8000  # of telephony, 16 bits a sample


class RecordingFiles:
    """The recordings of all calls, by account."""

    def __init__(self, vendor: Vendor, files: Recordings) -> None:
        self.vendor, self.files = vendor, files

    def routes(self) -> Sequence[web.RouteDef]:
        recordings = "/2010-04-01/Accounts/{account}/Recordings"
        handler = self.vendor.handler
        return [
            web.get(f"{recordings}.json", handler("list_recordings", self.list)),
            web.get(f"{recordings}/{{sid}}.json", handler("get_recording", self.get)),
            web.delete(f"{recordings}/{{sid}}.json", handler("delete_recording", self.delete)),
            web.get(f"{recordings}/{{sid}}", handler("download_recording", self.download)),
            web.get(f"{recordings}/{{sid}}.wav", handler("download_recording", self.download)),
        ]

    def list(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401 - a multidict of the form
        call = request.query.get("CallSid", "")
        found = [row for _, row in self._of(request) if call in ("", row["call_sid"])]
        return page(request, "recordings", found[::-1])

    def get(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        _, row = self._find(request)
        return Reply(200, row) if row else self.vendor.unknown_address(request)

    def delete(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        file, row = self._find(request)
        if row is None:
            return self.vendor.unknown_address(request)
        self.files.remove(row["call_sid"], file["name"])
        return Reply(204, {}, effect=True, raw=b"")

    def download(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        """Silence of the recording's duration, as WAV."""
        file, row = self._find(request)
        if row is None:
            return self.vendor.unknown_address(request)
        return Reply(200, {}, raw=silence(file["seconds"]), content_type="audio/x-wav")

    def _find(self, request: web.Request) -> tuple[dict[str, Any], dict[str, Any] | None]:
        sid = request.match_info["sid"]
        return next((found for found in self._of(request) if found[1]["sid"] == sid), ({}, None))

    def _of(self, request: web.Request) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """The files of the account and their resources, oldest first."""
        account = request.match_info["account"]
        for sid, call in self.vendor.resources.items():
            if call["account_sid"] == account:
                for file in self.files.of(sid):
                    yield file, recording_resource(file, account, sid)


def silence(seconds: int) -> bytes:
    """So many seconds of silence, at most 60, as a WAV file."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(bytes(2 * SAMPLE_RATE * min(int(seconds), 60)))
    return sound.getvalue()
