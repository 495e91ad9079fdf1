"""Runs a command of ours as under an operator who turns up every log there is, again and again.

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
    """Let every logger of every library write all it has to standard output, and ours down to DEBUG."""
    warnings.simplefilter("always")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter(_EVERYTHING))
    loggers = [logging.getLogger(name) for name in (None, *list(logging.root.manager.loggerDict))]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.handlers, logger.disabled = [handler], False


def _keep_up() -> None:
    # The command puts its own logs in order first; libraries that come later are turned up too.
    while logging.getLogRecordFactory() is logging.LogRecord:
        time.sleep(_SECONDS)
    configure_logs("DEBUG")
    while True:
        enable_all_logs()
        time.sleep(_SECONDS)


if __name__ == "__main__":
    threading.Thread(target=_keep_up, daemon=True).start()
    app()
