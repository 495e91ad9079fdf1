"""The card of a state: the same state always shows the same card, so that an answer can be repeated."""

from conversations.flow import EVERYWHERE, FLOW
from conversations.flow.paragraphs import phrases
from conversations.flow.steps import Act, Choice, Step, Takes
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Button, Phrase, Say

LANGUAGE = "language"
LANGUAGE_CHOICE = "speak_"
_LANGUAGES_IN_A_ROW = 3
_LANGUAGES_BESIDE = 6


def card(state: State, portal: Portal) -> Say:
    """Give the card that the reporter sees now: the last remark, the step's own words, the buttons."""
    says = phrases(FLOW[state.step].says, state, portal)
    rows = tuple(
        tuple(Button(choice.name, _label(choice)) for choice in row)
        for row in (*offered(state, portal), *EVERYWHERE)
    )
    return Say((*state.remark, *says), rows, FLOW[state.step].takes is Takes.ANSWER)


def offered(state: State, portal: Portal) -> tuple[tuple[Choice, ...], ...]:
    """Give the rows of choices of the step itself, without those that stand on every card."""
    step = FLOW[state.step]
    rows = tuple(
        tuple(choice for choice in row if choice.when is None or choice.when(state, portal))
        for row in step.rows
    )
    shown = tuple(row for row in rows if row)
    if step.speaks:
        return (*_languages(portal, step), *shown)
    # A reporter who is not understood may have the wrong language.
    lost = step.takes is Takes.LINK and state.misses > 0
    return (*shown, *(_languages(portal, step) if lost else ()))


def find_choice(name: str, state: State, portal: Portal) -> Choice | None:
    """Give the choice of this name if the card shows it; a language of the portal is found on every card."""
    language = name.removeprefix(LANGUAGE_CHOICE)
    if language != name:
        return _language(language) if language in portal.languages else None
    shown = (choice for row in (*offered(state, portal), *EVERYWHERE) for choice in row)
    return next((choice for choice in shown if choice.name == name), None)


def is_everywhere(name: str) -> bool:
    """Tell whether this choice is valid on an old card too: it is on every card, or is a language.

    A reporter who taps a language may be unable to read the answer that the card is too old.
    """
    return name.startswith(LANGUAGE_CHOICE) or any(
        choice.name == name for row in EVERYWHERE for choice in row
    )


def _languages(portal: Portal, step: Step) -> tuple[tuple[Choice, ...], ...]:
    """Give the portal's languages; only the first few beside other choices, so that a card stays short."""
    offered = portal.languages if step.name == LANGUAGE else portal.languages[:_LANGUAGES_BESIDE]
    choices = [_language(language) for language in offered]
    return tuple(
        tuple(choices[start : start + _LANGUAGES_IN_A_ROW])
        for start in range(0, len(choices), _LANGUAGES_IN_A_ROW)
    )


def _language(language: str) -> Choice:
    return Choice(LANGUAGE_CHOICE + language, "", does=Act.CHANGE_LANGUAGE)


def _label(choice: Choice) -> Phrase | str:
    if choice.does is Act.CHANGE_LANGUAGE:
        return choice.name.removeprefix(LANGUAGE_CHOICE)
    return Phrase(f"button.{choice.name}")
