"""Audio streams from one forker process to a receiver in another: how late frames are, memory, CPU.

`python -m benchmarks.audio_forks [--streams 200] [--seconds 20] [--echo]`
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from array import array
from pathlib import Path
from typing import Any

import orjson
import psutil
from aiohttp import WSMsgType, web

from providers.sandbox.forker import Forker, ForkEvent, ForkRequest
from providers.sandbox.forker.requests import FRAME_SECONDS

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 3.0  # seconds of connecting and filling buffers; not measured
AIM_MS = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--echo", action="store_true", help="the receiver plays back what it hears")
    parser.add_argument("--receive", action="store_true", help="be the receiver")
    parser.add_argument("--to", default="", help="be the forker, to this address")
    options = parser.parse_args()
    if options.receive:
        asyncio.run(receive())
    elif options.to:
        print(json.dumps(asyncio.run(fork(options.to, options.streams, options.seconds, options.echo))))
    else:
        for row in bench(options.streams, options.seconds, echo=options.echo):
            print("  ".join(row))
    return 0


def bench(streams: int = 200, seconds: float = 20.0, *, echo: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figure, comparison)."""
    with subprocess.Popen([*command(), "--receive"], stdout=subprocess.PIPE, text=True, cwd=ROOT) as receiver:
        try:
            url = receiver.stdout.readline().strip() + ("?echo=1" if echo else "")
            given = [*command(), "--to", url, "--streams", str(streams), "--seconds", str(seconds)]
            given += ["--echo"] if echo else []
            with subprocess.Popen(given, stdout=subprocess.PIPE, text=True, cwd=ROOT) as forker:
                bare = bare_timer(forker)
                sent = json.loads(forker.communicate()[0])
        finally:
            receiver.terminate()
            heard = json.loads(receiver.communicate()[0])
    return rows(streams, sent, heard, bare)


def bare_timer(beside: subprocess.Popen) -> list[float]:
    """How late (ms) a loop that only waits for every 20 ms is on this machine, while the other process runs."""
    late, due = [], time.monotonic()
    while beside.poll() is None:
        due = max(due + FRAME_SECONDS, time.monotonic() - FRAME_SECONDS)
        time.sleep(max(0.0, due - time.monotonic()))
        late.append((time.monotonic() - due) * 1000)
    return sorted(late)


def rows(
    streams: int, sent: dict[str, Any], heard: dict[str, Any], bare: list[float]
) -> list[tuple[str, str, str]]:
    what = f"{streams} audio streams for {sent['seconds']:.0f} s, one forker process"
    lost = sent["dropped"] + sent["total"] - heard["total"]
    return [
        (what, f"{sent['frames'] / sent['seconds']:,.0f} frames/s", f"{lost:,} lost (aim 0)"),
        (
            "  lateness of a frame at the receiver, p50 / p99 / most",
            f"{heard['p50']:.1f} / {heard['p99']:.1f} / {heard['most']:.0f} ms",
            f"aim p99 < {AIM_MS} ms",
        ),
        (
            "  a bare timer of 20 ms beside it, p50 / p99 / most",
            f"{bare[len(bare) // 2]:.1f} / {bare[int(len(bare) * 0.99)]:.1f} / {bare[-1]:.0f} ms",
            "what this machine allows now",
        ),
        ("  stop of one of them, until its socket is closed", f"{sent['stop'] * 1000:.0f} ms", "aim < 1 s"),
        (
            "  memory of the forker, after warming up and at the end",
            f"{sent['rss_before'] / 1e6:.0f} / {sent['rss_after'] / 1e6:.0f} MB",
            f"{(sent['rss_after'] - sent['rss_before']) / 1e6:+.1f} MB",
        ),
        ("  share of one core: forker, receiver", f"{sent['cpu']:.0%}, {heard['cpu']:.0%}", load()),
    ]


def load() -> str:
    return f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def command() -> list[str]:
    return [sys.executable, "-m", "benchmarks.audio_forks"]


async def fork(url: str, streams: int, seconds: float, echo: bool) -> dict[str, Any]:
    """Fork, and measure this process."""
    forker, me, events = Forker(), psutil.Process(), []

    def told(event: ForkEvent) -> None:
        events.append(event.kind)

    for number in range(streams):
        forker.start(ForkRequest("vobiz", f"s{number}", f"c{number}", "1", url, bidirectional=echo), told)
        await asyncio.sleep(WARM_UP / 3 / streams)
    await asyncio.sleep(WARM_UP * 2 / 3)
    rss, cpu, began, before = me.memory_info().rss, sum(me.cpu_times()[:2]), time.monotonic(), sent(forker)
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    assert set(events) == {"started"}, sorted(set(events))
    result = {
        "seconds": took,
        "frames": sent(forker) - before,
        "rss_before": rss,
        "rss_after": me.memory_info().rss,
        "cpu": (sum(me.cpu_times()[:2]) - cpu) / took,
    }
    forks = forker.live()
    result["stop"] = await stop_one(forker)
    await forker.close()
    return result | {
        "total": sum(each.frames_sent for each in forks),
        "dropped": sum(each.frames_dropped for each in forks),
    }


async def stop_one(forker: Forker) -> float:
    """Seconds from the stop of one stream to its closed socket, while the others run on."""
    fork, began = forker.live()[0], time.monotonic()
    forker.stop(fork.request.stream_id)
    while fork.connected or not fork.ended:
        await asyncio.sleep(0.001)
    return time.monotonic() - began


def sent(forker: Forker) -> int:
    return sum(each.frames_sent for each in forker.live())


async def receive() -> None:
    """Note when frames come, and print how late they were once told to end."""
    arrivals: list[array] = []
    loop, me = asyncio.get_running_loop(), psutil.Process()

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        times = array("d")
        arrivals.append(times)
        echo = bool(request.query.get("echo"))
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            heard = orjson.loads(message.data)
            if heard["event"] == "media":
                times.append(time.monotonic() - int(heard["media"]["timestamp"]) / 1000)
                if echo:
                    media = {"contentType": "audio/x-mulaw", "sampleRate": 8000}
                    media["payload"] = heard["media"]["payload"]
                    with contextlib.suppress(ConnectionError):
                        await socket.send_str(orjson.dumps({"event": "playAudio", "media": media}).decode())
        return socket

    app = web.Application()
    app.add_routes([web.get("/", answer)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"ws://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
    ended = asyncio.Event()
    loop.add_signal_handler(15, ended.set)
    began = time.monotonic()
    await ended.wait()
    cpu = sum(me.cpu_times()[:2]) / (time.monotonic() - began)
    print(json.dumps(lateness(arrivals) | {"cpu": cpu}))
    await runner.cleanup()


def lateness(arrivals: list[array]) -> dict[str, float]:
    """Against each stream's own schedule, whose start is that of its earliest frame; without the warming up."""
    skip = round(WARM_UP / FRAME_SECONDS)
    late = sorted((at - min(times)) * 1000 for times in arrivals if times for at in times[skip:])
    return {
        "total": sum(map(len, arrivals)),
        "p50": late[len(late) // 2],
        "p99": late[int(len(late) * 0.99)],
        "most": late[-1],
    }


if __name__ == "__main__":
    sys.exit(main())
