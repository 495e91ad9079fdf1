"""The command `reportline`: it mounts the commands of every part, and adds those that concern them all.

Every module that it imports at the start is thin: a command imports what it runs when it is called.
"""

import errno
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_group

import reportline_queue
from bot.commands.bot import bot
from bot.commands.command_line import bot_settings, ready
from bot.commands.fleet import fleet
from bot.commands.flow import flow
from bot.commands.outbox import outbox
from bot.commands.portal import portal
from bot.commands.preview import preview
from intake_api.commands.intake import intake
from locales.commands import app as locales
from reportline.setting_names import OF_CLIENT, unknown_variables

HELP = "Reportline: bots that take reports from people who stay unknown, and the intake that queues them."


class _Commands(TyperGroup):
    """All commands; of them, `queue` is the analysts' client, which is loaded only to run."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.commands["queue"] = TyperCommand("queue", help=reportline_queue.HELP)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what the system or a setting does not let it do, it says in a sentence."""
        try:
            return super().invoke(ctx)
        except OSError as fault:
            # Whoever reads the output has enough: typer ends the command without a word.
            if fault.errno == errno.EPIPE:
                raise
            from reportline.readiness import told_by_system

            typer.echo(told_by_system(fault), err=True)
            raise typer.Exit(1) from None
        except TyperException as fault:
            # The kind of the error is no word for a person.
            fault.message = fault.message.removeprefix("Value error, ")
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name != "queue":
            return name, command, rest
        from reportline.config_file import set_variables
        from reportline_queue.client import queue

        ready(lambda: set_variables(OF_CLIENT))
        group = get_group(queue)
        group.name = name
        return name, group, rest


app = typer.Typer(
    cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=HELP
)
locales.command()(preview)
app.add_typer(bot, name="bot")
app.add_typer(flow, name="flow")
app.add_typer(portal, name="portal")
app.add_typer(outbox, name="outbox")
app.add_typer(fleet, name="fleet")
app.add_typer(locales, name="locales")
app.add_typer(intake, name="intake")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer gives the option's value
    if wanted:
        from importlib.metadata import version

        typer.echo(version("reportline"))
        raise typer.Exit


@app.callback()
def before_each(
    *,
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Tell of each variable that is no setting, before the command begins."""
    for sentence in unknown_variables():
        typer.echo(sentence, err=True)


@app.command()
def run(
    start: Annotated[str, typer.Option(help="a start link's payload, such as ar-es or practice")] = "",
) -> None:
    """Start everything on this machine: the intake, the Telegram bot if there is a token, a talk here."""
    from reportline.running import run_everything

    run_everything(bot_settings(writes=True), start)


@app.command()
def setup() -> None:
    """Make what is missing: folders, keys (0600), the database, the first access keys."""
    from reportline.setting_up import set_up_everything

    set_up_everything(bot_settings(writes=True))


@app.command()
def settings() -> None:
    """List every setting with its meaning, value, source and default; secrets are hidden."""
    from rich.console import Console
    from rich.text import Text

    from intake_api.settings import BackupSettings, QueueSettings
    from reportline.settings import described_settings, read_settings

    rows = {
        row.name: row
        for part in (
            bot_settings(),
            ready(lambda: read_settings(BackupSettings)),
            ready(lambda: read_settings(QueueSettings)),
        )
        for row in described_settings(part)
    }
    console = Console(highlight=False)
    for name in sorted(rows):
        row = rows[name]
        console.print(Text(f"{row.name} = {row.value or '(none)'}", style="bold"), soft_wrap=True)
        console.print(Text(f"    {row.meaning}"))
        console.print(
            Text(f"    from: {row.source}; default: {row.default or '(none)'}", style="dim"), soft_wrap=True
        )


@app.command()
def doctor(
    audit_head: Annotated[
        str | None,
        typer.Option(metavar="NUMBER:CHAIN", help="A head of the audit log that an auditor has noted down."),
    ] = None,
    health_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Port of the polled bot's health here; without it the bot is not asked."
        ),
    ] = None,
) -> None:
    """Look at keys, file modes, database, token, API and portals, and say what to do; status 1 on a fault."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from reportline.doctor import look_at_everything
    from reportline.plain_text import plain_lines

    found = look_at_everything(bot_settings(), audit_head, health_port)
    # Folded and never cut, so that a path can be copied.
    table = Table("", "what", Column("advice", overflow="fold"))
    for look in found:
        # As text: a path or an id may hold what Rich would take for a colour, or a terminal for a command.
        told = [Text(plain_lines(part)) for part in (look.name, look.advice)]
        table.add_row("ok" if look.fine else "FAULT", *told)
    Console().print(table)
    raise typer.Exit(int(not all(look.fine for look in found)))
