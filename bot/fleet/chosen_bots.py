"""Reads the bots of bots.toml for a command: all of them, or those that it names."""

import os
from collections.abc import Iterable, Sequence

from bot.fleet.bots_file import BotEntry, read_bots
from bot.settings import BotSettings
from bot.talks.portals import read_portals
from locales.catalogues import KNOWN_LANGUAGES
from reportline.readiness import NotReady


def read_fleet(settings: BotSettings) -> tuple[BotEntry, ...]:
    """Read the bots of bots.toml; raises NotReady."""
    portals = read_portals(settings.portals_dir, KNOWN_LANGUAGES)
    return read_bots(settings.bots_file, portals, os.environ)


def chosen(bots: Sequence[BotEntry], usernames: Iterable[str]) -> tuple[BotEntry, ...]:
    """Give the bots of these @names, or all where none is named; raises NotReady for an unknown name."""
    named = {bot.username.lower(): bot for bot in bots}
    wanted = [username.removeprefix("@").lower() for username in usernames] or [*named]
    if not named.keys() >= {*wanted}:
        raise NotReady(f"No bot of this name is in the file. There are {', '.join(sorted(named))}.")
    return tuple(named[username] for username in dict.fromkeys(wanted))
