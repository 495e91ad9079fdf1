"""Slow clients, and many of them, lose their connections; they delay neither other clients nor a stop."""

import asyncio
import json
import select
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from conversations.wire.sealing import seal
from intake_api.server.listening import IntakeConnection, listen
from intake_api.settings import IntakeSettings
from reportline.http_server import MAXIMUM_CONNECTIONS, PATIENCE, SECONDS_TO_FINISH, Awaited
from tests.intake_api.running_api import RunningApi, a_report, opened
from tests.intake_api.served_api import ServedApi, assert_problem, request, served_here, serving

HALF_A_HEAD = b"PUT /v1/reports/marker HTTP/1.1\r\nHost: intake.example\r\n"
HEALTH = request("GET", "/healthz")


class Hurried(IntakeConnection):
    """A server that runs out of patience within a test's time."""

    patience = {Awaited.HEAD: 0.3, Awaited.BODY: 0.6, Awaited.TAKING: 0.6}  # noqa: RUF012 - as its parent's


@pytest.fixture
async def api(sqlite_settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake, on SQLite: which database it has is all the same here."""
    async with opened(sqlite_settings) as running_api:
        yield running_api


@pytest.fixture
async def port(api: RunningApi) -> AsyncIterator[int]:
    """Serve it without patience."""
    async with served_here(api.app, Hurried) as where:
        yield where


class Clock:
    """The event loop's clock, which a test may move on."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Give the time in seconds, as the loop does."""
        return time.monotonic() + self._ahead

    async def passes(self, seconds: float) -> None:
        """Let the server read what was sent, and then let so many seconds be over."""
        await asyncio.sleep(0.01)
        self._ahead += seconds
        await asyncio.sleep(0.01)


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let a test move the clock of its event loop."""
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock.now)
    return clock


@pytest.fixture
def served(sqlite_settings: IntakeSettings) -> Iterator[ServedApi]:
    """Serve it as an operator does."""
    with serving(sqlite_settings.data_dir) as process:
        yield process


async def _trickle(port: int, begin: bytes) -> tuple[bytes, float]:
    """Send a beginning and then a byte now and then; gives what comes back until the end, and the seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.monotonic()
    writer.write(begin)
    answer = asyncio.create_task(asyncio.wait_for(reader.read(), 10))
    while not answer.done():
        writer.write(b"x")
        await asyncio.wait([answer], timeout=0.05)
    writer.close()
    return answer.result(), time.monotonic() - begun


def _put(token: str, *fields: str, body: bytes = b"") -> bytes:
    kept = ("Content-Type: application/json", f"Authorization: Bearer {token}", *fields)
    return request("PUT", f"/v1/reports/{'0' * 32}", *kept, body=body)


def _token(api: RunningApi) -> str:
    return (api.intake.settings.data_dir / "channel.token").read_text().strip()


async def test_a_head_that_takes_too_long_is_refused(port: int) -> None:
    answer, seconds = await _trickle(port, HALF_A_HEAD)
    assert_problem(answer, "too-slow")
    assert seconds > 0.25


@pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
async def test_a_body_that_takes_too_long_is_refused(api: RunningApi, port: int, framing: str) -> None:
    answer, seconds = await _trickle(port, _put(_token(api), framing, body=b"1000\r\n"))
    assert_problem(answer, "too-slow")
    assert seconds > 0.55


async def test_a_body_that_nobody_reads_any_more_must_end_in_time_too(port: int) -> None:
    answer, seconds = await _trickle(port, request("PUT", "/marker", "Content-Length: 100000"))
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.count(b"HTTP/1.1") == 1
    assert seconds > 0.55


async def test_each_request_of_a_connection_has_its_own_time(api: RunningApi, clock: Clock) -> None:
    async with served_here(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(4):
            writer.write(HEALTH[:10])
            await clock.passes(PATIENCE[Awaited.HEAD] * 0.7)
            writer.write(HEALTH[10:])
            assert await reader.readuntil(b'{"status":"ok"}')
        writer.close()


async def test_each_body_of_a_connection_has_its_own_time(api: RunningApi, clock: Clock) -> None:
    async with served_here(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = request("PUT", "/marker", "Content-Length: 1")
        writer.write(head)
        # uvicorn closes five seconds after an answer, whatever is still to come.
        for _ in range(7):
            assert await reader.readuntil(b"}")
            await clock.passes(3.5)
            writer.write(b"x" + head)
        assert await reader.readuntil(b"}")
        writer.close()


@pytest.mark.alone("an answer has two seconds at most")
@pytest.mark.parametrize("before", [b"", HEALTH])
async def test_a_connection_on_which_nothing_is_asked_is_closed_without_a_word(
    port: int, before: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(before)
    answer = await asyncio.wait_for(reader.read(), 2)
    writer.close()
    assert answer.count(b"HTTP/1.1") == bool(before)


async def test_who_does_not_take_the_answers_is_cut_off(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as greedy:
        greedy.setblocking(False)
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(_ask_without_end(greedy), 20)


async def _ask_without_end(greedy: socket.socket) -> None:
    while True:
        await asyncio.get_running_loop().sock_sendall(greedy, HEALTH * 1000)


@pytest.mark.alone("an answer has two seconds at most")
@pytest.mark.parametrize("method", ["PUT", "HEAD"])
async def test_what_is_not_http_is_refused_as_a_problem(port: int, method: str) -> None:
    broken = request(method, "/v1/marker", "Transfer-Encoding: chunked", body=b"marker\r\n")
    for nonsense in (b"marker\x00\r\n\r\n", b"GET /" + b"marker" * 12000, broken):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(nonsense)
        answer = await asyncio.wait_for(reader.read(), 2)
        writer.close()
        assert_problem(answer, "malformed")


@pytest.mark.alone("an answer has two seconds at most")
async def test_nonsense_after_an_answer_ends_the_connection_and_answers_nothing_twice(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("PUT", "/marker", "Transfer-Encoding: chunked"))
    await reader.readuntil(b"}")
    writer.write(b"marker\r\n")
    assert await asyncio.wait_for(reader.read(), 0.5) == b""
    writer.close()


def _connected(served: ServedApi, count: int, *beginnings: bytes) -> Sequence[socket.socket]:
    clients = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(count)]
    for number, client in enumerate(clients):
        client.sendall(beginnings[number % len(beginnings)])
    return clients


def _seconds_for_an_answer(served: ServedApi) -> float:
    begun = time.monotonic()
    assert served.hand_in(a_report()).status_code == 202
    return time.monotonic() - begun


@pytest.mark.alone("an answer has two seconds at most")
def test_two_hundred_slow_clients_keep_nobody_from_an_answer(served: ServedApi) -> None:
    half_a_body = _put(served.token("channel"), "Content-Length: 100000", body=b"{")
    alone = min(_seconds_for_an_answer(served) for _ in range(5))
    with ExitStack() as stack:
        for client in _connected(served, 200, HALF_A_HEAD, half_a_body):
            stack.enter_context(client)
        assert min(_seconds_for_an_answer(served) for _ in range(5)) < max(0.5, 5 * alone)


@pytest.mark.alone("an answer has two seconds at most")
def test_when_it_is_full_who_waits_longest_goes_and_who_comes_is_answered(served: ServedApi) -> None:
    """So too when a hundred come in at once, while the server was busy elsewhere."""
    with ExitStack() as stack:
        clients = [stack.enter_context(one) for one in _connected(served, MAXIMUM_CONNECTIONS, HALF_A_HEAD)]
        assert _seconds_for_an_answer(served) < 2
        served.process.send_signal(signal.SIGSTOP)
        more = [stack.enter_context(one) for one in _connected(served, 100, HALF_A_HEAD)]
        served.process.send_signal(signal.SIGCONT)
        assert _seconds_for_an_answer(served) < 2
        assert_problem(clients[0].recv(4096), "busy")
        ended, _, _ = select.select(clients + more, [], [], 0)
        assert not set(more) & set(ended)
        # The first who was answered may have left before the hundred came, and so made room for one of them.
        assert len(ended) in {101, 102}


def _stopped(served: ServedApi) -> tuple[float, int, list[str]]:
    begun = time.monotonic()
    status, logged = served.end(signal.SIGTERM)
    return time.monotonic() - begun, status, [json.loads(line)["event"] for line in logged.splitlines()]


@pytest.mark.alone("an answer has two seconds at most")
def test_slow_clients_do_not_hold_a_stop_up(served: ServedApi) -> None:
    half_a_body = _put(served.token("channel"), "Content-Length: 100000", body=b"{")
    with ExitStack() as stack:
        beginnings = (HALF_A_HEAD, half_a_body, HEALTH, b"")
        clients = [stack.enter_context(one) for one in _connected(served, 40, *beginnings)]
        assert _seconds_for_an_answer(served) < 2
        seconds, status, events = _stopped(served)
        assert seconds < 2
        assert_problem(clients[0].recv(4096), "busy")
        assert_problem(clients[1].recv(4096), "busy")
    assert (status, events) == (0, ["started", "stopped"])


def test_a_request_in_work_is_finished_before_the_stop(served: ServedApi) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        with _writing_held_up(served.folder) as database:
            _hand_in(client, served)
            served.process.send_signal(signal.SIGTERM)
            _wait_until_nobody_gets_in(served)
            database.execute("COMMIT")
        assert client.recv(4096).startswith(b"HTTP/1.1 202 ")
    assert served.process.wait(20) == 0


def test_a_second_signal_ends_at_once(served: ServedApi) -> None:
    """Who waits for a request that does not end may press Ctrl-C again; the request is repeated."""
    with socket.create_connection(("127.0.0.1", served.port)) as client, _writing_held_up(served.folder):
        _hand_in(client, served)
        served.process.send_signal(signal.SIGTERM)
        _wait_until_nobody_gets_in(served)
        seconds, status, events = _stopped(served)
    assert seconds < 5
    assert (status, events) == (128 + signal.SIGTERM, ["started"])


async def test_a_stop_that_cuts_a_request_off_tells_so_and_nothing_else(api: RunningApi) -> None:
    report = a_report("https://example.com/marker")
    body = json.dumps(seal(report, api.intake.keys.current().public_key()).model_dump()).encode()
    asked = _put(_token(api), f"Content-Length: {len(body)}", body=body)
    # Another writer takes longer than the stop does.
    async with api.intake.database.writing():
        async with served_here(api.app, seconds_to_finish=1) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asked.replace(b"0" * 32, report.draft_id.encode()))
            await _answered(port)
        answer = await reader.read()
    writer.close()
    head, _, told = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert json.loads(told)["type"].endswith(":stopping")
    assert b"marker" not in answer


async def _answered(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEALTH)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    writer.close()


@contextmanager
def _writing_held_up(folder: Path) -> Iterator[sqlite3.Connection]:
    """Hold the database, so that what is to be written waits."""
    file = folder / "intake" / "reportline.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield database


def _hand_in(client: socket.socket, served: ServedApi) -> None:
    """Hand a report in, up to where it is in work and only its answer is missing."""
    report = a_report()
    body = json.dumps(served.sealed(report)).encode()
    head = _put(served.token("channel"), f"Content-Length: {len(body)}", "Expect: 100-continue")
    client.sendall(head.replace(b"0" * 32, report.draft_id.encode()))
    assert client.recv(4096).startswith(b"HTTP/1.1 100 ")
    client.sendall(body)
    with served.client() as another:
        assert another.get("/healthz").status_code == 200


def _wait_until_nobody_gets_in(served: ServedApi) -> None:
    until = time.monotonic() + SECONDS_TO_FINISH
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", served.port)).close()
        except ConnectionError:
            return
    raise AssertionError("it takes connections after it was told to stop")


def test_no_answer_waits_for_the_clients_acknowledgement(tmp_path: Path) -> None:
    """Head and body leave apart; without this the second waits for the client's delayed acknowledgement."""
    with listen(IntakeSettings(data_dir=tmp_path, intake_port=0)) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
