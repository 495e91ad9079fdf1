"""The card of a state: the same state always shows the same card, so that an answer can be repeated."""

from collections.abc import Sequence
from functools import lru_cache

from conversations.flow import EVERYWHERE, FLOW
from conversations.flow.conditions import was_heard
from conversations.flow.contacts import countries
from conversations.flow.paragraphs import phrases
from conversations.flow.steps import BACK, Act, Choice, Step, Takes
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Button, Phrase, Say

LANGUAGE = "language"
LANGUAGE_CHOICE = "speak_"
LINK_CHOICE = "link_"
COUNTRY_CHOICE = "country_"
_UNKNOWN_COUNTRY = "ZZ"
_LANGUAGES_IN_A_ROW = 3
_LANGUAGES_BESIDE = 6
_NUMBERS_IN_A_ROW = 5
_COUNTRIES_IN_A_ROW = 2
# More than the table has, with every language, country and number of a link.
_BUTTONS_KEPT = 1024


def card(state: State, portal: Portal) -> Say:
    """Give the card that the reporter sees now: the last remark, the step's own words, the buttons."""
    says = phrases(FLOW[state.step].says, state, portal)
    rows = tuple([tuple(map(_button, row)) for row in (*offered(state, portal), *EVERYWHERE)])
    return Say((*state.remark, *says), rows, FLOW[state.step].takes is Takes.ANSWER)


def offered(state: State, portal: Portal) -> tuple[tuple[Choice, ...], ...]:
    """Give the rows of choices of the step itself, without those that stand on every card."""
    step = FLOW[state.step]
    rows = [
        tuple([choice for choice in row if choice.when is None or choice.when(state, portal)])
        for row in step.rows
    ]
    shown = tuple(filter(None, rows))
    if step.speaks:
        return (*_languages(state, portal, step), *shown)
    if step.numbers_links:
        return (*_links(state), *shown)
    if step.lists_countries:
        return (*_countries(portal), *shown)
    if was_heard(state, portal) or step.name == "help":
        return (*_in_rows([*map(_language, _seeming(state, portal))], _LANGUAGES_IN_A_ROW), *shown)
    # A reporter who is not understood may have the wrong language.
    lost = step.takes is Takes.LINK and state.misses > 0
    if lost and state.seems:
        return (*_languages(state, portal, step), *shown)
    return (*shown, *(_languages(state, portal, step) if lost else ()))


def find_choice(name: str, state: State, portal: Portal) -> Choice | None:
    """Give the choice of this name if the card shows it; a language of the portal is found on every card."""
    language = name.removeprefix(LANGUAGE_CHOICE)
    if language != name:
        return _language(language) if language in portal.languages else None
    shown = (choice for row in (*offered(state, portal), *EVERYWHERE) for choice in row)
    return next((choice for choice in shown if choice.name == name), None)


def chosen_country(name: str) -> str:
    """Give the country (ISO 3166; ZZ for one that is not listed) that a choice of the list names."""
    return _UNKNOWN_COUNTRY if name == "not_here" else name.removeprefix(COUNTRY_CHOICE).upper()


def is_everywhere(name: str) -> bool:
    """Tell whether this choice is valid on an old card too: it is on every card, or is a language.

    A reporter who taps a language may be unable to read the answer that the card is too old.
    """
    return name.startswith(LANGUAGE_CHOICE) or any(
        choice.name == name for row in EVERYWHERE for choice in row
    )


def _languages(state: State, portal: Portal, step: Step) -> tuple[tuple[Choice, ...], ...]:
    """Give the portal's languages, first that in which the reporter seems to write and that of the talk.

    Beside other choices only the first few are given, so that a card stays short.
    """
    spoken = (*state.seems, *((state.language,) if state.language not in portal.languages[:1] else ()))
    first = [language for language in dict.fromkeys(spoken) if language in portal.languages]
    listed = tuple(dict.fromkeys((*first, *portal.languages)))
    offered = portal.languages if step.name == LANGUAGE else listed[:_LANGUAGES_BESIDE]
    return _in_rows([_language(language) for language in offered], _LANGUAGES_IN_A_ROW)


def _seeming(state: State, portal: Portal) -> tuple[str, ...]:
    """Give those of the portal's languages in which the reporter seems to write."""
    return tuple(language for language in state.seems if language in portal.languages)


def _links(state: State) -> tuple[tuple[Choice, ...], ...]:
    """Give a number to tap for each link of the draft."""
    numbers = range(1, len(state.draft.addresses) + 1)
    choices = [Choice(f"{LINK_CHOICE}{number}", "change", does=Act.CHANGE_ONE) for number in numbers]
    return _in_rows(choices, _NUMBERS_IN_A_ROW)


def _countries(portal: Portal) -> tuple[tuple[Choice, ...], ...]:
    """Give each country that has contacts for the exit from which it is chosen."""
    choices = [
        Choice(COUNTRY_CHOICE + region.lower(), BACK, does=Act.CHOOSE_COUNTRY) for region in countries(portal)
    ]
    return _in_rows(choices, _COUNTRIES_IN_A_ROW)


def _in_rows(choices: Sequence[Choice], most: int) -> tuple[tuple[Choice, ...], ...]:
    return tuple(tuple(choices[start : start + most]) for start in range(0, len(choices), most))


def _language(language: str) -> Choice:
    return Choice(LANGUAGE_CHOICE + language, "", does=Act.CHANGE_LANGUAGE)


@lru_cache(_BUTTONS_KEPT)
def _button(choice: Choice) -> Button:
    return Button(choice.name, _label(choice))


def _label(choice: Choice) -> Phrase | str:
    if choice.does is Act.CHANGE_LANGUAGE:
        return choice.name.removeprefix(LANGUAGE_CHOICE)
    if choice.does is Act.CHANGE_ONE:
        return choice.name.removeprefix(LINK_CHOICE)
    if choice.does is Act.CHOOSE_COUNTRY and choice.name.startswith(COUNTRY_CHOICE):
        return chosen_country(choice.name)
    return Phrase(f"button.{choice.name}")
