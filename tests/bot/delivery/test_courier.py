"""A courier with a real outbox delivers every report, whatever the intake answers."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.delivery.courier import AT_ONCE, LONGEST_REST_SECONDS, Courier, Outcome, rest_after
from bot.delivery.intake import (
    LONGEST_TIMEOUT_SECONDS,
    TIMEOUT_SECONDS,
    InMemoryIntake,
    IntakeAway,
    ShapeUnknown,
)
from bot.delivery.outbox import Entry, Outbox
from conversations.wire.report import Report, SealedReport
from conversations.wire.sealing import new_private_key, public_half, seal
from tests.intake_api.running_api import a_newer_report, a_report, revised

PRIVATE_KEY = new_private_key()
KEY = public_half("k1", PRIVATE_KEY)


class Gate(InMemoryIntake):
    """A twin that lets others run before it answers, and fails whatever it is told to fail."""

    def __init__(self) -> None:
        super().__init__({"k1": PRIVATE_KEY})
        self.fails: dict[str, Exception] = {}
        self.needs = 0.0
        self.waited_for: list[float | None] = []
        self.takes_newer = False
        self.opened = asyncio.Event()
        self.opened.set()
        self.handed_in = 0
        self.within = self.most_within = 0

    async def hand_in(self, draft_id: str, sealed: SealedReport, seconds: float | None = None) -> None:
        """Count, fail as told or when nobody waits for as long as it `needs`, or do as the twin does."""
        self.handed_in += 1
        self.waited_for.append(seconds)
        if (seconds or TIMEOUT_SECONDS) < self.needs:
            raise IntakeAway
        self.within += 1
        self.most_within = max(self.most_within, self.within)
        try:
            await asyncio.sleep(0)
            await self.opened.wait()
        finally:
            self.within -= 1
        if draft_id in self.fails:
            raise self.fails[draft_id]
        try:
            await super().hand_in(draft_id, sealed)
        except ShapeUnknown:
            if not self.takes_newer:
                raise


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """Make an empty outbox."""
    return Outbox(tmp_path / "outbox")


@pytest.fixture
def gate() -> Gate:
    """Make an intake."""
    return Gate()


def _put(outbox: Outbox, report: Report | None = None) -> Entry:
    report = report or a_report()
    outbox.put(report.draft_id, report.revision, seal(report, KEY))
    return Entry(report.draft_id, report.revision)


@asynccontextmanager
async def _running(courier: Courier) -> AsyncIterator[None]:
    run = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0)


def _at_once(_: int) -> float:
    return 0


def _events(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]


async def test_delivers_what_a_crash_left(outbox: Outbox, gate: Gate) -> None:
    """What waited when the process died is delivered at the next start, each revision once."""
    report = a_report()
    for one in (revised(report), report, a_report()):
        _put(outbox, one)
    async with _running(Courier(outbox, gate)):
        await _until(lambda: not outbox.waiting())
    assert gate.handed_in == 3
    assert gate.reports[report.draft_id].revision == 2


async def test_deliver_tells_the_truth(outbox: Outbox, gate: Gate) -> None:
    """True means that the intake has it, and only then is it removed."""
    entry = _put(outbox)
    courier = Courier(outbox, gate)
    gate.away = True
    assert not await courier.deliver(entry)
    assert outbox.waiting() == (entry,)
    gate.away = False
    assert await courier.deliver(entry)
    assert (outbox.waiting(), list(gate.reports)) == ((), [entry.draft_id])


async def test_delivers_after_days(outbox: Outbox, gate: Gate) -> None:
    """However many rounds have failed (3000 are ten days of the longest rests), the next one may succeed."""
    entry = _put(outbox)
    gate.away = True
    rounds: list[int] = []

    def rest(failures: int) -> float:
        rounds.append(failures)
        rest_after(failures)
        gate.away = failures < 3000
        return 0

    async with _running(Courier(outbox, gate, rest)):
        await _until(lambda: entry.draft_id in gate.reports and not outbox.waiting())
    assert rounds[:3000] == list(range(1, 3001))


@pytest.mark.parametrize("needs", [7, 20, 55])
async def test_an_intake_that_is_slow_gets_its_reports_in_the_end(
    outbox: Outbox, gate: Gate, needs: float
) -> None:
    """The courier waits longer with each failed round, a minute at most; a reporter's own try stays short."""
    entry, gate.needs = _put(outbox), needs
    courier = Courier(outbox, gate, _at_once)
    assert not await courier.deliver(entry)
    async with _running(courier):
        await _until(lambda: not outbox.waiting())
        assert gate.waited_for[:3] == [None, None, 2 * TIMEOUT_SECONDS]
        assert max(seconds or 0 for seconds in gate.waited_for) <= LONGEST_TIMEOUT_SECONDS
        await _until(lambda: not courier.is_failing)


async def test_it_is_said_that_deliveries_fail(outbox: Outbox, gate: Gate) -> None:
    courier = Courier(outbox, gate, _at_once)
    _put(outbox)
    gate.away = True
    async with _running(courier):
        await _until(lambda: courier.is_failing)
        gate.away = False
        await _until(lambda: not courier.is_failing)
    assert not outbox.waiting()


async def test_an_outage_is_told_once(outbox: Outbox, gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """However long it lasts, an outage leaves one line when it begins and one when it ends."""
    _put(outbox)
    gate.away = True
    rests: list[int] = []

    def rest(failures: int) -> float:
        rests.append(failures)
        gate.away = failures < 50
        return 0

    async with _running(Courier(outbox, gate, rest)):
        await _until(lambda: 0 in rests)
    assert _events(capsys) == ["intake_away", "intake_back"]


async def test_waking_starts_a_round(outbox: Outbox, gate: Gate) -> None:
    """What is put while the courier rests is delivered as soon as it is woken."""
    rests: list[int] = []

    def rest(failures: int) -> float:
        rests.append(failures)
        return 3600

    courier = Courier(outbox, gate, rest)
    async with _running(courier):
        await _until(lambda: len(rests) == 1)
        _put(outbox)
        courier.wake()
        await _until(lambda: not outbox.waiting())


async def test_a_round_comes_without_waking(outbox: Outbox, gate: Gate) -> None:
    """Nothing depends on being woken: what nobody told the courier of is found after a rest."""
    async with _running(Courier(outbox, gate, _at_once)):
        await _until(lambda: gate.handed_in == 0)
        _put(outbox)
        await _until(lambda: not outbox.waiting())


async def test_refused_for_good_is_set_aside(
    outbox: Outbox, gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the intake will never take is set aside, told, and holds up no other."""
    report = a_report()
    outbox.put(report.draft_id, 1, seal(report, public_half("k9", new_private_key())))
    other = _put(outbox)
    async with _running(Courier(outbox, gate)):
        await _until(lambda: not outbox.waiting())
    assert outbox.aside() == (Entry(report.draft_id, 1),)
    assert list(gate.reports) == [other.draft_id]
    [told] = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (told["event"], told["key_id"]) == ("report_refused_by_intake", "k9")


async def test_a_corrupted_entry_is_set_aside(
    outbox: Outbox, gate: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the disk has spoilt is set aside, told, and holds up no other."""
    spoilt, other = _put(outbox), _put(outbox)
    (tmp_path / "outbox" / spoilt.file_name).write_bytes(b"\0" * 100)
    async with _running(Courier(outbox, gate)):
        await _until(lambda: not outbox.waiting())
    assert (outbox.aside(), list(gate.reports)) == ((spoilt,), [other.draft_id])
    assert _events(capsys) == ["entry_set_aside"]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_keeps_reports_waiting(
    outbox: Outbox, gate: Gate, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """While an operator mends the key, nothing is set aside; the log names the key, and not an outage."""
    entry = _put(outbox)
    gate.fails[entry.draft_id] = IntakeAway(status)
    courier = Courier(outbox, gate)
    assert not await courier.deliver(entry)
    assert (outbox.waiting(), outbox.aside()) == ((entry,), ())
    assert _events(capsys) == ["intake_refuses_key"]


async def test_a_report_that_the_intake_is_too_old_for_waits_for_an_upgrade(
    outbox: Outbox, gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told once, holds up no other, is never set aside, and goes by itself after the upgrade."""
    newer = _put(outbox, a_newer_report())
    rounds: list[int] = []

    def rest(failures: int) -> float:
        rounds.append(failures)
        return 0

    async with _running(Courier(outbox, gate, rest)):
        await _until(lambda: len(rounds) > 2)
        other = _put(outbox)
        await _until(lambda: outbox.waiting() == (newer,))
        assert (outbox.aside(), list(gate.reports)) == ((), [other.draft_id])
        assert rounds == [0] * len(rounds)
        gate.takes_newer = True
        await _until(lambda: not outbox.waiting())
    assert _events(capsys) == ["intake_too_old"]


async def test_whoever_sends_to_an_intake_that_is_too_old_hears_that_it_is_kept(
    outbox: Outbox, gate: Gate
) -> None:
    newer = _put(outbox, a_newer_report())
    assert not await Courier(outbox, gate).deliver(newer)
    assert (outbox.waiting(), outbox.aside()) == ((newer,), ())


async def test_some_are_delivered_at_once_and_never_more(outbox: Outbox, gate: Gate) -> None:
    """What waits goes a few at a time, so that a long way does not slow it, and others have room."""
    for _ in range(10 * AT_ONCE):
        _put(outbox)
    gate.opened.clear()
    async with _running(Courier(outbox, gate)):
        await _until(lambda: gate.within == AT_ONCE)
        gate.opened.set()
        await _until(lambda: not outbox.waiting())
    assert (gate.most_within, gate.handed_in) == (AT_ONCE, 10 * AT_ONCE)


async def test_a_few_bad_entries_do_not_end_a_round(outbox: Outbox, gate: Gate) -> None:
    """Fewer entries that the intake always fails on than go at once hold up nothing, in one round already."""
    entries = [_put(outbox) for _ in range(30)]
    gate.fails = {entry.draft_id: IntakeAway(500) for entry in entries[: AT_ONCE - 1]}
    outcomes = await Courier(outbox, gate).round()
    assert outcomes == {Outcome.DELIVERED: 31 - AT_ONCE, Outcome.AWAY: AT_ONCE - 1}
    assert {entry.draft_id for entry in outbox.waiting()} == gate.fails.keys()


async def test_an_intake_that_is_away_is_not_hammered(outbox: Outbox, gate: Gate) -> None:
    """However much waits and is sent meanwhile: one try each when it is sent, and few in one round."""
    entries = [_put(outbox) for _ in range(50)]
    gate.away = True
    rests: list[int] = []

    def rest(failures: int) -> float:
        rests.append(failures)
        return 3600

    courier = Courier(outbox, gate, rest)
    async with _running(courier):
        await _until(lambda: rests == [1])
        for entry in entries:
            assert not await courier.deliver(entry)
            courier.wake()
            await asyncio.sleep(0)
        assert rests == [1]
        assert gate.handed_in <= AT_ONCE + len(entries)
        gate.away = False
        assert await courier.deliver(entries[0])
        await _until(lambda: not outbox.waiting())


async def test_leftovers_do_not_stay_for_days(outbox: Outbox, gate: Gate, tmp_path: Path) -> None:
    """What another process left half-written when it was killed is removed while this one runs on."""
    leftover = tmp_path / "outbox" / f"{'0' * 32}.1.json.0011223344556677.partial"
    async with _running(Courier(outbox, gate, _at_once)):
        leftover.write_bytes(b"half")
        await _until(lambda: not leftover.exists())


async def test_a_filling_outbox_is_told_once_an_hour(
    tmp_path: Path, gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    """From four fifths on, however many rounds there are; in tens of percent; and not for less."""
    outbox = Outbox(tmp_path / "outbox", maximum=20)
    gate.away = True
    courier = Courier(outbox, gate)
    for _ in range(15):
        _put(outbox)
    await courier.round()
    assert _events(capsys) == ["intake_away"]
    _put(outbox)
    _put(outbox)
    for _ in range(3):
        await courier.round()
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "outbox_filling"
    assert json.loads(line)["number"] == 80


@pytest.mark.parametrize("fault", [IntakeAway(500), RuntimeError("unforeseen")])
async def test_bad_entries_hold_up_no_others(outbox: Outbox, gate: Gate, fault: Exception) -> None:
    """Entries on which the intake or the courier always fails delay the others, and no more."""
    for _ in range(AT_ONCE + 5):
        _put(outbox)
    bad = outbox.waiting()[: AT_ONCE + 1]
    gate.fails = {entry.draft_id: fault for entry in bad}
    async with _running(Courier(outbox, gate, _at_once)):
        await _until(lambda: outbox.waiting() == bad)
        gate.fails.clear()
        await _until(lambda: not outbox.waiting())
    assert len(gate.reports) == AT_ONCE + 5


async def test_two_couriers_set_an_entry_aside_once(
    outbox: Outbox, gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever comes second finds it gone, and tells nothing a second time."""
    report = a_report()
    entry = Entry(report.draft_id, 1)
    outbox.put(report.draft_id, 1, seal(report, public_half("k9", new_private_key())))
    both = await asyncio.gather(*(Courier(outbox, gate).deliver(entry) for _ in range(2)))
    assert both == [False, False]
    assert outbox.aside() == (entry,)
    assert _events(capsys) == ["report_refused_by_intake"]


async def test_survives_a_failing_disk(outbox: Outbox, gate: Gate, tmp_path: Path) -> None:
    """A disk that fails for a while does not end the courier."""
    entry = _put(outbox)
    (tmp_path / "outbox").rename(tmp_path / "unplugged")
    failures: list[int] = []

    def rest(failed: int) -> float:
        failures.append(failed)
        return 0

    async with _running(Courier(outbox, gate, rest)):
        await _until(lambda: len(failures) >= 3)
        shutil.move(tmp_path / "unplugged", tmp_path / "outbox")
        await _until(lambda: entry.draft_id in gate.reports and not outbox.waiting())
    assert failures[:3] == [1, 2, 3]


async def test_two_at_once_are_harmless(outbox: Outbox, gate: Gate) -> None:
    """Delivered twice at the same time, a report is there once, and both are told the truth."""
    entry = _put(outbox)
    courier = Courier(outbox, gate)
    assert tuple(await asyncio.gather(courier.deliver(entry), courier.deliver(entry))) == (True, True)
    assert (len(gate.reports), outbox.waiting()) == (1, ())


async def test_an_entry_that_is_gone(outbox: Outbox, gate: Gate) -> None:
    """Gone because it was delivered is delivered; gone because it was set aside is not."""
    delivered, refused = _put(outbox), _put(outbox)
    courier = Courier(outbox, gate)
    assert await courier.deliver(delivered)
    outbox.set_aside(refused)
    assert await courier.deliver(delivered)
    assert not await courier.deliver(refused)


async def test_stopped_in_the_middle(outbox: Outbox, gate: Gate) -> None:
    """Cancelled while the intake thinks, all still wait, none is half done, and nobody goes on."""
    for _ in range(AT_ONCE + 5):
        _put(outbox)
    gate.opened.clear()
    async with _running(Courier(outbox, gate)):
        await _until(lambda: gate.within == AT_ONCE)
    assert gate.within == 0
    assert len(outbox.waiting()) == AT_ONCE + 5
    assert gate.reports == {}


def test_rests_double_up_to_five_minutes() -> None:
    """The rests grow from about a second, differ, and end at five minutes, after any number of failures."""
    for failures in (1, 2, 3, 8, 9, 10, 10**9):
        longest = min(2.0 ** min(failures - 1, 30), LONGEST_REST_SECONDS)
        rests = {rest_after(failures) for _ in range(50)}
        assert all(longest / 2 <= rest <= longest for rest in rests)
        assert len(rests) > 40
    assert all(LONGEST_REST_SECONDS / 2 <= rest_after(0) <= LONGEST_REST_SECONDS for _ in range(50))


async def test_while_the_intake_is_away_one_finds_out_and_the_others_do_not_wait(
    outbox: Outbox, gate: Gate
) -> None:
    """An intake that hangs holds up one report at a time; all of them are kept, and go once it is back."""
    courier = Courier(outbox, gate, lambda _: 60)
    first, second = _put(outbox), _put(outbox)
    gate.away = True
    assert not await courier.deliver(first)
    gate.opened.clear()
    probing = asyncio.create_task(courier.deliver(first))
    await _until(lambda: gate.within == 1)
    assert not await asyncio.wait_for(courier.deliver(second), 1)
    gate.away = False
    gate.opened.set()
    assert await probing
    assert await courier.deliver(second)
