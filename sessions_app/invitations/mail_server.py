"""One message to the mail server, within the time that a worker may keep it."""

import socket
from contextlib import suppress
from smtplib import SMTP, SMTPException
from threading import Timer

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

# Of a lease: a server that says a little within each EMAIL_TIMEOUT is given up after this part of it.
PART_OF_LEASE = 0.6


def send(message: EmailMessage) -> None:
    """Send by the backend of EMAIL_BACKEND; raises what it raises.

    What goes wrong after the server has taken the message is of no interest.
    """
    connection: BaseEmailBackend = get_connection()
    deadline = Timer(settings.WORK_LEASE * PART_OF_LEASE, _hang_up, [connection])
    deadline.daemon = True
    deadline.start()
    try:
        connection.open()
        connection.send_messages([message])
    finally:
        deadline.cancel()
        with suppress(SMTPException, OSError):
            connection.close()


def _hang_up(connection: BaseEmailBackend) -> None:
    """Break the connection of Django's SMTP backend under the thread that waits for an answer."""
    for smtp in (getattr(connection, "connection", None), getattr(connection, "_partial_connection", None)):
        if isinstance(smtp, SMTP) and smtp.sock:
            with suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)
