"""The command that serves the API."""

from intake_api.commands.command_line import ready, run, settings_of
from intake_api.server import listening
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from reportline.logs import configure_logs


def serve() -> None:
    """Serve the API until stopped."""
    settings = settings_of(IntakeSettings)
    assembled = ready(lambda: assemble(settings))
    listener = ready(lambda: listening.listen(settings))
    configure_logs()
    run(listening.serve(assembled, listener))
