"""Draws the queue in a terminal of any width; reporters' text can neither command it nor be clicked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportline_queue.intake.answers import (
    AuditEntry,
    Claim,
    Claimed,
    HeldClaim,
    ItemFound,
    ItemsFound,
    ReportShown,
)
from reportline_queue.text import safe, shown_address
from reportline_queue.vocabulary.terms import TermList

Shown = str | Table | Padding
# What is not torn apart where a screen ends.
Part = Sequence[Shown]


# Beside a longer word there is no room for its meaning in 60 columns.
_BESIDE: Final = 20
# What the reporter tapped on the way, and left on the card before sending.
_CIRCUMSTANCES: Final = {
    "knows_child": "knows the child",
    "own_pictures": "is in the pictures, or a friend is",
    "threatened": "is threatened",
    "danger_now": "says that there is danger now",
}


def claims(made: Sequence[Claim]) -> Table:
    """Draw claims by number, with their hosts defanged where the intake gives them."""
    hosts = any(claim.host for claim in made)
    table = _table("claim", *(["host"] if hosts else []), "what it is")
    table.columns[0].no_wrap = True
    for claim in made:
        host = [shown_address(claim.host, plain=False) if claim.host else ""] if hosts else []
        seen = "" if claim.shown else "; not shown yet"
        about = f"{_summary(claim)}; yours until {clock(claim.lease_expires)}{seen}"
        table.add_row(str(claim.number), *host, about)
    return table


def held(claims: Sequence[HeldClaim], now: datetime) -> Iterator[Shown]:
    """Draw everybody's claims, without their addresses; an id is on a line of its own."""
    for claim in claims:
        until = "ran out" if claim.lease_expires <= now else "until"
        yield f"claim {claim.claim_id}"
        yield rows(
            {
                "held by": f"{claim.held_by}, {safe(claim.holder)}",
                "since": f"{claim.claimed_at.astimezone():%Y-%m-%d %H:%M}",
                until: f"{claim.lease_expires.astimezone():%Y-%m-%d %H:%M}",
                "what it is": _summary(claim),
            }
        )


def found(items: ItemsFound) -> Sequence[Part]:
    """Draw items that were found, the latest reported first, without their addresses.

    An id is on a line of its own.
    """
    return [(f"item {item.item_id}", rows(_found(item))) for item in items.items]


def _found(item: ItemFound) -> dict[str, str]:
    told = {"state": state(item), "what it is": _summary(item), "reported": reported(item)}
    return told | changed(item)


def words(listed: TermList) -> Iterator[Shown]:
    """Draw a list of the vocabulary: what it answers, and its words and their meanings."""
    yield Padding(Text(listed.about), (0, 0, 1, 0))
    if max(map(len, listed.values)) <= _BESIDE:
        yield rows({term.value: term.meaning for term in listed.terms})
        return
    for term in listed.terms:
        yield term.value
        yield Padding(Text(term.meaning), (0, 0, 0, 2))


def lists(named: Mapping[str, TermList]) -> Padding:
    """Draw the names of the vocabulary's lists, and what they answer."""
    return rows({name: listed.about for name, listed in named.items()})


def audited(entries: Sequence[AuditEntry]) -> Table:
    """Draw entries of the audit log; they fit into 60 columns, each in two lines."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in ("number", "when (UTC), who", "what, and which item or key"):
        table.add_column(name, overflow="fold")
    for entry in entries:
        table.add_row(
            str(entry.sequence),
            f"{entry.at:%Y-%m-%d %H:%M:%S}\n{entry.who}",
            f"{entry.what}\n{entry.subject}",
        )
    return table


def clock(moment: datetime) -> str:
    """Write a moment of today as the analyst's clock shows it, with how far the clock is from UTC."""
    here = moment.astimezone()
    offset = f"{here:%z}"
    return f"{here:%H:%M} UTC{'' if offset == '+0000' else f'{offset[:3]}:{offset[3:]}'}"


def next_minute(moment: datetime) -> datetime:
    """Give the whole minute in which a moment has come: to be told from when something can be had."""
    return (moment + timedelta(minutes=1, microseconds=-1)).replace(second=0, microsecond=0)


def _summary(shown: Claimed | ItemFound) -> str:
    reports = "1 report" if shown.reports == 1 else f"{shown.reports} reports"
    about = f"{shown.kind}; {reports}; {', '.join(shown.portals)}; {', '.join(shown.languages)}"
    return f"{circumstances(shown)}; {about}" if shown.circumstances else about


def circumstances(shown: Claimed | ItemFound | ReportShown) -> str:
    """Write what reporters tapped and did not leave out."""
    return ", ".join(_CIRCUMSTANCES[each] for each in shown.circumstances)


def changed(shown: Claimed | ItemFound) -> dict[str, str]:
    """Say what was told since the item was looked at, as a row; none if nothing was."""
    if shown.changed_on is None:
        return {}
    words = ", ".join(word.replace("_", " ") for word in shown.changed_words)
    return {"changed since": f"it was looked at, last on {shown.changed_on}: {words}"}


def state(shown: ItemFound) -> str:
    """Say where an item is, and how it was decided."""
    if shown.outcome is None:
        return shown.state
    return (
        f"{shown.state} as {shown.outcome}"
        if shown.state == "assessed"
        else f"{shown.state}; was {shown.outcome}"
    )


def reported(shown: Claimed | ItemFound) -> str:
    """Write the hours in which an item was reported first and last."""
    first, last = hour(shown.first_hour), hour(shown.last_hour)
    return first if first == last else f"{first} to {last}"


def _table(*names: str) -> Table:
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def rows(values: Mapping[str, str]) -> Padding:
    """Draw names and values below one another."""
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for name, value in values.items():
        table.add_row(name, Text(value))
    return Padding(table, (0, 0, 1, 2))


def hour(began: datetime) -> str:
    """Write an hour by when it began."""
    return f"{began:%Y-%m-%d %H}h UTC"
