"""Builds the bot host from its settings, or refuses to start when it could not keep a promise."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.channels.telegram.calls import Presentation
from bot.channels.telegram.chats import Sentences
from bot.delivery.courier import Courier
from bot.delivery.intake import HttpIntake
from bot.delivery.intake_match import MISMATCHES, advice_on
from bot.delivery.intake_watch import IntakeWatch
from bot.delivery.outbox import Outbox
from bot.delivery.outbox_watch import OutboxWatch
from bot.sessions.filed_secrets import FiledTalkSecrets
from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import MemorySessions, Sessions, StoreAway, StoreRefuses
from bot.settings import (
    BotSettings,
    channel_token,
    intake_public_key,
    require_portal,
    talk_secrets_file,
    valkey_url,
)
from bot.talks.limits import Alarm, Budgets
from bot.talks.portals import read_portals
from bot.talks.render import command_menu, missing_from, put_into_words
from bot.talks.runner import Delivery, Limits, Runner
from conversations.portals.model import Portal
from conversations.talk import Phrase
from locales.catalogues import ENGLISH, KNOWN_LANGUAGES
from reportline.logs import log_failure
from reportline.readiness import NotReady

SECONDS_BETWEEN_LOOKS = 60
SECONDS_TO_PROBE_STORE = 2.0


@dataclass(frozen=True, slots=True)
class BotHost:
    """The parts that all bots of a process share; `runner` gives the runner of one bot's talks."""

    portals: Mapping[str, Portal]
    _sessions: Sessions
    _delivery: Delivery
    _limits: Limits
    _outbox: OutboxWatch

    def runner(self, portal: str, portals: Mapping[str, Portal] | None = None) -> Runner:
        """Give the runner of a bot's talks; they begin in `portal`, and may use `portals`, or all."""
        return Runner(
            self._sessions,
            self._delivery,
            self._limits,
            portals=portals or self.portals,
            portal=portal,
            now=lambda: datetime.now(UTC),
        )

    def count_outbox(self) -> tuple[int, int]:
        """Count the entries that wait in the outbox, and those that were set aside; raises OSError."""
        return len(self._delivery.outbox.waiting()), len(self._delivery.outbox.aside())

    def outbox_waits_long(self) -> bool:
        """Tell whether a report has waited in the outbox for hours."""
        return self._outbox.waits_long()

    def intake_match(self) -> str:
        """Say "ok", or in a word why reports are not taken or opened; only while "away" links are taken."""
        if not self._delivery.intake.takes_links:
            return self._delivery.intake.match
        return "away" if self._delivery.intake.is_away or self._delivery.courier.is_failing else "ok"

    async def store_answers(self) -> bool:
        """Tell whether the store of open talks can be used now, in less time than who asks waits."""
        try:
            async with asyncio.timeout(SECONDS_TO_PROBE_STORE):
                await self._sessions.probe()
        except OSError:
            return False
        return True

    async def states(self) -> dict[str, str]:
        """Say in a word how the store of open talks, the intake and the outbox are: "ok", or else."""
        return {
            "store": "ok" if await self.store_answers() else "away",
            "intake": self.intake_match(),
            "outbox": self._outbox.state(),
        }


@asynccontextmanager
async def bot_host(settings: BotSettings, *, draft: bool = False) -> AsyncIterator[BotHost]:
    """Host talks, with the courier at work beside them; raises NotReady or PortalsUnreadable.

    In a `draft` every portal speaks English alone: new sentences can be tried before they are translated.
    """
    portals = read_portals(settings.portals_dir, KNOWN_LANGUAGES)
    if draft:
        portals = {name: replace(portal, languages=(ENGLISH,)) for name, portal in portals.items()}
    _require_whole({language for portal in portals.values() for language in portal.languages})
    require_portal(settings, portals)
    alarm = Alarm(time.time)
    limits = Limits(Budgets(TalkSecrets(time.monotonic), time.monotonic), alarm)
    async with _open_delivery(settings) as delivery, _open_sessions(settings) as sessions:
        outbox = OutboxWatch(settings.outbox_folder, delivery.outbox, time.time)
        work = (delivery.courier.run(), delivery.intake.run(), each_minute(sessions, alarm, outbox))
        working = [asyncio.create_task(each) for each in work]
        try:
            yield BotHost(portals, sessions, delivery, limits, outbox)
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)


@asynccontextmanager
async def _open_delivery(settings: BotSettings) -> AsyncIterator[Delivery]:
    """Open the way to the intake; raises NotReady if the one that answers is not this bot's."""
    key, intake = intake_public_key(settings), HttpIntake(settings.intake_url, channel_token(settings))
    try:
        watch = IntakeWatch(intake, key)
        if await watch.ask() in MISMATCHES:
            raise NotReady(advice_on(watch.match, settings))
        outbox = Outbox(settings.outbox_folder, settings.outbox_maximum)
        yield Delivery(key, outbox, Courier(outbox, watch), watch)
    finally:
        await intake.close()


def _require_whole(languages: Iterable[str]) -> None:
    """Refuse to start with a language that lacks a message: a card that cannot be shown loses a reporter."""
    for language in sorted(languages):
        lacking = missing_from(language)
        if lacking:
            raise NotReady(
                f"The language {language} lacks {lacking[0]}. Run reportline locales check {language}."
                " To try it in English before it is translated: reportline bot talk --draft."
            )


@asynccontextmanager
async def _open_sessions(settings: BotSettings) -> AsyncIterator[Sessions]:
    """Open the store of talks; Valkey may be away at the start, but must not refuse us."""
    url = valkey_url(settings)
    if url is None:
        yield MemorySessions(TalkSecrets(time.monotonic), time.monotonic)
        return
    # Its client takes a tenth of a second to load, and talks in memory do not need it.
    from bot.sessions.valkey import ValkeySessions  # noqa: PLC0415

    secrets = FiledTalkSecrets(talk_secrets_file(settings), time.time)
    async with ValkeySessions(url, secrets, time.time, private_hosts=settings.private_hosts) as sessions:
        try:
            await sessions.probe()
        except StoreRefuses as refuses:
            raise NotReady(str(refuses)) from None
        except StoreAway:
            pass  # the log has it already
        yield sessions


async def each_minute(sessions: Sessions, alarm: Alarm, outbox: OutboxWatch) -> None:
    """Each minute, drop expired talks and secrets, and log floods and reports that have waited long."""
    while True:
        try:
            sessions.expire()
        except OSError as error:
            log_failure("unexpected_error", error)
        alarm.tell()
        outbox.tell()
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def presentations() -> tuple[Presentation, ...]:
    """Say how an app presents the bot: in every language, and in English for all others."""
    # Without names: Telegram soon makes a bot wait for hours if it sets a name at every start.
    presented = presented_in([ENGLISH, *sorted(KNOWN_LANGUAGES - {ENGLISH})])
    return tuple(replace(presentation, name=None) for presentation in presented)


def presented_in(languages: Sequence[str]) -> tuple[Presentation, ...]:
    """Say how an app presents a bot in its languages; the first also serves for all others."""
    return tuple(
        Presentation(
            language=language if place else None,
            commands=command_menu(language),
            description=put_into_words(Phrase("presentation.description"), language),
            short_description=put_into_words(Phrase("presentation.short"), language),
            name=put_into_words(Phrase("presentation.name"), language),
        )
        for place, language in enumerate(languages)
    )


def sentences() -> Sentences:
    """Give the sentences that are said outside a talk, in the hinted language if it is known."""
    return Sentences(
        group=lambda hint: _said("presentation.group", hint), away=lambda hint: _said("trouble.away", hint)
    )


def _said(phrase: str, hint: str | None) -> str:
    code = (hint or "").lower().replace("_", "-").split("-")[0]
    return put_into_words(Phrase(phrase), code if code in KNOWN_LANGUAGES else ENGLISH)
