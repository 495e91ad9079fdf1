"""Checks the bot host for `reportline doctor`: changes nothing, and says what to do about each fault."""

import asyncio
import os
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.delivery.courier import FILLING_PERCENT
from bot.delivery.intake import HttpIntake
from bot.delivery.intake_match import MISMATCHES, Match, advice_on
from bot.delivery.intake_watch import IntakeWatch
from bot.delivery.outbox import keys_in, set_aside_folder
from bot.delivery.outbox_state import state_of
from bot.fleet.bots_file import read_bots
from bot.sessions.filed_secrets import FiledTalkSecrets
from bot.sessions.store import StoreAway
from bot.sessions.valkey import ValkeySessions
from bot.settings import (
    BotSettings,
    channel_token,
    intake_public_key,
    talk_secrets_file,
    telegram_token,
    valkey_url,
)
from bot.talks.portals import PortalsUnreadable, read_portals
from bot.tools.before_serving import open_points
from locales.catalogues import KNOWN_LANGUAGES
from reportline.checks import Check, look_at
from reportline.private_files import require_owner, require_private
from reportline.readiness import NotReady

if TYPE_CHECKING:
    from collections.abc import Callable

# Room for a thousand reports that wait, each of 128 KiB at most.
ENOUGH_BYTES: Final = 128 * 1024 * 1024


def check(settings: BotSettings) -> list[Check]:
    """Check everything that the bot host needs on this machine."""
    looks: tuple[tuple[str, Callable[[BotSettings], str]], ...] = (
        ("bot folder", _look_at_folder),
        ("intake's public key", _look_at_public_key),
        ("channel token", _look_at_channel_token),
        ("Telegram token", _look_at_telegram_token),
        ("session store", _look_at_session_store),
        ("outbox", _look_at_outbox),
        ("disk", _look_at_disk),
        ("portals", _look_at_portals),
        ("before serving", _look_at_sheet),
        ("fleet", _look_at_fleet),
    )
    return [look_at(name, partial(look, settings)) for name, look in looks]


def check_match(settings: BotSettings) -> Check:
    """Ask the intake whether it is this bot's; one that does not answer is no fault of this host."""
    return look_at("intake of this bot", partial(_look_at_match, settings))


def _look_at_match(settings: BotSettings) -> str:
    try:
        intake_public_key(settings), channel_token(settings)
    except NotReady:
        return "is asked once this host's public key and channel token are there"
    match = asyncio.run(_ask(settings))
    if match in MISMATCHES:
        raise NotReady(advice_on(match, settings))
    return advice_on(match, settings)


async def _ask(settings: BotSettings) -> Match:
    intake = HttpIntake(settings.intake_url, channel_token(settings))
    try:
        return await IntakeWatch(intake, intake_public_key(settings)).ask()
    finally:
        await intake.close()


def _look_at_folder(settings: BotSettings) -> str:
    folder = _folder(settings)
    for path in (folder, *folder.rglob("*")):
        if path != settings.public_key_file:
            # A report may be delivered meanwhile, and its file be gone.
            with suppress(FileNotFoundError):
                require_private(path)
                require_owner(path, folder)
    return f"{folder} is closed to others"


def _folder(settings: BotSettings) -> Path:
    if not settings.folder.is_dir():
        raise NotReady(f"There is no folder {settings.folder}. `reportline setup` makes it.")
    return settings.folder


def _look_at_public_key(settings: BotSettings) -> str:
    return f"reports are sealed to the key {intake_public_key(settings).key_id}"


def _look_at_channel_token(settings: BotSettings) -> str:
    channel_token(settings)
    return "is there"


def _look_at_telegram_token(settings: BotSettings) -> str:
    if not settings.has_telegram_token:
        return "none, so no bot is polled; to poll one, set REPORTLINE_TELEGRAM_TOKEN_FILE to a file of it"
    telegram_token(settings)
    return "has the shape of one; whether Telegram takes it shows when it is asked"


def _look_at_fleet(settings: BotSettings) -> str:
    if not settings.bots_file.is_file():
        return f"there is no {settings.bots_file}, so no fleet is served"
    try:
        bots = read_bots(settings.bots_file, read_portals(settings.portals_dir, KNOWN_LANGUAGES), os.environ)
    except PortalsUnreadable:
        raise NotReady("The portals cannot be read. `reportline portal check` tells the lines.") from None
    if valkey_url(settings) is None:
        raise NotReady(
            "A fleet keeps open talks in Valkey. Set REPORTLINE_VALKEY_URL_FILE to a file of its URL."
        )
    served = {bot.bot_id for bot in bots}
    if settings.has_telegram_token and telegram_token(settings).partition(":")[0] in served:
        raise NotReady(f"{settings.bots_file} names the bot that is polled. Take it out there, or poll none.")
    return (
        f"{len(bots)} bots can be served; `reportline fleet sync` looks at what Telegram keeps of them, and "
        "/readyz of each process says how it is"
    )


def _look_at_session_store(settings: BotSettings) -> str:
    url = valkey_url(settings)
    if url is None:
        return (
            "memory: a restart of the bot ends the open talks; to keep them, set REPORTLINE_VALKEY_URL_FILE "
            "to a file of Valkey's URL"
        )
    secrets = FiledTalkSecrets(talk_secrets_file(settings), time.time)
    try:
        asyncio.run(_probe(ValkeySessions(url, secrets, time.time, private_hosts=settings.private_hosts)))
    except StoreAway as away:
        raise NotReady(str(away)) from None
    return "Valkey answers; a restart of the bot continues the open talks"


async def _probe(sessions: ValkeySessions) -> None:
    async with sessions:
        await sessions.probe()


def _look_at_outbox(settings: BotSettings) -> str:
    seen = state_of(settings.outbox_folder)
    percent = seen.percent(settings.outbox_maximum)
    if seen.aside:
        aside = set_aside_folder(settings.outbox_folder)
        keys = ", ".join(keys_in(aside))
        sealed_to = f" They are sealed to {keys}." if keys else ""
        raise NotReady(
            f"Reports that the intake refused or that are damaged: {seen.aside}, in {aside}.{sealed_to} Once "
            "the cause is mended, try them again: `reportline outbox flush --set-aside`."
        )
    if percent >= FILLING_PERCENT:
        raise NotReady(
            f"It is {percent} % full: {seen.waiting} reports wait. Have the intake take them "
            "(`reportline outbox flush`), or set REPORTLINE_OUTBOX_MAXIMUM higher."
        )
    return f"reports that wait for the intake: {seen.waiting}"


def _look_at_disk(settings: BotSettings) -> str:
    free = shutil.disk_usage(_folder(settings)).free
    if free < ENOUGH_BYTES:
        raise NotReady(f"{free // 1024**2} MiB are free for reports that wait. Make room.")
    return f"{free // 1024**2} MiB are free"


def _look_at_portals(settings: BotSettings) -> str:
    if not next(settings.portals_dir.glob("*.toml"), None):
        raise NotReady(f"There are no portals in {settings.portals_dir}. Set REPORTLINE_PORTALS_DIR.")
    if not (settings.portals_dir / f"{settings.portal}.toml").is_file():
        raise NotReady(
            f"There is no portal {settings.portal} in {settings.portals_dir}. Set REPORTLINE_PORTAL."
        )
    try:
        portal = read_portals(settings.portals_dir, KNOWN_LANGUAGES)[settings.portal]
    except PortalsUnreadable as wrong:
        first = str(wrong).partition("\n")[0]
        raise NotReady(f"{first}. No bot starts so. `reportline portal check` tells every line.") from None
    except KeyError:
        raise NotReady(
            f"{settings.portal}.toml in {settings.portals_dir} names another portal. Set REPORTLINE_PORTAL."
        ) from None
    if portal.paused:
        return f"{settings.portal} is there, and paused: its reporters read where else to report"
    return f"{settings.portal} is there, and can be served"


def _look_at_sheet(settings: BotSettings) -> str:
    """Advise on what no machine can do; it is no fault of the machine."""
    try:
        portals = read_portals(settings.portals_dir, KNOWN_LANGUAGES)
    except PortalsUnreadable:
        return "the sheet can be written once the portals can be read"
    chosen = portals.get(settings.portal)
    points = "; ".join(open_points(chosen, datetime.now(UTC))) if chosen else "the portal is missing"
    return f"{settings.portal}: {points}. `reportline portal check --before-serving` prints the sheets"
