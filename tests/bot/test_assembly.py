"""A host starts only for an intake that is its own; each minute, it drops old talks and logs floods."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.assembly import bot_host, each_minute
from bot.delivery.outbox import Outbox
from bot.delivery.outbox_state import state_of
from bot.delivery.outbox_watch import OutboxWatch
from bot.exchange import Answer, Arrival, TalkHandle
from bot.fleet.host import readiness
from bot.fleet.numbers import FleetNumbers
from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import SECONDS_OF_SILENCE, MemorySessions
from bot.settings import BotSettings
from bot.talks.limits import Alarm
from conversations.events import Chose, Event, Opened, Said
from conversations.wire.report import SealedReport
from conversations.wire.sealing import new_private_key, public_half, seal
from intake_api.keys import make_key
from intake_api.known_keys.access_keys import revoke_key
from intake_api.settings import IntakeSettings
from reportline.readiness import NotReady
from tests.intake_api.running_api import RunningApi, a_report, opened, prepare
from tests.intake_api.served_api import served_here
from tests.ports import next_port
from tests.valkeys import valkey


class Expiring(MemorySessions):
    """A store that counts how often it was asked to let go of what is old."""

    expired = 0

    def expire(self) -> None:
        """Count, and let go."""
        self.expired += 1
        super().expire()


async def test_each_minute_old_talks_go_and_a_flood_is_told_of(tmp_path: Path) -> None:
    now = [1_000_000.0]
    sessions = Expiring(TalkSecrets(lambda: now[0]), lambda: now[0])
    await sessions.save(TalkHandle("telegram", "bot", "1"), b"state", None)
    now[0] += SECONDS_OF_SILENCE
    alarm = Alarm(lambda: now[0], most=1)
    alarm.count("ar", "telegram")
    before = sessions.expired
    outbox = OutboxWatch(tmp_path, Outbox(tmp_path), lambda: now[0])
    with capture_logs() as lines:
        looking = asyncio.create_task(each_minute(sessions, alarm, outbox))
        await asyncio.sleep(0)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    assert sessions.expired == before + 1
    assert [line["event"] for line in lines] == ["many_reports"]


@dataclass
class Served:
    """An intake that is served, and the settings of a bot host that was set up for it."""

    api: RunningApi
    settings: BotSettings

    @property
    def channel_key(self) -> str:
        """The id of the bot host's access key."""
        return self.settings.channel_token_file.read_text().split("-")[1]

    async def revoke(self) -> None:
        """Revoke the bot host's access key."""
        async with self.api.intake.database.writing() as session:
            assert await revoke_key(session, self.api.intake.audit, self.channel_key, self.api.clock())


@pytest.fixture(scope="module")
def set_up_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set an intake up, once."""
    folder = tmp_path_factory.mktemp("intake")
    prepare(IntakeSettings(data_dir=folder))
    return folder


@pytest.fixture
async def served(set_up_folder: Path, tmp_path: Path) -> AsyncIterator[Served]:
    """Serve an intake in this process."""
    intake = IntakeSettings(data_dir=shutil.copytree(set_up_folder, tmp_path / "intake"))
    async with opened(intake) as api, served_here(api.app) as port:
        data = {"data_dir": tmp_path / "host", "intake_url": f"http://127.0.0.1:{port}"}
        settings = BotSettings.model_validate(data)
        settings.folder.mkdir(mode=0o700, parents=True)
        shutil.copy(intake.data_dir / "public.key", settings.public_key_file)
        shutil.copy(intake.data_dir / "channel.token", settings.channel_token_file)
        yield Served(api, settings)


async def _starts(settings: BotSettings) -> None:
    async with bot_host(settings):
        pass


def _write_other_public_key(settings: BotSettings) -> None:
    """Write another intake's key; that of an earlier version has the same id at every intake."""
    key = public_half("k1", new_private_key())
    settings.public_key_file.write_text(f"k1:{key.raw.hex()}\n")


async def test_a_bot_starts_for_its_own_intake_and_for_one_with_a_newer_key(served: Served) -> None:
    await _starts(served.settings)
    make_key(served.api.intake.settings.folder, "seal")
    await _starts(served.settings)


async def test_a_bot_starts_while_its_intake_is_away(served: Served) -> None:
    away = f"http://127.0.0.1:{next_port()}"
    await _starts(served.settings.model_copy(update={"intake_url": away}))


async def test_an_intake_that_is_away_is_told(served: Served) -> None:
    away = f"http://127.0.0.1:{next_port()}"
    async with bot_host(served.settings.model_copy(update={"intake_url": away})) as host:
        assert await host.states() == {"store": "ok", "intake": "away", "outbox": "ok"}
    async with bot_host(served.settings) as host:
        assert await host.states() == {"store": "ok", "intake": "ok", "outbox": "ok"}


@pytest.mark.alone("an answer has three seconds at most")
async def test_a_store_that_stands_still_is_told_before_who_asks_has_gone(
    served: Served, tmp_path: Path
) -> None:
    with valkey(tmp_path / "valkey") as server:
        settings = served.settings.model_copy(update={"valkey_url": server.url})
        async with bot_host(settings) as host:
            assert await host.store_answers()
            with server.paused():
                began = time.monotonic()
                assert not await host.store_answers()
                assert time.monotonic() - began < 3
            assert await host.store_answers()


async def test_a_bot_with_another_intakes_key_does_not_start_and_adopts_none(served: Served) -> None:
    """What waits in the outbox stays as it is."""
    _write_other_public_key(served.settings)
    outbox, report = Outbox(served.settings.outbox_folder), a_report()
    key = served.api.intake.keys.current().public_key()
    outbox.put(report.draft_id, 1, seal(report, key))
    before = served.settings.public_key_file.read_bytes()
    with pytest.raises(NotReady, match="cannot open what is sealed to the public key in"):
        await _starts(served.settings)
    assert served.settings.public_key_file.read_bytes() == before
    assert state_of(served.settings.outbox_folder).waiting == 1


async def test_a_bot_whose_key_is_refused_does_not_start(served: Served) -> None:
    await served.revoke()
    with pytest.raises(NotReady, match="refuses the access key in"):
        await _starts(served.settings)
    assert not served.settings.outbox_folder.exists()


async def test_a_bot_with_an_analysts_key_does_not_start(served: Served) -> None:
    shutil.copy(served.api.intake.settings.data_dir / "analyst.token", served.settings.channel_token_file)
    with pytest.raises(NotReady, match="is no channel's"):
        await _starts(served.settings)


def _tap(answer: Answer, choice: str) -> Chose:
    written = [button.data for row in answer.card.rows for button in row]
    ((talk, turn, name),) = [data.split(".", 2) for data in written if data.endswith(f".{choice}")]
    return Chose(name, talk, int(turn))


async def test_an_outbox_that_is_full_makes_the_host_unready(served: Served) -> None:
    """It refuses every report, so somebody has to be called."""
    settings = served.settings.model_copy(update={"outbox_maximum": 1})
    async with bot_host(settings) as host:
        numbers = FleetNumbers(time.time, host.count_outbox)
        Outbox(settings.outbox_folder).put("a" * 32, 1, SealedReport(key_id="k1", sealed="AAAA"))
        assert (await readiness(host, numbers))["outbox"] == "full"
        assert b'reportline_healthy{part="outbox"} 0.0' in numbers.exposition()


async def test_a_report_that_has_waited_for_hours_is_told_to_log_and_monitor(served: Served) -> None:
    """However few wait. The intake is away."""
    outbox = Outbox(served.settings.outbox_folder)
    outbox.put("a" * 32, 1, SealedReport(key_id="k1", sealed="AAAA"))
    put_at = time.time() - 4 * 3600
    (entry,) = outbox.waiting()
    os.utime(served.settings.outbox_folder / entry.file_name, (put_at, put_at))
    away = f"http://127.0.0.1:{next_port()}"
    with capture_logs() as lines:
        async with bot_host(served.settings.model_copy(update={"intake_url": away})) as host:
            numbers = FleetNumbers(time.time, host.count_outbox)
            await readiness(host, numbers)
            await asyncio.sleep(0)
    assert b"reportline_outbox_waits_long 1.0" in numbers.exposition()
    assert [line["log_level"] for line in lines if line["event"] == "report_waits_long"] == ["error"]


async def test_a_key_revoked_in_mid_run_stops_links_and_makes_the_host_unready(served: Served) -> None:
    """The report that met the refusal waits; the next reporter reads where else to report."""
    async with bot_host(served.settings) as host:
        runner = host.runner("international")
        numbers = FleetNumbers(time.time, host.count_outbox)
        updates = iter(range(1, 100))

        async def happens(chat: str, event: Event) -> Answer:
            talk = TalkHandle("telegram", "bot", chat)
            return await runner.handle(Arrival(talk, next(updates), event, None, "en"))

        assert await readiness(host, numbers) == {"store": "ok", "intake": "ok", "outbox": "ok"}
        await served.revoke()
        review = await happens("1", Said("https://forum.example/1"))
        assert "kept safely" in (await happens("1", _tap(review, "send"))).card.text
        async with asyncio.timeout(20):
            while host.intake_match() != "key_refused":
                await asyncio.sleep(0.01)
        refused = {"store": "ok", "intake": "key_refused", "outbox": "ok"}
        assert await readiness(host, numbers) == refused
        answer = await happens("2", Opened())
        assert "we take no links here" in answer.card.text
        assert host.count_outbox() == (1, 0)
