"""The intake is asked when something may have changed, and what it said last decides over links."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bot.delivery.intake import (
    ChannelAnswer,
    InMemoryIntake,
    IntakeAway,
    IntakeRefused,
    Refusal,
    ShapeUnknown,
)
from bot.delivery.intake_match import Match
from bot.delivery.intake_watch import IntakeWatch, Rest
from conversations.wire.report import Report
from conversations.wire.sealing import new_private_key, public_half, seal
from tests.intake_api.running_api import a_newer_report, a_report

PRIVATE_KEY = new_private_key()
KEY = public_half("k1", PRIVATE_KEY)
OTHER_KEY = public_half("k9", new_private_key())
NEVER = Rest(settled=3600, unsettled=3600)


class Asked(InMemoryIntake):
    """A twin that counts how often it is asked, and whose answer can be held up."""

    def __init__(self) -> None:
        super().__init__({"k1": PRIVATE_KEY})
        self.asked = 0
        self.opened = asyncio.Event()
        self.opened.set()

    async def channel(self) -> ChannelAnswer | Refusal:
        """Count, wait, and answer as the twin does."""
        self.asked += 1
        await self.opened.wait()
        return await super().channel()


@pytest.fixture
def intake() -> Asked:
    return Asked()


@asynccontextmanager
async def _running(watch: IntakeWatch) -> AsyncIterator[IntakeWatch]:
    run = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0)


async def _hand_in(watch: IntakeWatch, report: Report | None = None) -> None:
    report = report or a_report()
    await watch.hand_in(report.draft_id, seal(report, KEY))


def _events(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str | None]]:
    lines = map(json.loads, capsys.readouterr().err.splitlines())
    return [(line["event"], line.get("reason")) for line in lines]


async def test_links_are_taken_until_the_intake_says_otherwise(intake: Asked) -> None:
    """Away or older, it is served; what it said before an outage holds."""
    watch = IntakeWatch(intake, KEY)
    assert watch.takes_links
    intake.away = True
    assert (await watch.ask(), watch.takes_links) == (Match.UNASKED, True)
    intake.away, intake.refusal = False, Refusal.NO_ROUTE
    assert (await watch.ask(), watch.takes_links) == (Match.OLDER_INTAKE, True)
    intake.refusal = Refusal.KEY_REFUSED
    assert (await watch.ask(), watch.takes_links) == (Match.KEY_REFUSED, False)
    intake.away = True
    assert (await watch.ask(), watch.takes_links) == (Match.KEY_REFUSED, False)
    intake.away, intake.refusal = False, None
    assert (await watch.ask(), watch.takes_links) == (Match.SAME, True)


async def test_it_is_asked_again_after_every_rest_and_sooner_while_something_is_wrong(intake: Asked) -> None:
    async with _running(IntakeWatch(intake, KEY, Rest(settled=0, unsettled=3600))) as watch:
        await watch.ask()
        await _until(lambda: intake.asked > 3)
    async with _running(IntakeWatch(intake, KEY, Rest(settled=3600, unsettled=0))) as watch:
        intake.away, intake.asked = True, 0
        await _until(lambda: intake.asked > 3)
        intake.away, intake.refusal = False, Refusal.OTHER_ROLE
        await _until(lambda: watch.match is Match.NO_CHANNEL)
        intake.refusal = None
        await _until(lambda: watch.takes_links)
        asked = intake.asked
        for _ in range(100):
            await asyncio.sleep(0)
        assert intake.asked == asked


def test_the_usual_rests_are_an_hour_and_a_minute() -> None:
    assert Rest() == (3600, 60)


async def test_at_first_contact_after_an_outage_it_is_asked(intake: Asked) -> None:
    """At the start and later: what is back may be another intake. Then no delivery asks any more."""
    watch = IntakeWatch(intake, KEY, NEVER)
    intake.away = True
    await watch.ask()
    async with _running(watch):
        with pytest.raises(IntakeAway):
            await _hand_in(watch)
        for settled in (2, 3):
            intake.away = False
            await _hand_in(watch)
            await _until(lambda settled=settled: intake.asked == settled)  # type: ignore[misc]
            await _until(lambda: watch.match is Match.SAME)
            await asyncio.sleep(0)
            await _hand_in(watch)
            await asyncio.sleep(0)
            assert intake.asked == settled
            intake.away = True
            with pytest.raises(IntakeAway):
                await _hand_in(watch)


async def test_a_refused_delivery_has_it_asked(intake: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    """A refused key stops links; the log says so once, and when it is over. A broken seal asks too."""
    watch = IntakeWatch(intake, KEY, NEVER)
    await watch.ask()
    async with _running(watch):
        for refusal, match in ((Refusal.KEY_REFUSED, "key_refused"), (Refusal.OTHER_ROLE, "no_channel")):
            intake.refusal = refusal
            for _ in range(2):
                with pytest.raises(IntakeAway):
                    await _hand_in(watch)
            await _until(lambda: not watch.takes_links)
            assert watch.match == match
            intake.refusal = None
            await _hand_in(watch)
            await _until(lambda: watch.takes_links)
            await asyncio.sleep(0)
            assert _events(capsys) == [("intake_mismatch", match), ("intake_matches", None)]
        report = a_report()
        with pytest.raises(IntakeRefused):
            await watch.hand_in(report.draft_id, seal(report, OTHER_KEY))
        await _until(lambda: intake.asked == 6)
        intake.shapes = (0,)
        with pytest.raises(ShapeUnknown):
            await _hand_in(watch, a_newer_report())
        await _until(lambda: watch.match is Match.UNKNOWN_SHAPE)


async def test_what_another_intake_refuses_waits_for_the_right_one(intake: Asked) -> None:
    watch, report = IntakeWatch(intake, OTHER_KEY, NEVER), a_report()
    assert await watch.ask() is Match.OTHER_KEY
    with pytest.raises(IntakeAway) as away:
        await watch.hand_in(report.draft_id, seal(report, OTHER_KEY))
    assert away.value.status == 422
    await _hand_in(watch)
    assert len(intake.reports) == 1


async def test_no_delivery_waits_for_the_answer(intake: Asked) -> None:
    """However long the intake thinks about the question, a report that is sent meanwhile is handed in."""
    watch = IntakeWatch(intake, KEY, NEVER)
    intake.opened.clear()
    async with _running(watch):
        await _hand_in(watch)
        await _until(lambda: intake.asked == 1)
        await asyncio.wait_for(_hand_in(watch), 1)
        assert (len(intake.reports), watch.takes_links) == (2, True)


class Broken(Asked):
    """A twin that fails as no intake does, once."""

    async def channel(self) -> ChannelAnswer | Refusal:
        """Fail the first time."""
        if not self.asked:
            self.asked += 1
            raise RuntimeError("unforeseen")
        return await super().channel()


async def test_no_fault_ends_the_questions(capsys: pytest.CaptureFixture[str]) -> None:
    intake = Broken()
    async with _running(IntakeWatch(intake, KEY, Rest(settled=3600, unsettled=0))) as watch:
        await _until(lambda: watch.match is Match.SAME)
    assert _events(capsys) == [("unexpected_error", None)]
