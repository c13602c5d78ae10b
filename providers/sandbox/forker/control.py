"""The forks' part of the sandbox's control API: what calls say, who listens, what was played back."""

import asyncio
import contextlib
import io
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from providers.sandbox.forker.fork import Fork
from providers.sandbox.forker.forker import Forker
from providers.sandbox.forker.speech import Speech
from providers.sandbox.forker.wav import BadWav, read

KEYS = frozenset("0123456789*#ABCD")
MAX_DIGITS = 64


class ForkControl:
    """One handler per address; docs/voice-bots.md describes them."""

    def __init__(self, forker: Forker) -> None:
        self.forker = forker

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sandbox/forks", self.forks),
            web.get("/_sandbox/forks/{id}", self.fork),
            web.delete("/_sandbox/forks/{id}", self.stop),
            web.get("/_sandbox/forks/{id}/recording", self.recording),
            web.post("/_sandbox/forks/{id}/dtmf", self.press_keys),
            web.put("/_sandbox/speech", self.set_speech),
            web.delete("/_sandbox/speech", self.reset_speech),
        ]

    async def forks(self, request: web.Request) -> web.Response:
        """The forks that are live; `call`: of one call."""
        call = request.query.get("call")
        forks = (fork for fork in self.forker.live() if call in (None, fork.request.call_id))
        return web.json_response([_shown(fork) for fork in forks])

    async def fork(self, request: web.Request) -> web.Response:
        return web.json_response(_shown(self._fork(request)))

    async def stop(self, request: web.Request) -> web.Response:
        """As the vendor stops one of its own accord."""
        return web.Response(status=204 if self.forker.stop(request.match_info["id"]) else 404)

    async def recording(self, request: web.Request) -> web.Response:
        """A WAV file of what the bot has played back so far."""
        file = io.BytesIO()
        self._fork(request).playback.recording.save(file)
        return web.Response(body=file.getvalue(), content_type="audio/wav")

    async def press_keys(self, request: web.Request) -> web.Response:
        """The caller presses the keys `digits`; 409 where the protocol does not tell of keys."""
        body = await request.json()
        digits = str(body.get("digits", "")) if isinstance(body, dict) else ""
        if not digits or len(digits) > MAX_DIGITS or not set(digits) <= KEYS:
            return _refused(400, f"digits needs 1 to {MAX_DIGITS} of 0 to 9, *, # and A to D")
        if not await self.forker.send_dtmf(self._fork(request).request.stream_id, digits):
            return _refused(409, "the stream is not connected, or its protocol does not tell of keys")
        return web.Response(status=204)

    async def set_speech(self, request: web.Request) -> web.Response:
        """What streams say that start from now on: the WAV file in the body, or the one named by `file`.

        `call`: only those of this call. `once`: silence follows, instead of the start again.
        """
        file = request.query.get("file")
        try:
            source = self._path(file) if file else io.BytesIO(await request.read())
            audio = await asyncio.to_thread(read, source)
        except (BadWav, OSError) as error:
            return _refused(400, str(error))
        self.forker.speak(Speech(audio, loop="once" not in request.query), request.query.get("call", ""))
        return web.json_response({"seconds": round(audio.seconds, 3), "rate": audio.rate})

    async def reset_speech(self, request: web.Request) -> web.Response:
        """The made-up conversation again."""
        self.forker.speak(None, request.query.get("call", ""))
        return web.Response(status=204)

    def _fork(self, request: web.Request) -> Fork:
        fork = self.forker.find(request.match_info["id"])
        if fork is None:
            raise web.HTTPNotFound(text="no such fork")
        return fork

    def _path(self, name: str) -> str:
        """The path of a file below the folder of speeches. Raises BadWav for any other one."""
        folder = self.forker.speech_folder
        if folder is None:
            raise BadWav("the sandbox was started without --speeches, a folder of WAV files")
        with contextlib.suppress(OSError, ValueError):
            path = Path(folder, name).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return str(path)
        raise BadWav(f"{name!r} is no file in the folder of speeches")


def _shown(fork: Fork) -> dict[str, Any]:
    request = fork.request
    return {
        "stream_id": request.stream_id,
        "call_id": request.call_id,
        "protocol": request.protocol,
        "service_url": request.service_url,
        "track": request.track,
        "bidirectional": request.bidirectional,
        "media_format": f"audio/{request.encoding};rate={request.sample_rate}",
        "connected": fork.connected,
        "ended": fork.ended,
        "seconds": round((fork.ended_at or time.monotonic()) - fork.created_at, 3),
        "frames_sent": fork.frames_sent,
        "frames_dropped": fork.frames_dropped,
        "queued_seconds": round(fork.playback.queued_seconds, 3),
        "played_seconds": round(fork.playback.recording.seconds, 3),
        "mistakes": list(fork.mistakes),
    }


def _refused(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)
