"""Makes what is missing on a machine that runs the bot and the intake."""

import typer

from bot.commands.command_line import ready
from bot.settings import BotSettings
from intake_api.commands.set_up import set_up
from intake_api.settings import IntakeSettings, QueueSettings
from reportline.settings import read_settings


def set_up_everything(settings: BotSettings) -> None:
    """Make folders, keys, the database and the first access keys, and say where they are."""
    set_up(
        ready(lambda: read_settings(IntakeSettings)),
        channel_token_file=settings.channel_token_file,
        analyst_token_file=ready(lambda: read_settings(QueueSettings)).token_file,
        public_key_file=settings.public_key_file,
    )
    typer.echo(f"Keys and database are in {settings.data_dir.resolve()}; keep that folder to yourself.")
