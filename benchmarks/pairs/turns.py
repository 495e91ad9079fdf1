"""A turn of a talk, by webhooks beside aiogram, by polling beside python-telegram-bot."""

import io
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, redirect_stderr
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from benchmarks.measuring import Effort, Pair, Row, in_turn
from benchmarks.talks import our_bots, peer_bots
from benchmarks.talks.kept_reports import keep_reports
from benchmarks.talks.scripted_talk import REPORTS_A_TALK, TALK, OtherDialogue, Reporters
from benchmarks.talks.stubs import BotApiStub, IntakeStub, no_network
from bot.talks.runner import Runner

# So many updates lie in one answer to getUpdates, of as many chats.
AT_ONCE: Final = 20
_FLOOR: Final = "ours that does not send, and 1.5 files that are sealed, written, synced and renamed"


class Bot(Protocol):
    """A bot that takes updates, so many at once."""

    @property
    def at_once(self) -> int:
        """How many updates come together."""
        ...

    def turn(self, updates: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """Prepare a turn: all that comes after is the bot's own work."""
        ...


@dataclass(frozen=True, slots=True)
class Side:
    """A bot, the reporters in front of it, and the intake behind it; `sends` tells which turns count."""

    bot: Bot
    reporters: Reporters
    intake: IntakeStub
    sends: bool

    async def hold_talks(self, number: int) -> float:
        """Hold so many talks to the end; gives the turns in a CPU second, of those that count."""
        before = self.intake.reports
        chats = self.reporters.newcomers(number)
        starts = range(0, number, self.bot.at_once)
        spent = sum([await self._hold(chats[start : start + self.bot.at_once]) for start in starts])
        if self.intake.reports - before != number * REPORTS_A_TALK:
            raise OtherDialogue("another number of reports")
        return number * sum(step.sends is self.sends for step in TALK) / spent

    async def _hold(self, chats: Sequence[int]) -> float:
        spent = 0.0
        for step in TALK:
            turn = self.bot.turn([self.reporters.update(chat, step) for chat in chats])
            begun = time.process_time()
            await turn()
            spent += (time.process_time() - begun) * (step.sends is self.sends)
            for chat in chats:
                self.reporters.require(chat, step)
        return spent


@dataclass(frozen=True, slots=True)
class Around:
    """What is around one bot."""

    stub: BotApiStub = field(default_factory=BotApiStub)
    intake: IntakeStub = field(default_factory=IntakeStub)


ABot = AbstractAsyncContextManager[Bot]
Bots = Callable[[Runner, Around, Around], tuple[ABot, ABot]]


def _by_webhooks(runner: Runner, ours: Around, theirs: Around) -> tuple[ABot, ABot]:
    return our_bots.our_fleet(runner, ours.stub), peer_bots.aiogram_webhook(theirs.intake)


def _by_polling(runner: Runner, ours: Around, theirs: Around) -> tuple[ABot, ABot]:
    peer = peer_bots.python_telegram_bot_polling(theirs.intake, theirs.stub, AT_ONCE)
    return our_bots.our_polling(runner, ours.stub, AT_ONCE), peer


async def _beside(bots: Bots, effort: Effort) -> list[list[float]]:
    ours, theirs = Around(), Around()
    stubs = {our_bots.TOKEN: ours.stub, peer_bots.TOKEN: theirs.stub}
    # The log's lines are written, as they are when it is shipped, to nowhere.
    with no_network(stubs), tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
        our_bot, peer_bot = bots(our_bots.a_runner(Path(folder), ours.intake), ours, theirs)
        async with our_bot as mine, peer_bot as other:
            alone = Path(folder) / "alone"
            alone.mkdir()
            our_reporters, their_reporters = Reporters(ours.stub), Reporters(theirs.stub)
            sides = [
                side
                for sends in (False, True)
                for side in (
                    Side(mine, our_reporters, ours.intake, sends),
                    Side(other, their_reporters, theirs.intake, sends),
                )
            ]
            work = [partial(side.hold_talks, effort.size) for side in sides]
            return await in_turn([*work, partial(keep_reports, alone)], effort.rounds)


async def measure(effort: Effort) -> Sequence[Row]:
    """Measure both ways, each beside its peer."""
    webhooks, polling = await _beside(_by_webhooks, effort), await _beside(_by_polling, effort)
    return [
        *_rows("webhooks (fleet)", "aiogram, finite state machine", 8, webhooks),
        *_rows("polling", "python-telegram-bot, ConversationHandler", 4, polling),
    ]


def _rows(way: str, peer: str, target: float, rates: Sequence[Sequence[float]]) -> Iterator[Row]:
    ours, theirs, our_sending, their_sending, kept = rates
    yield Row(f"a turn by {way}", peer, ours, theirs, target=target)
    yield Row(f"a turn that sends, by {way}", peer, our_sending, their_sending)
    floor = [1 / (1 / usual + 1.5 / one) for usual, one in zip(ours, kept, strict=True)]
    yield Row(f"a turn that sends, by {way}", _FLOOR, our_sending, floor, target=1)


ABOUT: Final = """\
From the bytes of an update to the calls, over whole talks: the first card, a link shown back with the
rules, Send, two questions, the end. Turns that hand in a report are counted apart. The Bot API and the
intake are stubs in the same process: each library does all of its work but that of its HTTP client. Ours
has everything on as it is shipped (blind keys, sealed talks, sealed reports in a synced outbox, deletions)
but the pace that Telegram asks for, and keeps open talks in memory. The peers show the same cards
and choices, keep talks in their library's memory, and hand the same reports in unsealed.
"""
PAIR = Pair(
    name="turns",
    title="A turn of a talk",
    about=ABOUT,
    unit="turns a CPU second",
    packages=("aiogram", "python-telegram-bot"),
    effort=Effort(rounds=9, size=40),
    quick=Effort(rounds=3, size=5),
    measure=measure,
)
