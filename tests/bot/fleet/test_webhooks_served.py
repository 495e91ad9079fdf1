"""The fleet's server loses no update among slow clients, many clients, nonsense and a stop."""

import asyncio
import json
import resource
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bot.fleet.webhooks import WebhookConnection
from reportline.http_server import MAXIMUM_CONNECTIONS, Awaited, listen, serve
from tests.bot.fleet.served import (
    HEALTH,
    JSON,
    KEYED,
    NOT_FOUND,
    PATH,
    SECRET,
    Fleet,
    ask,
    post,
    request,
    served_fleet,
    status_for,
    whole,
)

# A stop takes a fifth of a second: one server is enough for most tests.
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Hurried(WebhookConnection):
    """A server that runs out of patience within a test's time."""

    patience = {Awaited.HEAD: 0.3, Awaited.BODY: 0.5, Awaited.TAKING: 0.5}  # noqa: RUF012 - as its parent's


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Fleet]:
    """Serve a fleet of one bot."""
    async with served_fleet() as where:
        yield where


@pytest.fixture
def fleet(served: Fleet) -> Fleet:
    """Give the fleet as if nothing had happened to it."""
    return served.anew()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served_in_a_hurry() -> AsyncIterator[Fleet]:
    """Serve it without patience."""
    async with served_fleet(Hurried) as where:
        yield where


@pytest.fixture
def hurried(served_in_a_hurry: Fleet) -> Fleet:
    """Give the fleet without patience, as if nothing had happened to it."""
    return served_in_a_hurry.anew()


async def test_requests_in_one_breath_are_answered_in_their_order(fleet: Fleet) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", fleet.port)
    asked = [post(b'{"update_id": %d}' % number, JSON, KEYED) for number in range(20)]
    writer.write(b"".join([*asked, post(b"{}", JSON), HEALTH]))
    answers = [await asyncio.wait_for(whole(reader), 5) for _ in range(22)]
    writer.close()
    assert [answer[9:12] for answer in answers] == [b"200"] * 20 + [b"404", b"200"]
    assert fleet.bot.taken == [*range(20)]


async def _ended(fleet: Fleet, begin: bytes, trickle: bytes = b"") -> bytes:
    """Send a beginning and then a little now and then; gives what comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", fleet.port)
    writer.write(begin)
    answer = asyncio.create_task(asyncio.wait_for(reader.read(), 5))
    while not answer.done():
        writer.write(trickle)
        await asyncio.wait([answer], timeout=0.05)
    writer.close()
    return answer.result()


HALF_A_HEAD = f"POST {PATH} HTTP/1.1\r\nHost: fleet.example\r\n".encode()
HALF_A_BODY = request("POST", PATH, JSON, KEYED, "Content-Length: 100", body=b'{"update_id"')


def _assert_refused(answer: bytes, status: int) -> None:
    lines = answer.split(b"\r\n")
    assert lines[0].startswith(b"HTTP/1.1 %d " % status)
    assert lines[1:] == [b"cache-control: no-store", b"connection: close", b"content-length: 0", b"", b""]


@pytest.mark.parametrize("begin", [HALF_A_HEAD, HALF_A_BODY])
@pytest.mark.parametrize("trickle", [b"", b"x"])
async def test_who_is_too_slow_is_refused(hurried: Fleet, begin: bytes, trickle: bytes) -> None:
    _assert_refused(await _ended(hurried, begin, trickle), 408)
    assert hurried.bot.taken == []


async def test_a_strangers_body_must_end_in_time_though_nobody_reads_it(hurried: Fleet) -> None:
    begin = HALF_A_BODY.replace(SECRET.encode(), b"wrong")
    assert await _ended(hurried, begin, b"x") == NOT_FOUND


async def test_what_is_not_http_is_refused_without_a_line_in_the_log(
    hurried: Fleet, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for nonsense in (b"marker\x00\r\n\r\n", b"GET /" + b"marker" * 12000):
        _assert_refused(await _ended(hurried, nonsense), 400)
    upgrade = request("GET", "/marker", "Connection: upgrade", "Upgrade: websocket")
    assert await ask(hurried, upgrade) == NOT_FOUND
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


async def test_who_leaves_in_the_middle_of_a_body_leaves_nothing(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", fleet.port)
        writer.write(HALF_A_BODY)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert await status_for(fleet, b"{}") == 200
    assert fleet.bot.taken == [None]
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process have both ends of so many connections open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4096), hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.alone("an answer has two seconds at most")
@pytest.mark.usefixtures("many_files")
async def test_of_six_hundred_who_say_nothing_the_first_go_and_an_update_is_taken(fleet: Fleet) -> None:
    clients = [await asyncio.open_connection("127.0.0.1", fleet.port) for _ in range(600)]
    assert await asyncio.wait_for(status_for(fleet, b"{}"), 2) == 200
    ended = 601 - MAXIMUM_CONNECTIONS
    assert [await asyncio.wait_for(reader.read(), 2) for reader, _ in clients[:ended]] == [b""] * ended
    assert not any(reader.at_eof() for reader, _ in clients[ended:])
    for _, writer in clients:
        writer.close()


@pytest.mark.asyncio(loop_scope="function")
async def test_a_stop_waits_for_an_update_in_work_and_for_nobody_slow() -> None:
    fleet, listener = Fleet(), listen("127.0.0.1", 0)
    fleet.port = listener.getsockname()[1]
    running = asyncio.create_task(serve(fleet.app(), WebhookConnection, listener))
    slow = asyncio.create_task(_ended(fleet, HALF_A_BODY))
    asking = asyncio.create_task(ask(fleet, post(b"{}", JSON, KEYED)))
    assert (await ask(fleet, HEALTH)).startswith(b"HTTP/1.1 200 ")
    signal.raise_signal(signal.SIGTERM)
    _assert_refused(await slow, 503)
    assert not asking.done()
    fleet.bot.go.set()
    assert (await asking).startswith(b"HTTP/1.1 200 ")
    await asyncio.wait_for(running, 5)


@pytest.mark.asyncio(loop_scope="function")
async def test_a_stop_that_cuts_an_update_off_lets_it_come_again(capsys: pytest.CaptureFixture[str]) -> None:
    async with served_fleet() as fleet:
        fleet.bot.go.clear()
        asking = asyncio.create_task(ask(fleet, post(b"{}", JSON, KEYED)))
        assert (await ask(fleet, HEALTH)).startswith(b"HTTP/1.1 200 ")
    assert (await asking).startswith(b"HTTP/1.1 500 ")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
