"""Asks in the terminal for a decision: the outcome first, then only the fields that go with it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import typer

from reportline_queue import items, tables
from reportline_queue.printing import put, put_sentence
from reportline_queue.vocabulary.rules import MAXIMUM_NOTE, WITH_REASON
from reportline_queue.vocabulary.terms import about, newest, terms
from reportline_queue.vocabulary.words import near

HOW_TO_ANSWER: Final = "Enter leaves a field out, . leaves out the rest, ? lists the words, < begins anew."
_ONLY_ILLEGAL: Final = ("severity", "youngest_child", "gender")
_ONLY_SEEN: Final = ("site_type", "hosting_country", "commerciality", "payment_method")
# More would not fit into a line.
_IN_A_LINE: Final = 6
# What follows in the line is the answer.
_LONGEST_QUESTION: Final = 70
# Of a longer list, a word is typed as quickly as its number.
_NUMBERED: Final = 99
Numbers = Mapping[str, str]


class Anew(Exception):  # noqa: N818 - it names what the analyst wants
    """The analyst begins the decision anew."""


class _Enough(Exception):  # noqa: N818 - it names what the analyst wants
    """The analyst leaves out the fields that follow."""


def answer(question: str) -> str:
    """Ask a question, and give what was typed; raises typer.Abort at Ctrl-C and at the end of the input."""
    typed: str = typer.prompt(question, default="", show_default=False, prompt_suffix=": ")
    return typed.strip()


def chosen(typed: str, words: Sequence[str], numbers: Numbers) -> str | None:
    """Give the word that was typed: whole, by a number that is shown, or by a beginning that only one has."""
    if typed.isdigit():
        return numbers.get(typed)
    sought = typed.casefold().replace("-", "_")
    meant = [word for word in words if sought and word.casefold().startswith(sought)]
    whole = [word for word in meant if word.casefold() == sought]
    return (whole or meant)[0] if len(whole or meant) == 1 else None


def numbers_of(words: Sequence[str], among: Collection[str]) -> Numbers:
    """Give the words that may be chosen, numbered by their places in the whole list: they stay."""
    return {str(number): word for number, word in enumerate(words, start=1) if word in among}


def numbered(numbers: Numbers) -> str:
    """Write the words with the numbers by which they can be chosen."""
    return ", ".join(f"{number} {word}" for number, word in numbers.items())


def decision(outcome: str) -> dict[str, Any]:
    """Ask for the fields that go with an outcome; gives a decision of all fields, raises Anew."""
    decided: dict[str, Any] = dict.fromkeys(items.DECIDED) | {"outcome": outcome, "flags": []}
    try:
        for field in _fields(outcome, decided):
            decided[field] = _field(field, outcome)
    except _Enough:
        pass
    return decided


def _fields(outcome: str, decided: dict[str, Any]) -> Iterator[str]:
    """Name the fields that go with the outcome, and with what was answered so far."""
    if outcome in newest().illegal:
        yield from _ONLY_ILLEGAL
    if outcome not in newest().unseen:
        for field in _ONLY_SEEN:
            if field != "payment_method" or decided["commerciality"] == "commercial":
                yield field
        yield from ("non_photographic", "flags")
    yield "action"
    if decided["action"] in WITH_REASON:
        yield "action_reason"
    yield "note"


def _field(field: str, outcome: str) -> Any:
    if field == "note":
        return _note()
    if field == "non_photographic":
        said = _word("only drawings or the like, no photograph", ["yes", "no"], None)
        return None if said is None else said == "yes"
    if field == "flags":
        return _flags()
    words = [
        word
        for word in terms(field)
        if (field, word) != ("action", "not_illegal") or outcome not in newest().illegal
    ]
    return _word(field.replace("_", " "), words, field)


def _flags() -> list[str]:
    flags: list[str] = []
    while left := [word for word in terms("flags") if word not in flags]:
        flag = _word("another flag" if flags else "a flag", left, "flags")
        if flag is None:
            break
        flags.append(flag)
    return flags


def _note() -> str | None:
    while len(typed := _typed("note for a colleague, no address in it")) > MAXIMUM_NOTE:
        put(f"A note has at most {MAXIMUM_NOTE} characters.")
    return typed or None


def _word(question: str, words: Sequence[str], list_name: str | None) -> str | None:
    """Ask until a word of these is chosen, or none is wanted; a number chooses once it was shown."""
    listed = words if list_name is None else terms(list_name)
    numbers = numbers_of(listed, words) if len(listed) <= _NUMBERED else {}
    shown = numbers if len(words) <= _IN_A_LINE else {}
    asked = f"{question} ({numbered(shown)})" if shown else question
    if len(asked) > _LONGEST_QUESTION:
        put_sentence(numbered(shown))
        asked = question
    while typed := _typed(asked):
        if typed == "?":
            put(*_meanings(list_name, words, numbers))
            shown = numbers
        elif word := chosen(typed, words, shown):
            return word
        else:
            put(_not_understood(typed, list_name))
    return None


def _meanings(list_name: str | None, words: Sequence[str], numbers: Numbers) -> Iterator[tables.Shown]:
    if list_name is None:
        yield numbered(numbers)
        return
    yield about(list_name)
    number_of = {word: f"{number} " for number, word in numbers.items()}
    for term in newest().lists[list_name].terms:
        if term.value in words:
            yield f"{number_of.get(term.value, '')}{term.value}: {term.meaning}"


def _not_understood(typed: str, list_name: str | None) -> str:
    meant = [term.value for term in near(list_name, typed)] if list_name else []
    return f"Do you mean {', or '.join(meant)}?" if meant else "That is none of them; ? lists them."


def _typed(question: str) -> str:
    typed = answer(question)
    if typed == ".":
        raise _Enough
    if typed == "<":
        raise Anew
    return typed
