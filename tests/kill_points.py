"""Runs a bot process that kills itself at a chosen line, forked from a server that has imported everything.

    python -m tests.kill_points DESCRIPTOR      listens on a socket, and starts bots for each who connects

Who connects sends orders, starts one bot at a time, and hears how each ended.

A point is a line of the traced files, first executed after so many arrivals of the process: so a line that
every turn executes is a point of its own in each turn.
"""

import asyncio
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from bot.assembly import bot_host, sentences
from bot.channels.telegram.failures import Pace
from bot.channels.telegram.polling import TelegramPolling
from bot.exchange import Answer, Arrival, Host, TalkHandle
from bot.settings import BotSettings
from bot.talks.render import command_menu
from conversations.hearing.phrases import phrases
from locales.catalogues import ENGLISH, KNOWN_LANGUAGES, catalogue
from reportline.logs import configure_logs, log_failure
from tests.system import ROOT, TOKEN

TRACED = {
    str(ROOT / name): name
    for name in (
        "bot/talks/runner.py",
        "bot/delivery/outbox.py",
        "reportline/private_files.py",
        "bot/delivery/courier.py",
        "bot/channels/telegram/polling.py",
        "bot/channels/telegram/updates_in_hand.py",
        "bot/channels/telegram/chats.py",
        "bot/channels/telegram/chat_queue.py",
        "bot/channels/telegram/sending.py",
    )
}
WHENEVER = -1


class Point(NamedTuple):
    """A line, and how many arrivals the process had begun to handle when it executed it; or WHENEVER."""

    file: str
    line: int
    arrivals: int


@dataclass(frozen=True)
class Order:
    """What a bot is to do: where its data and its neighbours are, where to die, where to write its points."""

    data: str
    telegram_url: str
    intake_url: str
    dies_at: Point | None = None
    points: str | None = None


class Tracer:
    """Sees every line of the traced files: lists the points that the process passes, or kills it at one."""

    def __init__(self, dies_at: Point | None) -> None:
        self.arrivals = 0
        self.passed: dict[Point, None] = {}
        self._dies_at = dies_at
        self._line = dies_at.line if dies_at else 0
        self._follow = self._kill if dies_at else self._list

    def __call__(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        """Follow the frames of the traced files, and no other."""
        return self._follow if frame.f_code.co_filename in TRACED else None

    def _list(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line":
            self.passed[Point(TRACED[frame.f_code.co_filename], frame.f_lineno, self.arrivals)] = None
        return self._list

    def _kill(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line" and frame.f_lineno == self._line and self._is_here(frame):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._kill

    def _is_here(self, frame: FrameType) -> bool:
        file = TRACED[frame.f_code.co_filename]
        return self._dies_at in {Point(file, frame.f_lineno, when) for when in (self.arrivals, WHENEVER)}


class CountingHost:
    """A host that tells the tracer of every arrival, and hands it on."""

    def __init__(self, host: Host, tracer: Tracer) -> None:
        self._host, self._tracer = host, tracer

    async def handle(self, arrival: Arrival) -> Answer:
        """Count, and hand on."""
        self._tracer.arrivals += 1
        return await self._host.handle(arrival)

    async def shown(self, talk: TalkHandle, message: int, *, again: bool = False) -> None:
        """Hand on."""
        await self._host.shown(talk, message, again=again)

    async def deleted(self, talk: TalkHandle, messages: Sequence[int]) -> None:
        """Hand on."""
        await self._host.deleted(talk, messages)

    async def gone(self, talk: TalkHandle) -> None:
        """Hand on."""
        await self._host.gone(talk)


async def _serve(order: Order, tracer: Tracer) -> None:
    """Serve as `reportline bot poll` does, until cancelled."""
    settings = BotSettings(
        data_dir=Path(order.data), telegram_api_url=order.telegram_url, intake_url=order.intake_url
    )
    async with bot_host(settings) as host:
        await TelegramPolling(
            CountingHost(host.runner(settings.portal), tracer),
            TOKEN,
            f"{settings.telegram_api_url}/bot",
            # Without these calls, the first that the bot makes is an answer to a reporter.
            presentations=(),
            sentences=sentences(),
            pace=replace(Pace(), calls_a_second=1000, cards_a_second=1000),
        ).run()


async def _until_told(order: Order, tracer: Tracer) -> None:
    task = asyncio.ensure_future(_serve(order, tracer))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()


def _bot(order: Order) -> None:
    log = os.open(Path(order.data) / "bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stderr.fileno())
    configure_logs()
    tracer = Tracer(order.dies_at)
    if order.dies_at or order.points:
        sys.settrace(tracer)
    asyncio.run(_until_told(order, tracer))
    sys.settrace(None)
    if order.points:
        Path(order.points).write_text(json.dumps(list(tracer.passed)))


def _forked(order: Order) -> NoReturn:
    try:
        _bot(order)
    except Exception as error:  # noqa: BLE001 - whatever it is, a bot must not go on as the server
        log_failure("unexpected_error", error)
        os._exit(1)
    os._exit(0)


def _order(line: str) -> Order:
    given = json.loads(line)
    return Order(**{**given, "dies_at": given["dies_at"] and Point(*given["dies_at"])})


def _prepare() -> None:
    """Read and import what a bot otherwise reads and imports as it starts, at its first call and card."""
    for late in ("httpcore", "anyio._backends._asyncio"):
        importlib.import_module(late)
    for language in KNOWN_LANGUAGES:
        catalogue(language)
        phrases(language)
    command_menu(ENGLISH)
    gc.freeze()


def _main() -> NoReturn:
    # Blocked until a bot has its handler, so that it can be told to stop as soon as it has a number.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    _prepare()
    # Who starts bots in turn is not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        while True:
            orders, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _start_in_turn(orders)
            orders.close()


def _start_in_turn(orders: socket.socket) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with orders.makefile("rw") as talk:
        for line in talk:
            process = os.fork()
            if process == 0:
                _forked(_order(line))
            print(process, file=talk, flush=True)
            _, status = os.waitpid(process, 0)
            print(os.waitstatus_to_exitcode(status), file=talk, flush=True)
    os._exit(0)


@dataclass
class Bot:
    """A bot process: its number, and how it ended, once it has."""

    process: int
    ended: "asyncio.Task[int]" = field(repr=False)

    async def stop(self, told: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal, unless it has ended; gives how it ended."""
        if not self.ended.done():
            # It may be dead already, and the word of it still on its way here.
            with suppress(ProcessLookupError):
                os.kill(self.process, told)
        return await self.ended


@dataclass
class Bots:
    """Starts bots, one after another."""

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    async def start(self, order: Order) -> Bot:
        """Start a bot; the one before must have ended."""
        self._writer.write(f"{json.dumps(asdict(order))}\n".encode())
        process = await self._number()
        return Bot(process, asyncio.create_task(self._number()))

    async def _number(self) -> int:
        return int(await self._reader.readline())


@dataclass(frozen=True)
class ForkServer:
    """Where a fork server listens."""

    place: Path

    @asynccontextmanager
    async def bots(self) -> AsyncIterator[Bots]:
        """Start bots beside all others that it starts."""
        reader, writer = await asyncio.open_unix_connection(self.place)
        try:
            yield Bots(reader, writer)
        finally:
            writer.close()
            await writer.wait_closed()


@contextmanager
def fork_server(folder: Path) -> Iterator[ForkServer]:
    """Run a fork server, in an environment in which no certificates of the world are read."""
    environment = {"PATH": os.environ["PATH"], "SSL_CERT_DIR": str(folder)}
    place = folder / "orders"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        number = listener.fileno()
        command = [sys.executable, "-m", "tests.kill_points", str(number)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[number])
    try:
        yield ForkServer(place)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    _main()
