"""How a talk moves from step to step, and how a remark is chosen so that none comes twice in a row."""

from dataclasses import dataclass, replace

from conversations.flow import FLOW
from conversations.state import Draft, Fresh, State
from conversations.steps import BACK
from conversations.talk import Effect, Phrase, Submit


@dataclass(frozen=True, slots=True)
class Moved:
    """The state after a move, and the effects to act on."""

    state: State
    effects: tuple[Effect, ...] = ()


def move(state: State, to: str, *remark: Phrase) -> State:
    """Move to a step; an aside remembers the step that it leads back to."""
    target = state.after if to == BACK else to
    leaves_the_way = FLOW[target].aside and not FLOW[state.step].aside
    return replace(state, step=target, after=state.step if leaves_the_way else state.after, remark=remark)


def remarked(state: State, *candidates: Phrase) -> State:
    """Say the candidate whose turn it is, and never the one that was said last."""
    start = state.misses % len(candidates)
    in_turn = (*candidates[start:], *candidates[:start])
    return replace(state, remark=(next((c for c in in_turn if (c,) != state.remark), in_turn[0]),))


def siblings(words: str, count: int, *values: tuple[str, str]) -> tuple[Phrase, ...]:
    """Give the phrases `words.1` to `words.count`, which say the same in other words."""
    return tuple(Phrase(f"{words}.{number}", values) for number in range(1, count + 1))


def kept(state: State, field: str, value: str) -> Moved:
    """Keep an answer; once the report was sent, it goes out as a new revision of the whole report."""
    if field == "whole_site":
        return _revised(replace(state, draft=replace(state.draft, whole_site=value == "yes")))
    answers = {**dict(state.draft.answers), field: value}
    return _revised(replace(state, draft=replace(state.draft, answers=tuple(answers.items()))))


def _revised(state: State) -> Moved:
    return submitted(state) if state.draft.revision else Moved(state)


def submitted(state: State) -> Moved:
    """Hand in the draft as its next revision; a practice talk never hands in anything."""
    revised = replace(state, draft=replace(state.draft, revision=state.draft.revision + 1))
    return Moved(revised, () if state.practice else (Submit(),))


def new_draft(state: State, fresh: Fresh) -> State:
    """Begin another report in the same talk."""
    draft = Draft(fresh.draft_id, fresh.receipt)
    return replace(state, draft=draft, misses=0, unread="", delivered=False)


def has_unsent_link(state: State) -> bool:
    """Tell whether a link was captured that would be lost if the draft were."""
    return state.draft.revision == 0 and bool(state.draft.addresses or state.draft.partial)
