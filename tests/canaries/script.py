"""Finds talks that pass every step of the flow, by trying out the engine itself."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from bot.channels.typed_lines import event_of
from conversations.events import Chose, Command, Event, Received, StatusLearned
from conversations.flow import FLOW
from conversations.flow.cards import card
from conversations.flow.steps import Takes
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import AskStatus, Effect, Submit
from conversations.turns.engine import advance
from conversations.turns.start_link import begin
from tests.talking import fresh

_ANSWERS: Mapping[type[Effect], Event] = {Submit: Received(), AskStatus: StatusLearned("received")}


MOST_ACTS = 20


@dataclass(frozen=True)
class Act:
    """One thing that the reporter does at a step: a tap on the newest card's button, or a message.

    `number` is the button's place on its card, `reaches` the step that it leads to.
    """

    tap: str = ""
    number: int = 0
    say: str = ""
    step: str = ""
    reaches: str = ""

    @property
    def name(self) -> str:
        """What is done, whatever the words."""
        return f"tap {self.tap}" if self.tap else f"write at {self.step}"


@dataclass
class Script:
    """Plans talks; `texts` gives what the reporter of a talk may say, `portals` are as the bot has them."""

    portals: Mapping[str, Portal]
    portal: str
    texts: Callable[[int], Sequence[str]]
    _drawn: int = field(default=0)

    def talks(self) -> Iterator[list[Act]]:
        """Give talks that together reach every step, tap every choice, and write wherever it is asked for.

        Each is searched for when it is asked for.
        """
        left = goals() - {"first"}
        for number in count():
            if not left:
                return
            state, acts = self._begun(), [Act(say="/start", reaches="first")]
            # A start link may lead to a paused portal, and no card leads back.
            while left and len(acts) < MOST_ACTS and state.portal == self.portal:
                way = self._way_to(state, left, self.texts(number))
                if not way:
                    break
                for act in way:
                    state, passed = self._after(state, act)
                    left -= passed
                    acts.append(act)
            assert len(acts) > 1, f"no way leads to {sorted(left)}"
            yield acts

    def _begun(self) -> State:
        self._drawn += 1
        return begin("telegram", self.portals[self.portal], "en", fresh(self._drawn))

    def _way_to(self, start: State, wanted: set[str], texts: Sequence[str]) -> list[Act]:
        """Give the fewest acts that lead from a state to any of the wanted steps; none if none is found."""
        ways: deque[tuple[State, list[Act]]] = deque([(start, [])])
        seen = {_essence(start)}
        while ways:
            state, way = ways.popleft()
            for act in self._possible(state, texts):
                after, passed = self._after(state, act)
                if passed & wanted:
                    return [*way, replace(act, reaches=after.step)]
                if _essence(after) not in seen:
                    seen.add(_essence(after))
                    ways.append((after, [*way, replace(act, reaches=after.step)]))
        return []

    def _possible(self, state: State, texts: Sequence[str]) -> Iterator[Act]:
        shown = card(state, self.portals[state.portal]).buttons
        # The language that the talk has already changes nothing, so nothing is shown anew.
        same = f"speak_{state.language}"
        taps = [button.choice for row in shown for button in row]
        yield from (
            Act(tap=choice, number=place, step=state.step)
            for place, choice in enumerate(taps, 1)
            if choice != same
        )
        yield from (Act(say=text, step=state.step) for text in texts)
        yield from (Act(say=f"/{command}", step=state.step) for command in Command)

    def _after(self, state: State, act: Act) -> tuple[State, set[str]]:
        """Give the state after an act, and what was done and passed until then."""
        self._drawn += 1
        event = Chose(act.tap, state.talk, state.turn) if act.tap else event_of(act.say)
        turn = advance(state, event, self.portals, fresh(self._drawn))
        passed = {act.name, turn.state.step}
        for effect in turn.effects:
            if type(effect) in _ANSWERS:
                turn = advance(turn.state, _ANSWERS[type(effect)], self.portals, fresh(self._drawn))
                passed.add(turn.state.step)
        return turn.state, passed


def goals() -> set[str]:
    """Give what talks have to do: every step, every choice, and every answer in words."""
    choices = {choice.name for step in FLOW.values() for row in step.rows for choice in row}
    answers = {step.name for step in FLOW.values() if step.takes in {Takes.ANSWER, Takes.PAGE, Takes.RECEIPT}}
    return {*FLOW, *(f"tap {choice}" for choice in choices), *(f"write at {step}" for step in answers)}


def _essence(state: State) -> tuple[object, ...]:
    """Give what a search tells states apart by.

    More decides where a state can lead, but each further part multiplies the states to try; what is missed
    from one state is found from another, or from a new talk.
    """
    held = (state.draft.is_sent, len(state.draft.addresses) > 1, bool(state.draft.circumstances))
    return (state.step, *held, min(state.tries, 2))
