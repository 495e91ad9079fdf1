"""`python -m reportline`, and the command `reportline`."""

from reportline.garbage import collect_nothing


def main() -> None:
    """Run a command."""
    collect_nothing()
    from reportline.command_line import app

    app()


if __name__ == "__main__":
    main()
