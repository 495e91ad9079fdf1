"""How the queue looks in a terminal of any width; what reporters wrote neither commands it nor is clicked."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conversations.address import defang, find
from intake_api.contract import Claim, ClaimShown, Counts, ReportShown
from intake_api.decision import DecisionShown

Shown = str | Table | Padding
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Persian, Urdu and Hindi words need these two joiners.
_NEEDED = frozenset("\n\u200c\u200d")
_ISOLATE, _ISOLATED = "\u2068", "\u2069"


def clean(text: str) -> str:
    """Take out what a terminal would obey instead of show, and what turns the direction of writing."""
    return "".join(_clean_character(character) for character in text)


def safe(text: str) -> str:
    """Write free text so that no address in it can be clicked."""
    return re.sub(r"\S+", lambda word: _safe_word(word[0]), clean(text))


def claims(made: Sequence[Claim]) -> Table:
    """Draw the claims just made, without their addresses."""
    table = _table("claim", "what it is")
    table.columns[0].no_wrap = True
    for claim in made:
        reports = "1 report" if claim.reports == 1 else f"{claim.reports} reports"
        sources = f"{', '.join(claim.portals)}; {', '.join(claim.languages)}"
        until = f"yours until {claim.lease_expires.astimezone():%H:%M}"
        table.add_row(claim.claim_id, f"{claim.kind}; {reports}; {sources}; {until}")
    return table


def item(shown: ClaimShown, *, plain_addresses: bool) -> Iterator[Shown]:
    """Draw a claimed item; an address stands on a line of its own, whole, so that it can be copied."""
    yield "address"
    yield _address(shown.address_given, plain=plain_addresses)
    if shown.address_canonical != shown.address_given:
        yield "the same, in its canonical form"
        yield _address(shown.address_canonical, plain=plain_addresses)
    yield _rows(_about(shown))
    for number, report in enumerate(shown.details, start=1):
        yield f"report {number} of {shown.reports}"
        yield _rows(_said(report, plain=plain_addresses))
    for decision in shown.history:
        yield f"assessed on {decision.assessed_at:%Y-%m-%d} by {decision.assessed_by}"
        yield _rows(_decided(decision))


def counts(counted: Counts) -> Iterator[Shown]:
    """Draw where the items are, and where reports come from."""
    items = _table("waiting", "claimed", "assessed")
    items.add_row(str(counted.waiting), str(counted.claimed), str(counted.assessed))
    yield items
    reports = _table("portal", "language", "reports")
    for source in counted.reports:
        reports.add_row(source.portal, source.language, str(source.reports))
    yield reports


def _safe_word(word: str) -> str:
    return defang(word) if find(word, handles=True).addresses else word


def _clean_character(character: str) -> str:
    if character in _NEEDED or unicodedata.category(character) not in _UNSEEN:
        return character
    return " " if character in "\t\r\v\f\u2028\u2029" else ""


def _address(given: str, *, plain: bool) -> str:
    return clean(given) if plain else f"{_ISOLATE}{clean(defang(given))}{_ISOLATED}"


def _about(shown: ClaimShown) -> dict[str, str]:
    return {
        "kind": f"{shown.kind}, needs joining" if shown.needs_joining else shown.kind,
        "portals": ", ".join(shown.portals),
        "languages": ", ".join(shown.languages),
        "reported": f"{_hour(shown.first_hour)} to {_hour(shown.last_hour)}",
        "yours until": f"{shown.lease_expires.astimezone():%H:%M}",
    }


def _said(report: ReportShown, *, plain: bool) -> dict[str, str]:
    said = {
        "from": f"{report.portal}, {report.channel}, {report.language}, {_hour(report.hour)}",
        "withdrawn": "yes" if report.withdrawn else "",
        "whole site": "" if report.whole_site is None else _yes_or_no(report.whole_site),
        "complete": "" if report.complete else "no, only what the reporter remembers",
        "depiction": report.depiction or "",
        "reached": report.reached or "",
        "page before": "" if report.referer is None else _address(report.referer, plain=plain),
        "access": report.access or "",
        "password": clean(report.page_password or ""),
        "position": safe(report.position or ""),
        "seen": report.seen or "",
        "live": report.live or "",
        "note": safe(report.note or ""),
    }
    return {name: value for name, value in said.items() if value}


def _decided(decision: DecisionShown) -> dict[str, str]:
    decided = {
        "outcome": decision.outcome,
        "severity": decision.severity or "",
        "youngest child": decision.youngest_child or "",
        "action": decision.action or "",
        "note": safe(decision.note or ""),
    }
    return {name: value for name, value in decided.items() if value}


def _table(*names: str) -> Table:
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _rows(values: dict[str, str]) -> Padding:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for name, value in values.items():
        table.add_row(name, Text(value))
    return Padding(table, (0, 0, 1, 2))


def _hour(hour: datetime) -> str:
    return f"{hour:%Y-%m-%d %H}h UTC"


def _yes_or_no(answer: bool) -> str:  # noqa: FBT001 - the answer itself
    return "yes" if answer else "no"
