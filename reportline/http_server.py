"""The HTTP server: it closes slow and surplus connections, so that other clients need not wait for them.

uvicorn limits the time of neither head nor body, and refuses bad requests in its own words.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum, auto
from typing import Final, Literal

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_TO_FINISH = 10
# Half of the 1024 files that a process may commonly open: the app needs some, and so does `_BACKLOG`.
MAXIMUM_CONNECTIONS = 512
# The event loop accepts so many at once, before the first of them is counted.
_BACKLOG = 128

Reason = Literal["malformed", "too-slow", "busy"]


class Awaited(Enum):
    """The parts of an exchange in which the server waits for a client."""

    HEAD = auto()
    BODY = auto()
    TAKING = auto()


PATIENCE: Final[Mapping[Awaited, float]] = {
    # A head is a packet or two: after ten seconds it is lost, or held back on purpose.
    Awaited.HEAD: 10,
    # The largest body in this time is 105 kbit/s.
    Awaited.BODY: 20,
    # Within this time a client makes room for more of its answer, or takes the last of it.
    Awaited.TAKING: 20,
}


class TimedConnection(H11Protocol):
    """A connection that is closed when its client takes too long to send or to read."""

    patience = PATIENCE
    since = 0.0
    _owed: tuple[Awaited | None, object] = (None, None)
    _clock: asyncio.TimerHandle | None = None

    @staticmethod
    def refusal(reason: Reason) -> bytes:
        """Give the whole answer that refuses a request for this reason, in the application's own words."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head; beyond MAXIMUM_CONNECTIONS, close the one that we waited for longest."""
        super().connection_made(transport)
        self._look()
        if len(self.connections) > MAXIMUM_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        super().connection_lost(exc)
        if self._clock:
            self._clock.cancel()

    def data_received(self, data: bytes) -> None:
        """Receive bytes."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """Begin to wait until the client takes its answer."""
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        """Stop waiting for that."""
        super().resume_writing()
        self._look()

    def handle_events(self) -> None:
        """Handle what came in; a request with two lengths is the connection's last (RFC 9112, section 6)."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before and _has_two_lengths(self.headers):
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """Refuse a request that is not HTTP."""
        self.give_up("malformed")

    def shutdown(self) -> None:
        """Finish a request that is in work; refuse one that still comes, so that no client delays a stop."""
        if self._owed[0] in (Awaited.HEAD, Awaited.BODY):
            self.give_up("busy")
        else:
            super().shutdown()

    def give_up(self, reason: Reason) -> None:
        """End the connection, with a refusal if a request has begun to come in and had no answer."""
        if self.transport.is_closing() or self.flow.write_paused:
            self.transport.abort()
            return
        if self._unanswered():
            self.transport.write(self.refusal(reason))
        self.transport.close()
        self._look()

    def waits(self) -> bool:
        """Tell whether the clock runs."""
        return self._clock is not None

    def _make_room(self) -> None:
        waiting = [one for one in self.connections if isinstance(one, TimedConnection) and one.waits()]
        min(waiting, key=lambda one: one.since).give_up("busy")

    def _look(self) -> None:
        # The cycle is the request: it tells one body from the next.
        owed = (self._awaited(), self.cycle)
        if owed == self._owed:
            return
        self._owed, self.since = owed, self.loop.time()
        if self._clock:
            self._clock.cancel()
        awaited = owed[0]
        self._clock = awaited and self.loop.call_later(self.patience[awaited], self.give_up, "too-slow")

    def _awaited(self) -> Awaited | None:
        if self.transport.is_closing() or self.flow.write_paused:
            return Awaited.TAKING
        return {h11.IDLE: Awaited.HEAD, h11.SEND_BODY: Awaited.BODY}.get(self.conn.their_state)

    def _unanswered(self) -> bool:
        begun = self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0] != b""
        return begun and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE)


def _has_two_lengths(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}


def listen(host: str, port: int) -> socket.socket:
    """Open a port; raises OSError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    # asyncio does this only for sockets that name their protocol; without it each answer's body waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def serve(app: ASGIApp, protocol: type[TimedConnection], listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, and for SECONDS_TO_FINISH at most until every request has its answer.

    A second signal, also later, ends the process at once.
    """
    running = server(app, protocol)
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, _stop, running, told)
    await running.serve(sockets=[listener])


def _stop(running: uvicorn.Server, told: signal.Signals) -> None:
    if running.should_exit:
        os._exit(128 + told)
    running.should_exit = True


class _Server(uvicorn.Server):
    """A server without signal handlers of its own: it would raise each signal again once it has stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


def server(app: ASGIApp, protocol: type[TimedConnection]) -> uvicorn.Server:
    """Make the server of an app, whose answers tell neither its kind nor the time."""
    return _Server(
        uvicorn.Config(
            app,
            http=protocol,
            backlog=_BACKLOG,
            lifespan="off",
            ws="none",
            log_config=None,
            # Its warnings are of what strangers send: they could write to the log as often as they like.
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
    )
