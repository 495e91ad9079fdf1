"""A runner with real parts (outbox, courier, an intake in memory), driven by events."""

from datetime import UTC, datetime
from pathlib import Path

from bot.delivery.courier import Courier
from bot.delivery.intake import InMemoryIntake
from bot.delivery.intake_watch import IntakeWatch
from bot.delivery.outbox import Outbox
from bot.exchange import Answer, Arrival, TalkHandle
from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import Sessions
from bot.talks.limits import Alarm, Budgets
from bot.talks.runner import Delivery, Limits, Runner
from conversations.events import Chose, Event
from conversations.wire.sealing import new_private_key, public_half
from tests.talking import PORTALS

CHAT = TalkHandle("telegram", "7700177001", "5234567890123456")


class Host:
    """The runner of one process; several share an outbox and an intake, whose private key is `key`."""

    def __init__(self, sessions: Sessions, folder: Path, intake: InMemoryIntake, key: bytes) -> None:
        outbox = Outbox(folder / "outbox")
        public = public_half("k1", key)
        watch = IntakeWatch(intake, public)
        delivery = Delivery(public, outbox, Courier(outbox, watch), watch)
        limits = Limits(Budgets(TalkSecrets(_start), _start, most=10_000), Alarm(_start))
        self.runner = Runner(
            sessions,
            delivery,
            limits,
            portals=PORTALS,
            portal="international",
            now=lambda: datetime.now(UTC),
        )

    async def happens(self, update: int, event: Event, chat: TalkHandle = CHAT) -> Answer:
        """Handle an event in a chat."""
        return await self.runner.handle(Arrival(chat, update, event, update, "en"))


def tap(answer: Answer, choice: str) -> Chose:
    """Return the event of a tap on a button of an answer's card."""
    data = [button.data for row in answer.card.rows for button in row]
    (found,) = [written for written in data if written.split(".", 2)[2] == choice]
    talk, turn, name = found.split(".", 2)
    return Chose(name, talk, int(turn))


def an_intake() -> tuple[InMemoryIntake, bytes]:
    """Return an intake in memory and its private key."""
    key = new_private_key()
    return InMemoryIntake({"k1": key}), key


def _start() -> float:
    return 0.0
