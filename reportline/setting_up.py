"""Makes what is missing on a machine that runs the bot and the intake."""

from pathlib import Path

import httpx
import typer

from bot.settings import BotSettings
from intake_api.commands.command_line import ready, settings_of
from intake_api.commands.set_up import set_up
from intake_api.settings import IntakeSettings, QueueSettings
from reportline.readiness import NotReady


def set_up_everything(settings: BotSettings) -> None:
    """Make folders, keys, the database and the first access keys, and say where they are."""
    intake_settings, queue_settings = settings_of(IntakeSettings), settings_of(QueueSettings)
    if not settings.public_key_file.exists():
        ready(lambda: _require_no_other(settings.intake_url, intake_settings.folder))
    ready(
        lambda: set_up(
            intake_settings,
            channel_token_file=settings.channel_token_file,
            analyst_token_file=queue_settings.first_token_file,
            public_key_file=settings.public_key_file,
        )
    )
    typer.echo(f"Keys and database are in {settings.data_dir.resolve()}; keep that folder to yourself.")


def intake_answers(url: str) -> bool:
    """Tell whether an intake is ready at this URL."""
    try:
        return httpx.get(f"{url}/readyz", timeout=1, trust_env=False).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def _require_no_other(url: str, folder: Path) -> None:
    """Refuse to make keys in a folder that is perhaps the wrong one: what answers has its keys elsewhere."""
    if not folder.is_dir() and intake_answers(url):
        raise NotReady(
            f"An intake answers at {url}, and {folder} has no keys. Go to the folder of that intake, or set "
            "REPORTLINE_DATA_DIR. To make another one here, set REPORTLINE_INTAKE_PORT, or the "
            "REPORTLINE_INTAKE_URL that it is to have."
        )
