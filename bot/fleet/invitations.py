"""Makes the links for a portal's web page: one for each language of each of the portal's bots."""

from bot.fleet.bots_file import BotEntry, require_username
from bot.fleet.chosen_bots import read_fleet
from bot.settings import BotSettings
from bot.talks.portals import read_portals
from bot.tools.portal_links import Invitation
from locales.catalogues import KNOWN_LANGUAGES
from reportline.readiness import NotReady


def invitations_of(settings: BotSettings, portal_id: str, username: str | None) -> tuple[Invitation, ...]:
    """Give a portal's invitations in each language: to its bots in bots.toml, or to the bot named here.

    Raises NotReady.
    """
    portals = read_portals(settings.portals_dir, KNOWN_LANGUAGES)
    if portal_id not in portals:
        raise NotReady(f"There is no such portal in {settings.portals_dir}. There are {', '.join(portals)}.")
    if username is not None:
        bots = [(_named(username), portals[portal_id].languages)]
    else:
        bots = [(bot.username, bot.languages) for bot in _fleet(settings) if bot.portal == portal_id]
    if not bots:
        raise NotReady(f"No bot in {settings.bots_file} serves this portal. Add one, or give --username.")
    return tuple(Invitation(name, portal_id, language) for name, languages in bots for language in languages)


def _fleet(settings: BotSettings) -> tuple[BotEntry, ...]:
    if not settings.bots_file.exists():
        raise NotReady(
            f"{settings.bots_file} names no bots, since it is not there. Give --username, the bot's @name."
        )
    return read_fleet(settings)


def _named(username: str) -> str:
    try:
        return require_username(username.removeprefix("@"))
    except NotReady:
        raise NotReady(
            "--username is the bot's @name, which ends in bot: --username example_ar_bot."
        ) from None
