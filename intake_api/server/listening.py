"""Serves the intake at its port; requests that the server itself refuses get a problem document too."""

import socket
from http import HTTPStatus

import typer

from intake_api.http.errors import document
from intake_api.server.app import running
from intake_api.server.assembly import Intake
from intake_api.settings import IntakeSettings
from reportline import http_server
from reportline.http_server import Reason, TimedConnection
from reportline.logs import log_event
from reportline.readiness import NotReady


class IntakeConnection(TimedConnection):
    """A connection to the intake."""

    @staticmethod
    def refusal(reason: Reason) -> bytes:
        """Return a problem document that also closes the connection."""
        marks = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        answer = document(reason, {**marks, "Connection": "close"})
        phrase = HTTPStatus(answer.status_code).phrase
        fields = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        return f"HTTP/1.1 {answer.status_code} {phrase}\r\n{fields}\r\n".encode() + bytes(answer.body)


def listen(settings: IntakeSettings) -> socket.socket:
    """Open the port of the settings; raises NotReady if it is in use or not allowed."""
    host, port = settings.intake_host, settings.intake_port
    try:
        return http_server.listen(host, port)
    except OSError as fault:
        raise NotReady(
            f"Cannot listen on {host}, port {port}: {fault.strerror}. "
            "Set REPORTLINE_INTAKE_HOST and REPORTLINE_INTAKE_PORT."
        ) from None


async def serve(assembled: Intake, listener: socket.socket) -> None:
    """Serve until told to stop; raises NotReady if the database is not at the right revision."""
    async with running(assembled) as app:
        host, port = listener.getsockname()[:2]
        typer.echo(f"The intake serves at http://{host}:{port}")
        log_event("started", house="intake")
        await http_server.serve(app, IntakeConnection, listener)
    log_event("stopped", house="intake")
