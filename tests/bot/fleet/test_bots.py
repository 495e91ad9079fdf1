"""Bots of a fleet are added, removed, paused and given new tokens while others serve; no update is lost."""

import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.telegram.calls import Call
from bot.channels.telegram.raw_updates import Update, read_update
from bot.fleet.bots import ClosingError, Fleet, portals_of
from bot.fleet.bots_file import BotEntry
from bot.fleet.webhook_keys import WebhookKeys
from bot.settings import BotSettings
from reportline.readiness import NotReady
from tests.bot.channels.telegram.transports import HASTE, TOKEN, EchoHost, fleet_of, until, webhook_of
from tests.bot_api import BotApi, Failure
from tests.bot_api_server import BotApiServer
from tests.reporter import BotApiControl, Reporter
from tests.talking import PORTALS
from tests.webhook_delivery import DeliveryPace

KEYS = WebhookKeys(b"k" * 32)
FIRST = BotEntry("ar", "reports_bot", TOKEN, ("es", "en"), paused=False)
SECOND = BotEntry("ar", "other_reports_bot", "654321:" + "Other-token-canary_" * 2, ("es",), paused=False)
NEW_TOKEN = "123456:" + "New-token-canary_" * 2
SOON = 0.02
PACE = replace(HASTE, shown=0.5)


@dataclass
class Fleets:
    """A served fleet, Telegram with two bots, and a reporter in front of each."""

    fleet: Fleet
    url: str
    bot_api: BotApiServer
    host: EchoHost
    reporters: tuple[Reporter, Reporter]

    async def open(self, *entries: BotEntry) -> None:
        """Serve these bots, and have Telegram told where they are."""
        self.fleet.apply(entries)
        for entry in entries:
            await self.bot(entry).call(entry.token, "setWebhook", webhook_of(KEYS, entry, self.url))

    def bot(self, entry: BotEntry) -> BotApi:
        """Give what Telegram knows of a bot."""
        return self.bot_api.bots[entry.bot_id]


@pytest.fixture
async def fleets() -> AsyncIterator[Fleets]:
    """Serve a fleet that has no bot yet."""
    host = EchoHost()
    async with BotApiServer(TOKEN) as bot_api:
        bot_api.world.pace = DeliveryPace(answer=10, first_pause=0.01, longest_pause=0.05)
        bot_api.add(SECOND.token)
        async with fleet_of(bot_api, host, PACE, KEYS) as (fleet, url), _controls(bot_api) as controls:
            first, second = controls
            yield Fleets(fleet, url, bot_api, host, (Reporter(first), Reporter(second, chat=5000000002)))
            for bot in bot_api.bots.values():
                await bot.pause()


@asynccontextmanager
async def _controls(bot_api: BotApiServer) -> AsyncIterator[tuple[BotApiControl, BotApiControl]]:
    async with BotApiControl(bot_api.url) as first, BotApiControl(bot_api.url, SECOND.bot_id) as second:
        yield first, second


async def test_bots_share_a_door_and_nothing_else(fleets: Fleets) -> None:
    """Two bots are served by one process; each reporter is answered by the bot that they wrote to."""
    await fleets.open(FIRST, SECOND)
    for reporter, words in zip(fleets.reporters, ("one", "two"), strict=True):
        await reporter.say(words)
        await reporter.sees(f"heard {words}")
    assert {arrival.talk.bot for arrival in fleets.host.arrivals} == {FIRST.bot_id, SECOND.bot_id}


async def test_only_who_knows_path_and_secret_comes_in(fleets: Fleets) -> None:
    """One bot's secret is refused at another bot's path, and so is an empty one."""
    fleets.fleet.apply([FIRST, SECOND])
    for entry in (FIRST, SECOND):
        bot = fleets.fleet.admit(KEYS.path(entry.bot_id), KEYS.secret(entry.bot_id))
        assert bot is not None
        assert bot.entry == entry
    assert fleets.fleet.admit(KEYS.path(FIRST.bot_id), KEYS.secret(SECOND.bot_id)) is None
    assert fleets.fleet.admit(KEYS.path(FIRST.bot_id), "") is None
    assert fleets.fleet.admit("unknown", "") is None


async def test_a_bot_is_added_while_another_serves(fleets: Fleets) -> None:
    """What came for a bot before it was served waits at Telegram, and is answered then."""
    await fleets.open(FIRST)
    first, second = fleets.reporters
    await second.say("early")
    await first.say("hola")
    await first.sees("heard hola")
    await fleets.open(FIRST, SECOND)
    await second.sees("heard early")


async def test_a_bot_that_is_removed_is_unknown(fleets: Fleets) -> None:
    """Its path is unknown at once; updates wait at Telegram until it is back."""
    await fleets.open(FIRST, SECOND)
    fleets.fleet.apply([FIRST])
    assert fleets.fleet.admit(KEYS.path(SECOND.bot_id), KEYS.secret(SECOND.bot_id)) is None
    await fleets.reporters[1].say("hola")
    await until(lambda: _refused(fleets.bot(SECOND)), "Wrong response from the webhook: 404")
    fleets.fleet.apply([FIRST, SECOND])
    await fleets.reporters[1].sees("heard hola")


async def _refused(bot: BotApi) -> str:
    return bot.delivery.last_error[1] if bot.delivery and bot.delivery.last_error else ""


async def test_a_new_token_loses_no_update_and_no_card(fleets: Fleets) -> None:
    """Revoked while a card is being sent: it arrives under the new token, and so does what came between."""
    await fleets.open(FIRST)
    reporter = fleets.reporters[0]
    fleets.host.gates["during"] = asyncio.Event()
    await reporter.say("during")
    await fleets.host.started.get()
    await fleets.bot(FIRST).revoke(NEW_TOKEN)
    fleets.host.gates["during"].set()
    await reporter.say("between")
    renewed = replace(FIRST, token=NEW_TOKEN)
    await fleets.open(renewed)
    await reporter.sees("heard between")
    await until(lambda: _waiting(fleets.bot(FIRST)), 0)
    assert {"during", "between"} <= {*fleets.host.words}
    assert fleets.fleet.states() == {"serving": 1, "paused": 0, "refused": 0}


async def _waiting(bot: BotApi) -> int:
    return bot.waiting


async def test_a_refused_token_is_told_and_tried_again(
    fleets: Fleets, capsys: pytest.CaptureFixture[str]
) -> None:
    """While a token is refused its bot is counted as refused; the update is saved all the same."""
    await fleets.open(FIRST)
    fleets.bot(FIRST).token = NEW_TOKEN
    await fleets.reporters[0].say("hola")
    await until(_states(fleets.fleet), {"serving": 0, "paused": 0, "refused": 1})
    assert fleets.host.words == ["hola"]
    assert "telegram_token_refused" in capsys.readouterr().err


def _states(fleet: Fleet) -> Any:
    async def states() -> dict[Any, int]:
        return dict(fleet.states())

    return states


async def test_an_update_whose_deletion_fails_comes_again(fleets: Fleets) -> None:
    """While Telegram takes no deletion the update is not confirmed, though its turn is saved; then it is."""
    await fleets.open(FIRST)
    failure = Failure("deleteMessage", 500, times=10_000)
    fleets.bot(FIRST).failures.append(failure)
    await fleets.reporters[0].say("hola")
    await until(lambda: _refused(fleets.bot(FIRST)), "Wrong response from the webhook: 503")
    assert fleets.bot(FIRST).waiting == 1
    failure.times = 0
    await until(lambda: _waiting(fleets.bot(FIRST)), 0)
    assert await fleets.reporters[0].own_messages() == []


async def test_one_bot_that_is_slowed_down_stalls_no_other(fleets: Fleets) -> None:
    """While one bot waits out a 429 in all its chats, the other answers at once."""
    await fleets.open(FIRST, SECOND)
    fleets.bot(FIRST).failures.append(Failure("sendMessage", 429, retry_after=30, times=2))
    for chat in (5000000001, 5000000003):
        await fleets.bot(FIRST).push(_message(chat))
    await until(lambda: _failures_left(fleets.bot(FIRST)), 0)
    await fleets.reporters[1].say("hola")
    await fleets.reporters[1].sees("heard hola", seconds=2)


async def _failures_left(bot: BotApi) -> int:
    return sum(failure.times for failure in bot.failures)


def _message(chat: int) -> dict[str, Any]:
    person = {"id": chat, "type": "private"}
    return {"message": {"chat": person, "from": {"id": chat, "is_bot": False}, "date": 1, "text": "slow"}}


async def test_watching_follows_the_file(fleets: Fleets, capsys: pytest.CaptureFixture[str]) -> None:
    """What two looks agree on is served; what cannot be read is told once and changes nothing."""
    half_written = [FIRST]
    wrong = [NotReady("wrong"), NotReady("wrong"), ValueError("a fault of ours")]
    reads: list[Any] = [[FIRST, SECOND], [FIRST, SECOND], half_written, *wrong, [FIRST, SECOND]]
    counts: list[int] = []

    def read() -> list[BotEntry]:
        counts.append(sum(fleets.fleet.states().values()))
        found = reads.pop(0) if len(reads) > 1 else reads[0]
        if isinstance(found, Exception):
            raise found
        return list(found)

    fleets.fleet.apply([FIRST])
    watching = asyncio.create_task(fleets.fleet.watch(read, SOON))
    await until(_number_of(counts), 9)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert counts[:9] == [1, 1, *[2] * 7]
    told = capsys.readouterr().err
    assert [told.count(event) for event in ("bots_changed", "bots_unreadable", "ValueError")] == [1, 1, 1]


def _number_of(counts: list[int]) -> Any:
    async def number() -> int:
        return min(9, len(counts))

    return number


async def test_a_stop_drains(fleets: Fleets) -> None:
    """A card that is on its way when the fleet stops arrives before the stop is over."""
    await fleets.open(FIRST)
    fleets.host.gates["hola"] = asyncio.Event()
    await fleets.reporters[0].say("hola")
    await fleets.host.started.get()
    asyncio.get_running_loop().call_later(0.1, fleets.host.gates["hola"].set)
    await fleets.fleet.close()
    await fleets.reporters[0].sees("heard hola")


async def test_a_stop_says_once_in_how_many_chats_of_all_bots_something_is_left(
    fleets: Fleets, capsys: pytest.CaptureFixture[str]
) -> None:
    await fleets.open(FIRST, SECOND)
    for entry, reporter in zip((FIRST, SECOND), fleets.reporters, strict=True):
        fleets.bot(entry).failures = [Failure("sendMessage", status=429, retry_after=60)]
        await reporter.say("hola")
        await until(lambda: _is_slowed(fleets.bot(entry)), wanted=True)  # noqa: B023 - awaited at once
    capsys.readouterr()
    await fleets.fleet.close()
    (told,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (told["event"], told["number"]) == ("chats_left_undone", 2)


async def _is_slowed(bot: BotApi) -> bool:
    return bot.counted["sendMessage"] > 0


def test_a_paused_bot_pauses_every_portal_and_a_bot_has_its_own_languages() -> None:
    """A start link of another portal opens no way round a pause; languages are the bot's, in its order."""
    paused = portals_of(replace(FIRST, paused=True), PORTALS)
    assert all(portal.paused for portal in paused.values())
    served = portals_of(replace(FIRST, languages=("en", "es")), PORTALS)
    assert not any(portal.paused for portal in served.values())
    assert served["ar"].languages == ("en", "es")
    assert served["international"] == PORTALS["international"]


async def test_a_bot_that_is_being_closed_takes_nothing_more(fleets: Fleets) -> None:
    """What was admitted just before goes back to Telegram, for whoever serves the bot next."""
    await fleets.open(FIRST)
    bot = fleets.fleet.admit(KEYS.path(FIRST.bot_id), KEYS.secret(FIRST.bot_id))
    assert bot is not None
    await bot.close()
    with pytest.raises(ClosingError):
        await bot.receive(Update(1))


async def test_a_request_that_is_cut_off_cuts_no_turn_in_two(fleets: Fleets) -> None:
    """The turn is taken to its end, and a stop waits for it."""
    await fleets.open(FIRST)
    bot = fleets.fleet.admit(KEYS.path(FIRST.bot_id), KEYS.secret(FIRST.bot_id))
    assert bot is not None
    gate = fleets.host.gates["slow"] = asyncio.Event()
    update = {"update_id": 1, **_message(5000000001)}
    update["message"]["message_id"] = 1
    asking = asyncio.create_task(bot.receive(read_update(json.dumps(update).encode())))
    await fleets.host.started.get()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    asyncio.get_running_loop().call_later(0.1, gate.set)
    await bot.close()
    assert fleets.host.words == ["slow"]


async def test_a_call_under_way_ends_before_its_connections_close(fleets: Fleets) -> None:
    """A new token in the midst of a call: its answer is waited for, so that no card is shown twice."""
    from bot.channels.telegram.sender import TelegramSender  # noqa: PLC0415 - see transports.py

    sender = TelegramSender(TOKEN, fleets.bot_api.api_url)
    asking = asyncio.create_task(sender.request(Call("getUpdates", {"timeout": 0.3})))
    await asyncio.sleep(0.1)
    await sender.close()
    assert await asking == []


async def _serve(settings: BotSettings) -> None:
    from bot.fleet.host import serve_fleet  # noqa: PLC0415 - it loads aiogram too

    await serve_fleet(settings)


async def test_a_fleet_without_valkey_does_not_start(tmp_path: Path) -> None:
    """A 2xx must not rest on the memory of one process."""
    with pytest.raises(NotReady, match="REPORTLINE_VALKEY_URL"):
        await _serve(BotSettings(data_dir=tmp_path))


async def test_a_fleet_may_open_as_many_files_as_the_system_lets_it(tmp_path: Path) -> None:
    """Each bot has connections of its own; what a shell usually allows is soon used up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        with pytest.raises(NotReady, match=r"intake_public\.key|channel\.token"):
            await _serve(BotSettings(data_dir=tmp_path, valkey_url=SecretStr("valkey://127.0.0.1:1")))
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 512
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
