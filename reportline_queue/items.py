"""Draws an item in a terminal of any width: what stands on the first screen, and the parts that follow."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reportline_queue.intake.answers import (
    ClaimShown,
    DecisionShown,
    ItemShown,
    NamedTogether,
    ReportShown,
    ReportsShown,
    Summary,
)
from reportline_queue.tables import Part, Shown, changed, circumstances, clock, hour, reported, rows, state
from reportline_queue.text import clean, safe, shown_address

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
# How many reports say what, in the order in which it is shown.
_SUMMED: Final = {
    "live": "a live stream",
    "seen_today": "seen today",
    "passwords": "a password",
    "positions": "a position on the page",
    "notes": "a note",
}


class Drawn(NamedTuple):
    """An item as it is drawn: its address alone, what stands on the first screen, and the parts that follow.

    An address is on a line of its own, whole, so that it can be copied.
    """

    address: str
    head: Sequence[Shown]
    parts: Sequence[Part]


def claimed(shown: ClaimShown, *, plain_addresses: bool) -> Drawn:
    """Draw a claimed item: what was decided, what is named with it, and each report are its parts."""
    until = f"yours until {clock(shown.lease_expires)}"
    parts = [*_history(shown.history), *_words(shown, plain=plain_addresses)]
    return _drawn(shown, {"claim": f"{shown.number}, {until}"}, parts, plain=plain_addresses)


def item(shown: ItemShown, *, plain_addresses: bool) -> Drawn:
    """Draw an item outside the queue: what its reports say and what was decided are its parts."""
    parts = [*_words(shown, plain=plain_addresses), *_history(shown.history)]
    return _drawn(shown, {"state": state(shown)}, parts, plain=plain_addresses)


def more_reports(named: str, cursor: str) -> str:
    """Say by which command further reports of an item are shown."""
    return f"More of its reports: reportline queue reports {named} --after {cursor}"


def report_parts(page: ReportsShown, *, plain_addresses: bool) -> Sequence[Part]:
    """Draw a further page of an item's reports."""
    return [("a report", rows(_said(report, plain=plain_addresses))) for report in page.reports]


def _drawn(
    shown: ClaimShown | ItemShown, where: Mapping[str, str], parts: Sequence[Part], *, plain: bool
) -> Drawn:
    address = shown_address(shown.address_given, plain=plain)
    return Drawn(address, [*_head(shown, where, plain=plain)], parts)


def _head(shown: ClaimShown | ItemShown, where: Mapping[str, str], *, plain: bool) -> Iterator[Shown]:
    yield from _tapped(shown)
    yield from _addresses(shown, plain=plain)
    yield rows({**where, **_about(shown)} | _decided_before(shown.history) | _summed(shown.summary))


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


def _tapped(shown: ClaimShown | ItemShown) -> Iterator[Shown]:
    if shown.circumstances:
        yield rows({"a reporter": circumstances(shown)})


def _about(shown: ClaimShown | ItemShown) -> dict[str, str]:
    return {
        "item": shown.item_id,
        "kind": f"{shown.kind}, needs joining" if shown.needs_joining else shown.kind,
        "reported": f"{reported(shown)}; {', '.join(shown.portals)}; {', '.join(shown.languages)}",
    } | changed(shown)


def _decided_before(history: Sequence[DecisionShown]) -> dict[str, str]:
    if not history:
        return {}
    last = history[-1]
    times = "once" if len(history) == 1 else f"{len(history)} times"
    return {"was decided": f"{times}, last as {last.outcome} on {last.assessed_at:%Y-%m-%d}"}


def _summed(summary: Summary) -> dict[str, str]:
    told = [f"{words} {number}" for name, words in _SUMMED.items() if (number := getattr(summary, name))]
    return {"reports tell": ", ".join(told)} if told else {}


def _words(shown: ClaimShown | ItemShown, *, plain: bool) -> Iterator[Part]:
    """Draw what an item's reports say: what else they name, and each of them."""
    if shown.together:
        yield ("named together with", *_named(shown.together, plain=plain), "")
    for number, report in enumerate(shown.details, start=1):
        yield (f"report {number} of {shown.reports}", rows(_said(report, plain=plain)))


def _named(together: Sequence[NamedTogether], *, plain: bool) -> Iterator[Shown]:
    for other in together:
        yield f"item {other.item_id}"
        yield shown_address(other.address_given, plain=plain)


def _said(report: ReportShown, *, plain: bool) -> dict[str, str]:
    said = {
        "from": f"{report.portal}, {report.channel}, {report.language}, {hour(report.hour)}",
        "withdrawn": "yes" if report.withdrawn else "",
        "whole site": _yes_or_no(report.whole_site),
        "complete": "" if report.complete else "no, only what the reporter remembers",
        "the reporter": circumstances(report),
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


def _history(decisions: Sequence[DecisionShown]) -> Iterator[Part]:
    for decision in decisions:
        yield (f"assessment {decision.assessment_id}", rows(_decided(decision)))


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


def _yes_or_no(answer: bool | None) -> str:  # noqa: FBT001 - the answer itself
    if answer is None:
        return ""
    return "yes" if answer else "no"
