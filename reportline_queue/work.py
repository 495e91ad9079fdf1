"""Takes one item after another, shows it and records the decision: only about what was shown."""

from dataclasses import dataclass
from typing import Any, Final

import typer

from reportline_queue import guard, items, questions, tables
from reportline_queue.claim_argument import Named
from reportline_queue.decisions import record
from reportline_queue.errors import NotDone, Refused
from reportline_queue.intake.answers import (
    AddressKind,
    Claim,
    ClaimProlonged,
    ClaimsGiven,
    ClaimShown,
    ReportsShown,
)
from reportline_queue.intake.api import LIFTED_BY_A_LEAD, ask, request
from reportline_queue.own_claims import Kind, Language, PlainAddresses, none_waits, take
from reportline_queue.printing import put, put_screen, put_sentence
from reportline_queue.tables import Part
from reportline_queue.text import safe, shown_address
from reportline_queue.vocabulary.rules import contradiction
from reportline_queue.vocabulary.terms import terms

_INTERRUPTED: Final = 130
_STEPS: Final = ("same", "more", "plain", "keep", "release", "stop")
# Below the item: what follows, the guard, and two lines of the question.
_BELOW: Final = 5


@dataclass(slots=True)
class _Work:
    """What is taken, and the last decision; `claim` is the item on the screen."""

    language: str | None
    kind: AddressKind | None
    plain: bool
    claim: Named | None = None
    sending: bool = False
    last: dict[str, Any] | None = None


@dataclass(slots=True)
class _Item:
    """An item on the screen: its parts, how many of them were shown, and where further reports begin."""

    shown: ClaimShown
    parts: list[Part]
    seen: int
    cursor: str | None


def work(*, language: Language = None, kind: Kind = None, plain_addresses: PlainAddresses = False) -> None:
    """Take one item after another, see it and decide, until your break is near; Ctrl-C leaves at any time."""
    state = _Work(language, kind, plain_addresses)
    try:
        while (claim := _next(state)) is not None:
            state.claim = Named(claim.claim_id, claim)
            if not _handle(state, state.claim):
                _tell_held(state.claim)
                return
            state.claim = None
    except NotDone:
        _tell_left(state)
        raise
    except (typer.Abort, KeyboardInterrupt):
        put("")
        _tell_left(state)
        raise typer.Exit(_INTERRUPTED) from None


def _next(state: _Work) -> Claim | None:
    """Give an item that is held, or a new one; None, and say why, if there is none or a limit is near."""
    held = ask(ClaimsGiven, "GET", "/v1/queue/claims")
    if held.claims:
        return held.claims[0]
    if guard.is_near(held.exposure):
        put_sentence(guard.told(held.exposure))
        if not held.exposure.closed:
            put_sentence("`reportline queue next` takes another one all the same.")
        return None
    given = take(1, state.language, state.kind)
    if not given.claims:
        put_sentence(none_waits(given, state.language, state.kind))
        return None
    return given.claims[0]


def _handle(state: _Work, claim: Named) -> bool:
    """Show an item, and do what the analyst says until it is out of their hands; False if they stop."""
    try:
        item = _show(state, claim)
        while True:
            step = _asked(state)
            if step == "stop":
                return False
            if step == "release":
                request("DELETE", claim.path)
                put(f"Back in the queue: {claim.name}.")
                return True
            if step in terms("outcome") or step == "same":
                if _decide(state, claim, item, step):
                    return True
            else:
                _step(state, claim, item, step)
    except Refused as refusal:
        if refusal.name != "claim-lost":
            raise
        put_sentence(str(refusal))
        return True


def _show(state: _Work, claim: Named) -> _Item:
    shown = ask(ClaimShown, "GET", claim.path)
    drawn = items.claimed(shown, plain_addresses=state.plain)
    seen = put_screen(drawn.head, drawn.parts, free=_BELOW)
    item = _Item(shown, list(drawn.parts), seen, shown.next_details)
    _tell_rest(item)
    put_sentence(guard.told(shown.exposure))
    return item


def _asked(state: _Work) -> str:
    """Ask what to do, until it is understood."""
    outcomes = terms("outcome")
    steps = [step for step in _STEPS if step != "same" or state.last is not None]
    numbers = questions.numbers_of(outcomes, outcomes)
    put_sentence(questions.numbered(numbers))
    while True:
        typed = questions.answer(f"The outcome, or {', '.join(steps)}")
        step = questions.chosen(typed, outcomes, numbers) or questions.chosen(typed, [*outcomes, *steps], {})
        if step is not None:
            return step
        put_sentence("Type a number that is shown, a word, or a beginning that only one of them has.")


def _step(state: _Work, claim: Named, item: _Item, step: str) -> None:
    try:
        if step == "plain":
            put(shown_address(item.shown.address_given, plain=True))
        elif step == "keep":
            prolonged = ask(ClaimProlonged, "PUT", f"{claim.path}/lease")
            put(f"Yours until {tables.clock(prolonged.lease_expires)}: {claim.name}.")
        else:
            _more(state, item)
    except Refused as refusal:
        # A limit that is reached meanwhile takes no decision out of the analyst's hands.
        if refusal.name not in LIFTED_BY_A_LEAD:
            raise
        put_sentence(str(refusal))


def _more(state: _Work, item: _Item) -> None:
    """Show the parts that follow, below the address; further reports are asked for when they are reached."""
    if item.seen >= len(item.parts) and item.cursor is not None:
        path = f"/v1/items/{item.shown.item_id}/reports"
        page = ask(ReportsShown, "GET", path, query={"after": item.cursor})
        item.parts += items.report_parts(page, plain_addresses=state.plain)
        item.cursor = page.next
    if item.seen >= len(item.parts):
        put("That is all.")
        return
    head = [shown_address(item.shown.address_given, plain=False)]
    item.seen = put_screen(head, item.parts, item.seen, free=_BELOW)
    _tell_rest(item)


def _tell_rest(item: _Item) -> None:
    if item.seen < len(item.parts):
        put(f"Part {item.seen + 1} of {len(item.parts)} follows: more")
    elif item.cursor is not None:
        put("More of its reports follow: more")


def _decide(state: _Work, claim: Named, item: _Item, step: str) -> bool:
    """Ask for the fields, and record the decision once it is confirmed; False if it is begun anew."""
    try:
        decided = _same(state) if step == "same" else _fields(step)
    except questions.Anew:
        return False
    if fault := contradiction(decided):
        put_sentence(f"This does not go together: {fault}.")
        return False
    host = shown_address(item.shown.host or item.shown.address_given, plain=False)
    put(f"{_summary(decided)}; for {claim.name}, {host}")
    if questions.answer("Enter records it, anything else begins anew"):
        return False
    state.sending = True
    try:
        put(record(claim, decided), "")
    except Refused:
        state.sending = False
        raise
    state.sending, state.last = False, decided
    return True


def _fields(outcome: str) -> dict[str, Any]:
    put_sentence(questions.HOW_TO_ANSWER)
    return questions.decision(outcome)


def _same(state: _Work) -> dict[str, Any]:
    """Repeat the last decision without its note, which was about another page."""
    return {**(state.last or {}), "note": None}


def _summary(decided: dict[str, Any]) -> str:
    said = []
    for name, value in decided.items():
        if isinstance(value, bool):
            said.append(f"{name.replace('_', '-')} {'yes' if value else 'no'}")
        elif value:
            said.append(safe(value) if isinstance(value, str) else ", ".join(value))
    return ", ".join(said)


def _tell_left(state: _Work) -> None:
    if state.sending:
        put_sentence(
            "Whether this was recorded is not known: `reportline queue mine` shows what you still hold."
        )
    elif state.claim is not None:
        _tell_held(state.claim)


def _tell_held(claim: Named) -> None:
    until = "" if claim.held is None else f" until {tables.clock(claim.held.lease_expires)}"
    put_sentence(
        f"You still hold {claim.name}{until}. `reportline queue release --all` puts back what you hold."
    )
