"""Moves from step to step, and remarks of which none is said twice in a row."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from conversations import address
from conversations.flow import FLOW
from conversations.flow.conditions import HEARD
from conversations.flow.steps import BACK
from conversations.hearing.leaving_out import left_out
from conversations.state import Draft, Fresh, State
from conversations.talk import Effect, Phrase, Submit
from conversations.turns.links import answer_sites, name_again, with_handed_in, without_handed_in

_MOST_ASIDES = 5
LONGEST_NOTE = 1000
_AFTER_QUESTIONS = frozenset({"review", "sent", "end"})
_SITE_ANSWERS = {"yes": True, "no": False, "unsure": None}


def _with_circumstance(state: State, value: str) -> State:
    """Note what a tap tells, to be shown before sending; after sending it waits for the next report."""
    draft = state.draft
    if draft.revision:
        return replace(state, tapped=tuple(dict.fromkeys((*state.tapped, value))))
    told = tuple(dict.fromkeys((*draft.circumstances, value)))
    return replace(state, draft=replace(draft, circumstances=told))


# Fields of the draft itself, which change only before it is sent.
_IN_THE_DRAFT: dict[str, Callable[[Draft, str], Draft]] = {
    "whole_site": lambda draft, value: answer_sites(draft, whole=_SITE_ANSWERS[value]),
    "partial": lambda draft, value: replace(draft, partial=value),
    "beside": lambda draft, value: replace(draft, beside=value),
    "addresses": name_again,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event brings: the next state, and the effects to act on, in order."""

    state: State
    effects: tuple[Effect, ...] = ()


def move(state: State, to: str, *remark: Phrase, turns_page: bool = False) -> State:
    """Move to a step. An aside remembers where it was entered; BACK leaves it; other steps forget.

    What only the reporter can tell is asked before the report is shown or sent.
    """
    if to == BACK:
        *earlier, target = state.after or ("first",)
        return _at(state, _open_question(state, target), tuple(earlier), remark)
    if to in _AFTER_QUESTIONS and state.doubt:
        return _at(state, "doubt", (to,), remark)
    to = _open_question(state, to)
    if not FLOW[to].aside:
        return _at(state, to, (), remark)
    enters = not turns_page and to != state.step
    after = (*state.after, state.step) if enters else state.after
    # The first is where the talk stood: however many asides were opened, Back leads there in the end.
    return _at(state, to, (*after[:1], *after[1:][-(_MOST_ASIDES - 1) :]), remark)


def _open_question(state: State, to: str) -> str:
    return "whose" if state.asked and to in _AFTER_QUESTIONS else to


def _at(state: State, step: str, after: tuple[str, ...], remark: tuple[Phrase, ...]) -> State:
    """Stand at a step; a country that was chosen is forgotten outside the asides."""
    country = state.country if FLOW[step].aside else ""
    return replace(state, step=step, after=after, remark=remark, country=country)


def ask_next(state: State, to: str, *remark: Phrase) -> State:
    """Go on to a captured link's next question; rules that are shown as cards come before the review."""
    if to == "review" and state.rules_as_cards and not state.rules_read and state.draft.is_unsent:
        return move(move(state, "review"), "rule_1", *remark)
    return move(state, to, *remark)


def remarked(state: State, *candidates: Phrase) -> State:
    """Say the next candidate, and never the one that was said last.

    An exit that was reached by words goes on to say so: its way back stays open.
    """
    start = state.misses % len(candidates)
    in_turn = (*candidates[start:], *candidates[:start])
    chosen = next((phrase for phrase in in_turn if phrase not in state.remark), in_turn[0])
    heard = (HEARD,) if HEARD in state.remark and FLOW[state.step].aside else ()
    return replace(state, remark=(*heard, chosen), misses=state.misses + 1)


def siblings(words: str, count: int, *values: tuple[str, str]) -> tuple[Phrase, ...]:
    """Give the phrases `words.1` to `words.count`, which mean the same."""
    return tuple(Phrase(f"{words}.{number}", values) for number in range(1, count + 1))


def kept(state: State, field: str, value: str) -> Turn:
    """Keep an answer; once the report was sent, it goes out as a new revision of the whole report."""
    if field == "circumstances":
        return Turn(_with_circumstance(state, value))
    if field in _IN_THE_DRAFT:
        return Turn(replace(state, draft=_IN_THE_DRAFT[field](state.draft, value)))
    answers = {**dict(state.draft.answers), field: value}
    answered = replace(state, draft=replace(state.draft, answers=tuple(answers.items())))
    return submitted(answered) if state.draft.revision else Turn(answered)


def submitted(state: State) -> Turn:
    """Hand in the draft as its next revision; a practice talk never hands in anything."""
    revised = replace(state, draft=replace(state.draft, revision=state.draft.revision + 1))
    return Turn(revised, () if state.practice else (Submit(),))


def in_its_place(state: State) -> State:
    """Let the draft become the next revision of the report that was sent before; `before` keeps the draft."""
    if state.before is None:
        return state
    sent = state.before
    answers = {name: left_out(value, state.own_names) for name, value in sent.answers}
    new = dict(state.draft.answers)
    if "note" in answers and "note" in new:
        new["note"] = f"{answers['note']}\n{new['note']}"[-LONGEST_NOTE:]
    answers |= new
    circumstances = dict.fromkeys((*sent.circumstances, *state.draft.circumstances))
    taking = replace(
        state.draft,
        draft_id=sent.draft_id,
        receipt=sent.receipt,
        revision=sent.revision,
        answers=tuple(answers.items()),
        circumstances=tuple(circumstances),
    )
    forgotten = without_handed_in(replace(state, draft=sent))
    return replace(forgotten, draft=taking, before=state.draft, replaced=sent)


def not_in_its_place(state: State) -> State:
    """Undo `in_its_place`: what was sent before is still what the intake has."""
    if state.before is None:
        return state
    sent = state.replaced or state.draft
    known = with_handed_in(replace(state, draft=sent))
    return replace(known, draft=state.before, before=sent, replaced=None)


def shown_back(words: str) -> Phrase:
    """Show words that were not kept, so that nothing in them can be tapped."""
    return Phrase("review.said", (("said", address.defang(words)),))


def without_staying(remark: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """Give what is said without "Your message stays", which is untrue of a picture's."""
    return tuple(phrase for phrase in remark if not phrase.words.startswith("stays."))


def left_open(state: State) -> tuple[Phrase, ...]:
    """Show what was written after sending and is not whole in the report: whose a name in it is, is open."""
    return (shown_back(state.asked.full),) if state.asked and state.draft.revision else ()


def new_draft(state: State, fresh: Fresh) -> State:
    """Begin another report in the same talk, with what was tapped since the last one was sent."""
    draft = Draft(fresh.draft_id, fresh.receipt, circumstances=state.tapped)
    before = state.draft if state.draft.is_sent and not state.practice else None
    return replace(
        state,
        draft=draft,
        tapped=(),
        before=before,
        replacing=None,
        misses=0,
        tries=0,
        unread="",
        delivered=False,
        asked=None,
        doubt=None,
    )
