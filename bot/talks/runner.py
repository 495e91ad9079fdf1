"""Takes one turn of a talk: load, advance, save, then act; an answered turn can no longer be lost."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from bot.delivery.courier import Courier
from bot.delivery.intake_match import Match
from bot.delivery.intake_watch import IntakeWatch
from bot.delivery.outbox import Entry, NotKept, Outbox
from bot.exchange import Answer, Arrival, Card, TalkHandle
from bot.sessions.store import Sessions
from bot.talks.limits import Alarm, Budgets, is_always_heard
from bot.talks.portals import PortalsNow
from bot.talks.render import render
from bot.talks.stored import (
    Talk,
    advanced,
    all_messages,
    draw,
    dump,
    emptied,
    load,
    outdated,
    with_card,
    with_lost,
    without,
)
from bot.talks.typed_labels import may_be_label, tapped
from conversations.events import Event, Kept, Opened, Received, Refused, StatusLearned, TooFast
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import AskStatus, Forget, RemoveMessage, Submit
from conversations.turns.engine import advance
from conversations.turns.start_link import begin, portal_of
from conversations.turns.submission import report_of
from conversations.turns.turn import Turn
from conversations.wire.sealing import IntakePublicKey, seal
from reportline.logs import log_event, log_failure

MOST_TRIES = 50


class TalkContended(OSError):  # noqa: N818 - it names what happened, not an error
    """Others kept advancing the talk; like a store that is away, it is to be tried again after a pause."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a report leaves: sealed to `key`, made durable in `outbox`, brought by `courier` to `intake`."""

    key: IntakePublicKey
    outbox: Outbox
    courier: Courier
    intake: IntakeWatch


@dataclass(frozen=True, slots=True)
class Limits:
    """What slows a talk, and what alarms the operator of a flood."""

    budgets: Budgets
    alarm: Alarm


class Runner:
    """Hosts the talks of one process; `portal` is where a talk without a start link begins.

    `now` gives the time, of which only the hour is ever kept.
    """

    def __init__(  # noqa: PLR0913 - each is a different part of the world
        self,
        sessions: Sessions,
        delivery: Delivery,
        limits: Limits,
        *,
        portals: Mapping[str, Portal],
        portal: str,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._delivery = delivery
        self._limits = limits
        self._portals = PortalsNow(portals, now, lambda: delivery.intake.takes_links)
        self._portal = portals[portal]
        self._now = now

    async def handle(self, arrival: Arrival) -> Answer:
        """Advance the talk by one arrival; the turn is saved, and a submitted report durable, on return."""
        async with self._sessions.lock(arrival.talk):
            if not self._limits.budgets.allow(arrival.talk) and not is_always_heard(arrival.event):
                arrival = dataclasses.replace(arrival, event=TooFast())
            for _ in range(MOST_TRIES):
                answer = await self._turn(arrival)
                if answer:
                    return answer
        raise TalkContended

    async def shown(self, talk: TalkHandle, message: int, *, again: bool = False) -> None:
        """Remember the number of the message that shows the talk's card, to edit and to delete it later.

        `again` when it was sent before without an answer: the first one is somewhere before it.
        """
        await self._noted(talk, lambda held: with_card(with_lost(held, message) if again else held, message))

    async def deleted(self, talk: TalkHandle, messages: Sequence[int]) -> None:
        """Forget the numbers of messages that are deleted, or that nobody can delete."""
        await self._noted(talk, lambda held: without(held, messages))

    async def _noted(self, talk: TalkHandle, noting: Callable[[Talk], Talk]) -> None:
        """Save what the channel tells of a talk's messages, if the talk is still there."""
        async with self._sessions.lock(talk):
            for _ in range(MOST_TRIES):
                held, version = await self._load(talk)
                if held is None or (noted := noting(held)) == held:
                    return
                if await self._save(talk, noted, version):
                    return
        raise TalkContended

    async def gone(self, talk: TalkHandle) -> None:
        """Forget the talk: the reporter has left, so nothing can be shown to them; what they sent is sent."""
        async with self._sessions.lock(talk):
            await self._settled(talk)
            await self._sessions.erase(talk)

    async def _turn(self, arrival: Arrival) -> Answer | None:
        """Take one turn; None when another process was first: look again."""
        held, version = await self._settled(arrival.talk)
        if held and arrival.update in held.updates:
            return self._answer(held, held.live, held.erased)
        talk = held or self._begun(arrival)
        turn = advance(talk.state, self._meant(arrival.event, talk), self._portals, draw())
        removes = RemoveMessage() in turn.effects
        erased = (
            all_messages(talk, arrival)
            if Forget() in turn.effects
            else outdated(talk, arrival, removes=removes)
        )
        following = advanced(talk, turn, arrival, erased)
        kept = emptied(following) if Forget() in turn.effects else following
        if not await self._save(arrival.talk, kept, version):
            return None
        return await self._acted(arrival, turn, following, erased)

    def _meant(self, event: Event, talk: Talk) -> Event:
        return tapped(event, self._card(talk)) if may_be_label(event) else event

    def _card(self, talk: Talk) -> Card:
        return render(talk.state, self._portals[talk.state.portal])

    def _begun(self, arrival: Arrival) -> Talk:
        start = arrival.event.start if isinstance(arrival.event, Opened) else ""
        portal = portal_of(start, self._portals, self._portal)
        return Talk(begin(arrival.talk.channel, portal, arrival.language, draw()))

    async def _acted(self, arrival: Arrival, turn: Turn, talk: Talk, erased: tuple[int, ...]) -> Answer:
        """Act on what the saved turn asks for, and answer with the card that this leaves."""
        edited = talk.live
        for effect in turn.effects:
            match effect:
                case Submit():
                    talk = await self._submitted(arrival.talk, talk)
                case AskStatus(receipt):
                    learned = StatusLearned(await self._delivery.intake.status(receipt))
                    talk = await self._told(arrival.talk, learned) or talk
                case Forget() | RemoveMessage():
                    pass
        return self._answer(talk, edited, erased)

    def _answer(self, talk: Talk, live: int | None, erased: tuple[int, ...] = ()) -> Answer:
        """Show the card of the state as it is now, so that a redelivery gets the last answer again."""
        return Answer(self._card(talk), live, erased)

    async def _settled(self, handle: TalkHandle) -> tuple[Talk | None, bytes | None]:
        """Load the talk; a report that a saved turn still owes is handed in first."""
        for _ in range(MOST_TRIES):
            held, version = await self._load(handle)
            if held is None or not held.owes:
                return held, version
            await self._told(handle, await self._hand_in(held.state))
        raise TalkContended

    async def _submitted(self, handle: TalkHandle, owing: Talk) -> Talk:
        """Give the talk once its report is handed in; a talk that is gone has its report handed in too."""
        held, _ = await self._settled(handle)
        if held and held.state.draft.draft_id == owing.state.draft.draft_id:
            return held
        turn = advance(owing.state, await self._hand_in(owing.state), self._portals, draw())
        return replace(owing, state=turn.state, owes=False)

    async def _told(self, handle: TalkHandle, event: Event) -> Talk | None:
        """Advance the talk by what came back from the world."""
        for _ in range(MOST_TRIES):
            held, version = await self._load(handle)
            if held is None:
                return None
            turn = advance(held.state, event, self._portals, draw())
            heard = replace(held, state=turn.state, owes=False)
            if await self._save(handle, heard, version):
                return heard
        raise TalkContended

    async def _hand_in(self, state: State) -> Received | Kept | Refused:
        if self._delivery.intake.match is Match.OTHER_KEY:
            # Sealed to this key, nobody could ever open it.
            return Refused()
        hour = self._now().replace(minute=0, second=0, microsecond=0)
        entry = Entry(state.draft.draft_id, state.draft.revision)
        try:
            sealed = seal(report_of(state, hour), self._delivery.key)
            self._delivery.outbox.put(entry.draft_id, entry.revision, sealed)
        except NotKept:
            log_event("outbox_full")
            return Refused()
        except ValueError as error:
            # The talk goes on whatever was in it; the reporter hears that nothing was sent.
            log_failure("unexpected_error", error)
            return Refused()
        log_event("report_sealed")
        if state.draft.revision == 1:
            self._limits.alarm.count(state.portal, state.channel)
        return Received() if await self._delivered(entry) else Kept()

    async def _delivered(self, entry: Entry) -> bool:
        """Try once to deliver; from here on the report is safe on disk whatever happens."""
        try:
            delivered = await self._delivery.courier.deliver(entry)
        except OSError as error:
            log_failure("unexpected_error", error)
            delivered = False
        if not delivered:
            self._delivery.courier.wake()
        return delivered

    async def _load(self, handle: TalkHandle) -> tuple[Talk | None, bytes | None]:
        stored = await self._sessions.load(handle)
        if stored is None:
            return None, None
        try:
            return load(stored.content), stored.version
        except ValueError:
            # Another version of this software saved it: to the reporter it is an old talk.
            await self._sessions.erase(handle)
            return None, None

    async def _save(self, handle: TalkHandle, talk: Talk, version: bytes | None) -> bool:
        return await self._sessions.save(handle, dump(talk), version)
