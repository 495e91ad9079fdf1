"""A fleet's bot and its own Telegram, which sends updates over Caddy or straight to a process."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bot.fleet.webhook_keys import read_webhook_keys
from tests.bot_api_server import BotApiServer
from tests.compose.deployed import SECONDS, Deployed
from tests.webhook_posts import Address

PROCESSES: Final = ("fleet_1", "fleet_2")
FLEET_TOKEN: Final = "654321:" + "canary_fleet_token_" * 2
_BOTS: Final = (
    '[[bots]]\nportal = "international"\nusername = "reports_bot"\ntoken_file = "reports_bot.token"\n'
)


def write_bots(folder: Path) -> None:
    """Write bots.toml and the bot's token, as an operator does."""
    folder.mkdir(mode=0o700)
    (folder / "bots.toml").write_text(_BOTS, encoding="ascii")
    (folder / "reports_bot.token").write_text(f"{FLEET_TOKEN}\n", encoding="ascii")
    (folder / "reports_bot.token").chmod(0o400)


@asynccontextmanager
async def telegram_of_a_fleet(
    deployed: Deployed, caddys_authority: Path | None
) -> AsyncIterator[BotApiServer]:
    """Serve a Telegram that sends updates over Caddy, with its authority's certificate, or straight."""
    async with BotApiServer(FLEET_TOKEN) as telegram:
        telegram.world.balancer = lambda _: _addresses(deployed, by_caddy=caddys_authority is not None)
        telegram.world.tls = (
            ssl.create_default_context(cafile=str(caddys_authority)) if caddys_authority else None
        )
        deployed.telegrams |= dict.fromkeys(PROCESSES, telegram.url)
        yield telegram


def _addresses(deployed: Deployed, *, by_caddy: bool) -> list[Address]:
    if by_caddy:
        return [("localhost", deployed.machine.port("caddy", "8443"))]
    return [("127.0.0.1", deployed.machine.port(name, "8090")) for name in PROCESSES]


async def start_first_and_sync(deployed: Deployed) -> None:
    """Start the first process, and have Telegram told of its webhook meanwhile."""
    sync = ("reportline", "fleet", "sync", "--yes")
    await asyncio.gather(
        asyncio.to_thread(deployed.start, PROCESSES[0]), asyncio.to_thread(deployed.run, PROCESSES[0], *sync)
    )


async def all_confirmed(telegram: BotApiServer) -> None:
    """Wait until every update was answered with 2xx."""
    async with asyncio.timeout(SECONDS):
        while telegram.api.waiting:
            await asyncio.sleep(0.01)


def opened_by(deployed: Deployed) -> set[str]:
    """Give the secrets of the fleet's webhooks: its key, and the bot's path and secret."""
    key = deployed.machine.volume("bot") / "fleet.key"
    keys = read_webhook_keys(key)
    bot = FLEET_TOKEN.partition(":")[0]
    return {key.read_text(encoding="ascii").strip(), keys.path(bot), keys.secret(bot)}
