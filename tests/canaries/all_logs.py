"""Runs a command of `reportline` with every logger of every library enabled at its lowest level.

python -m tests.canaries.all_logs bot poll
"""

import logging
import sys
import threading
import time
import warnings

from reportline.command_line import app
from reportline.logs import configure_logs

_EVERYTHING = "%(name)s %(levelname)s %(message)s %(args)s %(exc_text)s %(stack_info)s %(pathname)s"
_SECONDS = 0.05


def enable_all_logs() -> None:
    """Let every logger write every record with all its fields to standard output."""
    warnings.simplefilter("always")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter(_EVERYTHING))
    loggers = [logging.getLogger(name) for name in (None, *list(logging.root.manager.loggerDict))]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.handlers, logger.disabled = [handler], False


def _keep_up() -> None:
    # The command configures its own logs first; loggers of libraries that are imported later are enabled too.
    while logging.getLogRecordFactory() is logging.LogRecord:
        time.sleep(_SECONDS)
    configure_logs("DEBUG")
    while True:
        enable_all_logs()
        time.sleep(_SECONDS)


if __name__ == "__main__":
    threading.Thread(target=_keep_up, daemon=True).start()
    app()
