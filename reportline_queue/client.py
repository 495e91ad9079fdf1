"""The analysts' terminal client: it speaks HTTP to the API, stores nothing, and opens no address."""

import sys
from itertools import chain
from typing import Annotated

import typer

from reportline_queue import HELP, items, numbers, tables
from reportline_queue.address.defanging import refang
from reportline_queue.claim_argument import item_named
from reportline_queue.decisions import assess
from reportline_queue.errors import NotDone
from reportline_queue.intake.answers import (
    ITEM_LENGTH,
    Counts,
    ItemsFound,
    ItemShown,
    ReportsShown,
)
from reportline_queue.intake.api import ask, id_in_path
from reportline_queue.leads import audit, claims, export, free, lift
from reportline_queue.own_claims import (
    FromPart,
    PlainAddresses,
    keep,
    mine,
    put_item,
    release,
    show,
    take_next,
)
from reportline_queue.printing import PlainHelp, Sentences, put, put_screen, put_sentence
from reportline_queue.text import shown_address
from reportline_queue.vocabulary.terms import newest
from reportline_queue.vocabulary.words import list_named
from reportline_queue.work import work

_MAXIMUM_ADDRESS_LENGTH = 2048
# A path often tells what is on a page: to read fifty would be exposure that no guard counts.
_WITHHELD = "Paths are withheld here: `reportline queue item ITEM` shows one, and the guard counts it."
_ONLY_WHOLE = (
    "No item has it. An address of which a reporter remembered only a part, or that cannot be read, "
    "is not found by a search."
)
queue = typer.Typer(
    cls=Sentences,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help=HELP,
)


queue.command(cls=PlainHelp)(work)
queue.command(name="next", cls=PlainHelp)(take_next)
queue.command(cls=PlainHelp)(mine)
queue.command(cls=PlainHelp)(show)
queue.command(cls=PlainHelp)(keep)
queue.command(cls=PlainHelp)(release)
queue.command(cls=PlainHelp)(assess)


@queue.command(cls=PlainHelp)
def words(
    list_name: Annotated[
        str | None, typer.Argument(metavar="[LIST]", help="A list, such as outcome.")
    ] = None,
) -> None:
    """Show the words in which you decide, and what they mean; needs no intake."""
    if list_name is None:
        put(tables.lists(newest().lists), "The words of one: reportline queue words outcome")
        return
    put(*tables.words(list_named(list_name)))


@queue.command(cls=PlainHelp)
def search(
    address: Annotated[str | None, typer.Argument(help="The address, in any spelling, defanged too.")] = None,
    *,
    host: Annotated[
        str | None, typer.Option(help="A host, defanged too, or an address on it, in place of an address.")
    ] = None,
    after: Annotated[str | None, typer.Option(help="Where the page before ended, as it is shown.")] = None,
    start: FromPart = None,
) -> None:
    """Find the item of an address, or the items of a host, 50 at a time, and how they were decided.

    Give no address, and it is asked for, or read from stdin: what stands in a command is kept in your shell's
    history, and others on the machine can see it while the command runs.
    """
    if address is not None and host is not None:
        raise NotDone("Give an address or a host, not both.")
    sought = host if host is not None else _as_reported(address or _typed())
    _require_length(sought)
    wanted = {"address" if host is None else "host": sought, "after": after}
    found = ask(ItemsFound, "POST", "/v1/search", wanted)
    name = shown_address(sought if host is None else refang(sought.strip()), plain=False)
    if found.items:
        _put_found(name, found, start)
    else:
        put(name)
        put_sentence(_ONLY_WHOLE if after is None else "Nothing follows.")


@queue.command(cls=PlainHelp)
def item(
    item_id: Annotated[str, typer.Argument(metavar="ITEM", help="The item, as `queue search` shows it.")],
    *,
    start: FromPart = None,
    plain_addresses: PlainAddresses = False,
) -> None:
    """Show any item: its address, what its reports say, and what was decided."""
    shown = ask(ItemShown, "GET", f"/v1/items/{id_in_path(item_id, ITEM_LENGTH)}")
    drawn = items.item(shown, plain_addresses=plain_addresses)
    put_item(drawn, shown.next_details, start, f"item {item_id}")


@queue.command(cls=PlainHelp)
def reports(
    item_or_claim: Annotated[
        str, typer.Argument(metavar="ITEM", help="The item, or the number of a claim that you hold.")
    ],
    *,
    after: Annotated[str, typer.Option(help="Where the page before ended, as it is shown.")],
    plain_addresses: PlainAddresses = False,
) -> None:
    """Show more of an item's reports, those after a page that you have seen."""
    item_id = item_named(item_or_claim)
    page = ask(ReportsShown, "GET", f"/v1/items/{item_id}/reports", query={"after": after})
    put(*chain.from_iterable(items.report_parts(page, plain_addresses=plain_addresses)))
    if page.next:
        put(items.more_reports(item_or_claim, page.next))


@queue.command(cls=PlainHelp)
def stats() -> None:
    """Show how many items wait, and where reports come from."""
    put(*numbers.counts(ask(Counts, "GET", "/v1/counts")))


queue.command(cls=PlainHelp, rich_help_panel="For leads")(claims)
queue.command(cls=PlainHelp, rich_help_panel="For leads")(free)
queue.command(cls=PlainHelp, rich_help_panel="For leads")(lift)
queue.command(cls=PlainHelp, rich_help_panel="For leads")(export)
queue.command(cls=PlainHelp, rich_help_panel="For auditors")(audit)


def _put_found(name: str, found: ItemsFound, start: int | None) -> None:
    """Print what was found as far as the screen takes it, and how to see the rest."""
    head = [name, _WITHHELD]
    parts = tables.found(found)
    rest = put_screen(head, parts, start and start - 1)
    if rest < len(parts):
        put(f"Part {rest + 1} of {len(parts)} follows: the same search with --from {rest + 1}")
    elif found.next:
        put(f"More were reported earlier: the same search with --after {found.next}")


def _require_length(sought: str) -> None:
    # An argument that was no UTF-8 has characters that cannot be sent.
    unsendable = any("\ud800" <= character <= "\udfff" for character in sought)
    if not 0 < len(sought) <= _MAXIMUM_ADDRESS_LENGTH or unsendable:
        raise NotDone("An address or a host is 1 to 2048 characters.")


def _typed() -> str:
    """Read an address without showing what is typed; it is shown defanged afterwards."""
    if sys.stdin.isatty():
        asked: str = typer.prompt("Address (not shown while you type)", hide_input=True, err=True)
        return asked
    # Read as bytes: a text that is no UTF-8 is an unknown address, and no fault of the terminal.
    return sys.stdin.buffer.readline().decode("utf-8", "replace")


def _as_reported(typed: str) -> str:
    """Give the one address in what was typed as a report would name it: refanged, without the sharer."""
    from reportline_queue.address.finding import find  # noqa: PLC0415 - only a search needs it

    addresses = find(typed, handles=True).addresses
    return addresses[0].given if len(addresses) == 1 else typed.strip()
