"""`python -m reportline`, and the command `reportline`."""

from collections.abc import Callable

from reportline.garbage import collect_nothing
from reportline_queue.starting import start


def main() -> None:
    """Run a command."""
    start(_load)


def _load() -> Callable[[], None]:
    collect_nothing()
    from reportline.command_line import app

    return app


if __name__ == "__main__":
    main()
