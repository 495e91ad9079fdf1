"""Makes what is missing on a machine that runs the bot and the intake."""

import typer

from bot.settings import BotSettings
from intake_api.commands.command_line import ready, settings_of
from intake_api.commands.set_up import set_up
from intake_api.settings import IntakeSettings, QueueSettings


def set_up_everything(settings: BotSettings) -> None:
    """Make folders, keys, the database and the first access keys, and say where they are."""
    intake_settings, analyst_token_file = settings_of(IntakeSettings), settings_of(QueueSettings).token_file
    ready(
        lambda: set_up(
            intake_settings,
            channel_token_file=settings.channel_token_file,
            analyst_token_file=analyst_token_file,
            public_key_file=settings.public_key_file,
        )
    )
    typer.echo(f"Keys and database are in {settings.data_dir.resolve()}; keep that folder to yourself.")
