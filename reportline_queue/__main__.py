"""`python -m reportline_queue`, and the command `reportline-queue`."""

from collections.abc import Callable

from reportline_queue.starting import start


def main() -> None:
    """Run a command."""
    start(_load)


def _load() -> Callable[[], None]:
    from reportline_queue.client import queue  # noqa: PLC0415 - Ctrl-C while it is imported is met by then

    return queue


if __name__ == "__main__":
    main()
