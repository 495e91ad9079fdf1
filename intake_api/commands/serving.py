"""The command that serves the API."""

from pathlib import Path

from intake_api.commands.command_line import ready, run, settings_of
from intake_api.server import listening
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from intake_api.upkeep.locks import serving_alone
from reportline.logs import configure_logs


def serve() -> None:
    """Serve the API until stopped."""
    settings = settings_of(IntakeSettings)
    assembled = ready(lambda: assemble(settings))
    ready(lambda: _require_alone(settings))
    listener = ready(lambda: listening.listen(settings))
    configure_logs()
    run(listening.serve(assembled, listener))


def _require_alone(settings: IntakeSettings) -> None:
    """Refuse a second intake on a file before its port is opened: another port would not help it."""
    if isinstance(settings.database_place(), Path):
        with serving_alone(settings.folder):
            pass
