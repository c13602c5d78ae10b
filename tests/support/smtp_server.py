"""A mail server in a thread, which can refuse, hang and drop: `with SmtpServer() as server:`."""

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

GREETING = b"220 test ESMTP\r\n"


@dataclass
class SmtpServer:
    """Speaks as much SMTP as smtplib asks for.

    `answers` has other answers than OK, by command (EHLO, AUTH, MAIL, RCPT, DATA, QUIT, END: after the message); "hang"
    answers nothing, "trickle" never comes to an end, "drop" closes the connection, "keep-and-drop" takes the message and closes without a word.
    """

    answers: dict[str, str] = field(default_factory=dict)
    accepted: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> "SmtpServer":
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(GREETING)
        while line := (await reader.readline()).decode():
            verb = line.split(" ")[0].strip().upper()
            if verb == "QUIT" and verb not in self.answers:
                writer.write(b"221 bye\r\n")
                break
            if not await self._answer(verb, line, reader, writer):
                break
        writer.close()

    async def _answer(self, verb: str, line: str, reader, writer) -> bool:
        """Answer a command; false to close the connection."""
        if verb in self.answers:
            return await self._misbehave(self.answers[verb], writer)
        if verb == "RCPT":
            self.recipients.append(line.split("<")[1].split(">")[0])
        if verb != "DATA":
            writer.write(b"250 ok\r\n")
            return True
        writer.write(b"354 go on\r\n")
        message = await reader.readuntil(b"\r\n.\r\n")
        behaviour = self.answers.get("END", "")
        if behaviour in ("", "keep-and-drop"):
            body = message[:-3].replace(b"\r\n..", b"\r\n.")
            self.accepted.append(message_from_bytes(body, policy=policy.default))
        if behaviour:
            return await self._misbehave(behaviour, writer)
        writer.write(b"250 queued\r\n")
        return True

    async def _misbehave(self, behaviour: str, writer: asyncio.StreamWriter) -> bool:
        if behaviour == "hang":
            await asyncio.sleep(3600)
        while behaviour == "trickle":
            writer.write(b"250-more\r\n")
            await asyncio.sleep(0.1)
        if behaviour.endswith("drop"):
            return False
        writer.write(f"{behaviour}\r\n".encode())
        return True

    @property
    def settings(self) -> dict[str, object]:
        """Settings by which Django sends to this server."""
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
            "EMAIL_TIMEOUT": 1.0,
        }
