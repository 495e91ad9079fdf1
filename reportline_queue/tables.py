"""Draws the queue in a terminal of any width; reporters' text can neither command it nor be clicked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportline_queue.intake.answers import (
    AuditEntry,
    Claim,
    ClaimShown,
    DecisionShown,
    HeldClaim,
    ItemFound,
    ItemsFound,
    ItemShown,
    NamedTogether,
    ReportShown,
    ReportsShown,
    Summary,
)
from reportline_queue.text import clean, safe, shown_address
from reportline_queue.vocabulary.terms import TermList

Shown = str | Table | Padding
# What is not torn apart where a screen ends.
Part = Sequence[Shown]
# A decision's fields, in the order in which they are shown.
DECIDED: Final = (
    "outcome",
    "severity",
    "youngest_child",
    "gender",
    "site_type",
    "hosting_country",
    "commerciality",
    "payment_method",
    "non_photographic",
    "flags",
    "action",
    "action_reason",
    "note",
)
# Beside a longer word there is no room for its meaning in 60 columns.
_BESIDE: Final = 20
# What the reporter tapped on the way, and left on the card before sending.
_CIRCUMSTANCES: Final = {
    "knows_child": "knows the child",
    "own_pictures": "is in the pictures, or a friend is",
    "threatened": "is threatened",
    "danger_now": "says that there is danger now",
}


# How many reports say what, in the order in which it is shown.
_SUMMED: Final = {
    "live": "a live stream",
    "seen_today": "seen today",
    "passwords": "a password",
    "positions": "a position on the page",
    "notes": "a note",
}


def claims(made: Sequence[Claim]) -> Table:
    """Draw claims by number, with their hosts defanged where the intake gives them."""
    hosts = any(claim.host for claim in made)
    table = _table("claim", *(["host"] if hosts else []), "what it is")
    table.columns[0].no_wrap = True
    for claim in made:
        named = claim.claim_id if claim.number is None else str(claim.number)
        host = [shown_address(claim.host, plain=False) if claim.host else ""] if hosts else []
        seen = "" if claim.shown is not False else "; not shown yet"
        about = f"{_summary(claim)}; yours until {clock(claim.lease_expires)}{seen}"
        table.add_row(named, *host, about)
    return table


def held(claims: Sequence[HeldClaim], now: datetime) -> Iterator[Shown]:
    """Draw everybody's claims, without their addresses; an id is on a line of its own."""
    for claim in claims:
        until = "ran out" if claim.lease_expires <= now else "until"
        yield f"claim {claim.claim_id}"
        yield _rows(
            {
                "held by": f"{claim.held_by}, {safe(claim.holder)}",
                "since": f"{claim.claimed_at.astimezone():%Y-%m-%d %H:%M}",
                until: f"{claim.lease_expires.astimezone():%Y-%m-%d %H:%M}",
                "what it is": _summary(claim),
            }
        )


def report_parts(page: ReportsShown, *, plain_addresses: bool) -> Sequence[Part]:
    """Draw a further page of an item's reports."""
    return [("a report", _rows(_said(report, plain=plain_addresses))) for report in page.reports]


def claimed_head(shown: ClaimShown, *, plain_addresses: bool) -> Iterator[Shown]:
    """Draw what stands above a claimed item's parts: its address, and how many reports tell what.

    An address is on a line of its own, whole, so that it can be copied.
    """
    claim = {} if shown.number is None else {"claim": str(shown.number)}
    yield from _head(shown, claim | {"yours until": clock(shown.lease_expires)}, plain=plain_addresses)


def claimed_parts(shown: ClaimShown, *, plain_addresses: bool) -> Sequence[Part]:
    """Draw the parts of a claimed item: what was decided, what is named with it, and each report."""
    return [*_history(shown.history), *_words(shown, plain=plain_addresses)]


def more_reports(named: int | str, cursor: str) -> str:
    """Say by which command further reports of an item are shown."""
    return f"More of its reports: reportline queue reports {named} --after {cursor}"


def found(items: ItemsFound) -> Iterator[Shown]:
    """Draw items that were found, without their addresses; an id is on a line of its own."""
    for item in items.items:
        yield f"item {item.item_id}"
        told = {"state": _state(item), "what it is": _summary(item), "reported": _reported(item)}
        yield _rows(told | _changed(item))
    if items.more:
        yield "There are more; these were reported last."


def item_head(shown: ItemShown, *, plain_addresses: bool) -> Iterator[Shown]:
    """Draw what stands above the parts of an item outside the queue: its address, and where it is."""
    yield from _head(shown, {"state": _state(shown)}, plain=plain_addresses)


def item_parts(shown: ItemShown, *, plain_addresses: bool) -> Sequence[Part]:
    """Draw the parts of an item: what its reports say, and what was decided."""
    return [*_words(shown, plain=plain_addresses), *_history(shown.history)]


def words(listed: TermList) -> Iterator[Shown]:
    """Draw a list of the vocabulary: what it answers, and its words and their meanings."""
    yield Padding(Text(listed.about), (0, 0, 1, 0))
    if max(map(len, listed.values)) <= _BESIDE:
        yield _rows({term.value: term.meaning for term in listed.terms})
        return
    for term in listed.terms:
        yield term.value
        yield Padding(Text(term.meaning), (0, 0, 0, 2))


def lists(named: Mapping[str, TermList]) -> Padding:
    """Draw the names of the vocabulary's lists, and what they answer."""
    return _rows({name: listed.about for name, listed in named.items()})


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


def _head(shown: ClaimShown | ItemShown, where: Mapping[str, str], *, plain: bool) -> Iterator[Shown]:
    yield from _tapped(shown)
    yield from _addresses(shown, plain=plain)
    yield _rows({**where, **_about(shown)} | _decided_before(shown.history))
    if summed := _summed(shown.summary):
        yield "how many reports tell"
        yield _rows(summed)


def _addresses(shown: ClaimShown | ItemShown, *, plain: bool) -> Iterator[Shown]:
    yield "address"
    yield shown_address(shown.address_given, plain=plain)
    canonical = _as_given(shown.address_canonical, shown.address_given)
    if canonical != shown.address_given:
        yield "the same, in its canonical form"
        yield shown_address(canonical, plain=plain)


def _as_given(canonical: str, given: str) -> str:
    """Write a canonical address with http where it was given so: an onion service often has no https."""
    if canonical.startswith("https://") and given[:7].lower() == "http://":
        return f"http://{canonical.removeprefix('https://')}"
    return canonical


def _summary(shown: Claim | ItemFound) -> str:
    reports = "1 report" if shown.reports == 1 else f"{shown.reports} reports"
    about = f"{shown.kind}; {reports}; {', '.join(shown.portals)}; {', '.join(shown.languages)}"
    return f"{_circumstances(shown)}; {about}" if shown.circumstances else about


def _tapped(shown: Claim | ItemFound) -> Iterator[Shown]:
    if shown.circumstances:
        yield _rows({"a reporter": _circumstances(shown)})


def _circumstances(shown: Claim | ItemFound | ReportShown) -> str:
    return ", ".join(_CIRCUMSTANCES[each] for each in shown.circumstances)


def _about(shown: ClaimShown | ItemShown) -> dict[str, str]:
    return {
        "item": shown.item_id,
        "kind": f"{shown.kind}, needs joining" if shown.needs_joining else shown.kind,
        "portals": ", ".join(shown.portals),
        "languages": ", ".join(shown.languages),
        "reported": _reported(shown),
    } | _changed(shown)


def _changed(shown: Claim | ItemFound) -> dict[str, str]:
    if shown.changed_on is None:
        return {}
    words = ", ".join(word.replace("_", " ") for word in shown.changed_words)
    return {"changed since": f"it was looked at, last on {shown.changed_on}: {words}"}


def _words(shown: ClaimShown | ItemShown, *, plain: bool) -> Iterator[Part]:
    """Draw what an item's reports say: what else they name, and each of them."""
    if shown.together:
        yield ("named together with", *_named(shown.together, plain=plain), "")
    for number, report in enumerate(shown.details, start=1):
        yield (f"report {number} of {shown.reports}", _rows(_said(report, plain=plain)))


def _summed(summary: Summary) -> dict[str, str]:
    return {words: str(number) for name, words in _SUMMED.items() if (number := getattr(summary, name))}


def _named(together: Sequence[NamedTogether], *, plain: bool) -> Iterator[Shown]:
    for other in together:
        yield f"item {other.item_id}"
        yield shown_address(other.address_given, plain=plain)


def _state(shown: ItemFound) -> str:
    if shown.outcome is None:
        return shown.state
    return (
        f"{shown.state} as {shown.outcome}"
        if shown.state == "assessed"
        else f"{shown.state}; was {shown.outcome}"
    )


def _reported(shown: Claim | ItemFound) -> str:
    first, last = _hour(shown.first_hour), _hour(shown.last_hour)
    return first if first == last else f"{first} to {last}"


def _said(report: ReportShown, *, plain: bool) -> dict[str, str]:
    said = {
        "from": f"{report.portal}, {report.channel}, {report.language}, {_hour(report.hour)}",
        "withdrawn": "yes" if report.withdrawn else "",
        "whole site": _yes_or_no(report.whole_site),
        "complete": "" if report.complete else "no, only what the reporter remembers",
        "the reporter": _circumstances(report),
        "depiction": report.depiction or "",
        "reached": report.reached or "",
        "page before": "" if report.referer is None else shown_address(report.referer, plain=plain),
        "access": report.access or "",
        "password": clean(report.page_password or ""),
        "position": safe(report.position or ""),
        "seen": report.seen or "",
        "live": report.live or "",
        "note": safe(report.note or ""),
    }
    return {name: value for name, value in said.items() if value}


def _decided_before(history: Sequence[DecisionShown]) -> dict[str, str]:
    if not history:
        return {}
    last = history[-1]
    times = "once" if len(history) == 1 else f"{len(history)} times"
    return {"was decided": f"{times}, last as {last.outcome} on {last.assessed_at:%Y-%m-%d}"}


def _history(decisions: Sequence[DecisionShown]) -> Iterator[Part]:
    for decision in decisions:
        yield (f"assessment {decision.assessment_id}", _rows(_decided(decision)))


def _decided(decision: DecisionShown) -> dict[str, str]:
    made = {
        "made": f"{decision.assessed_at:%Y-%m-%d}, by {decision.assessed_by}",
        "corrects": decision.corrects or "",
    }
    said = {name.replace("_", "-"): _value(getattr(decision, name)) for name in DECIDED}
    return {name: value for name, value in (made | said).items() if value}


def _value(said: str | bool | tuple[str, ...] | None) -> str:  # noqa: FBT001 - a field's value
    if said is None or isinstance(said, bool):
        return _yes_or_no(said)
    return safe(said) if isinstance(said, str) else ", ".join(said)


def _table(*names: str) -> Table:
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _rows(values: Mapping[str, str]) -> Padding:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for name, value in values.items():
        table.add_row(name, Text(value))
    return Padding(table, (0, 0, 1, 2))


def _hour(hour: datetime) -> str:
    return f"{hour:%Y-%m-%d %H}h UTC"


def _yes_or_no(answer: bool | None) -> str:  # noqa: FBT001 - the answer itself
    if answer is None:
        return ""
    return "yes" if answer else "no"
