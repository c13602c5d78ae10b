"""One message to the mail server, within the time that a worker may keep it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from smtplib import SMTPException
from threading import Timer

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

# Of a lease: a server that says a little within each EMAIL_TIMEOUT is given up after this part of it.
PART_OF_LEASE = 0.6


def send(message: EmailMessage) -> None:
    """Send by the backend of EMAIL_BACKEND; raises what it raises.

    What goes wrong after the server has taken the message is of no interest.
    """
    connection: BaseEmailBackend = get_connection()
    with _deadline(connection) if isinstance(connection, EmailBackend) else nullcontext():
        try:
            connection.open()
            connection.send_messages([message])
        finally:
            with suppress(SMTPException, OSError):
                connection.close()


@contextmanager
def _deadline(connection: EmailBackend) -> Iterator[None]:
    """Break the connection under the thread that waits for an answer, when the time is over."""
    timer = Timer(settings.WORK_LEASE * PART_OF_LEASE, _hang_up, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: EmailBackend) -> None:
    for smtp in (connection.connection, getattr(connection, "_partial_connection", None)):
        if smtp is not None and smtp.sock:
            with suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)
